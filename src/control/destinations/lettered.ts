import type { Owner } from '../dead-letters/index.ts'
import { getDestination } from './queries.ts'

/** Dead letters of a destination. */
export const DESTINATION_LETTERS: Owner = {
  subject: 'destination',
  async find({ db }, workspaceId, id) {
    const found = await getDestination(db, workspaceId, id)
    return { lane: found.id, stopped: null }
  },
}
