import { eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { integrations } from '../../settings/index.ts'

export const SUBJECTS: SubjectReaders = {
  submission: {
    // Reviewers look at those of every workspace.
    snapshot: async ({ orm }, _workspaceId, id) => {
      const { name, slug, status } = integrations
      const [row] = await orm.select({ name, slug, status }).from(integrations).where(eq(integrations.id, id))
      return row && { name: row.name, values: row }
    },
  },
}
