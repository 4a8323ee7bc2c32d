import { eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { workspaces } from '../../settings/index.ts'

export const SUBJECTS: SubjectReaders = {
  workspace: {
    snapshot: async ({ orm }, workspaceId) => {
      const [row] = await orm.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, workspaceId))
      return row && { name: row.name, values: row }
    },
  },
}
