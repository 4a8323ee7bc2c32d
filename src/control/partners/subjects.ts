import { eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { applications } from './schema.ts'

export const SUBJECTS: SubjectReaders = {
  application: {
    // Of the deployment, so of no workspace more than of another.
    snapshot: async ({ orm }, _workspaceId, id) => {
      const { company, state } = applications
      const [row] = await orm.select({ company, state }).from(applications).where(eq(applications.id, id))
      return row && { name: row.company, values: row }
    },
  },
}
