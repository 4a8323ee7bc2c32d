import { and, eq } from 'drizzle-orm'
import { type SubjectReaders, tables } from '../../accounts/index.ts'

const { apiTokens } = tables

export const SUBJECTS: SubjectReaders = {
  token: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, scope } = apiTokens
      const [row] = await orm
        .select({ name, scope })
        .from(apiTokens)
        .where(and(eq(apiTokens.id, id), eq(apiTokens.workspaceId, workspaceId)))
      return row && { name: row.name, values: row }
    },
  },
}
