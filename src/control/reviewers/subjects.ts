import { eq } from 'drizzle-orm'
import { type SubjectReaders, tables } from '../../accounts/index.ts'

const { reviewers, users } = tables

export const SUBJECTS: SubjectReaders = {
  reviewer: {
    // Of the deployment, so of no workspace more than of another.
    snapshot: async ({ orm }, _workspaceId, id) => {
      const [row] = await orm
        .select({ email: users.email, namedBy: reviewers.namedBy })
        .from(reviewers)
        .innerJoin(users, eq(users.id, reviewers.userId))
        .where(eq(reviewers.userId, id))
      return row && { name: row.email, values: row }
    },
  },
}
