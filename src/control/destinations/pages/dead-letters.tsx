import { may } from '../../../accounts/index.ts'
import type { PageOwner } from '../../dead-letters/pages/index.ts'
import { describeDestination } from '../queries.ts'
import { destinationHead } from './tabs.tsx'

/** The dead letters of a destination, among its pages. */
export const DESTINATION_LETTER_PAGES: PageOwner = {
  subject: 'destination',
  async describe(c, { db, ctx }) {
    const destination = await describeDestination(db, c.var.access.workspaceId, c.req.param('id') ?? '')
    const { id, name, sourceId } = destination
    const path = `/destinations/${id}`
    const head = destinationHead(destination, 'dead-letters', ctx.now())
    return {
      lane: id,
      stopped: null,
      path,
      head: { ...head, title: `Dead letters`, crumbs: [...head.crumbs, [name, path]] },
      mayWrite: may(c.var.access, 'destinations:write', sourceId),
    }
  },
}
