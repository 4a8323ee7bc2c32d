import { and, desc, eq, or } from 'drizzle-orm'
import { type SubjectReaders, tables } from '../../accounts/index.ts'

const { invites, members, users } = tables

export const SUBJECTS: SubjectReaders = {
  user: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { email, name, twoFactorEnabled } = users
      const { role, sources } = members
      const [row] = await orm
        .select({ email, name, twoFactorEnabled, role, sources })
        .from(users)
        .innerJoin(members, eq(members.userId, users.id))
        .where(and(eq(users.id, id), eq(members.workspaceId, workspaceId)))
      return row && { name: row.email, values: row }
    },
  },
  /** By its id; or by its address, as the API names it: of several to one address the newest stands for all. */
  invite: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { email, role, sources, expiresAt } = invites
      const [row] = await orm
        .select({ email, role, sources, expiresAt })
        .from(invites)
        .where(
          and(or(eq(invites.id, id), eq(invites.email, id.trim().toLowerCase())), eq(invites.workspaceId, workspaceId)),
        )
        .orderBy(desc(invites.createdAt))
        .limit(1)
      return row && { name: row.email, values: row }
    },
  },
}
