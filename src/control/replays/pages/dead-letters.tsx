import { may } from '../../../accounts/index.ts'
import type { PageOwner } from '../../dead-letters/pages/index.ts'
import { letteredOf } from '../lettered.ts'
import { getWithEnds } from '../queries.ts'

/** The dead letters of a replay, below its page. */
export const REPLAY_LETTER_PAGES: PageOwner = {
  subject: 'replay',
  async describe(c, { db }) {
    const { replay, destination } = await getWithEnds(db, c.var.access.workspaceId, c.req.param('id') ?? '')
    const path = `/replays/${replay.id}`
    const name = destination ? `Replay to ${destination.name}` : 'Replay to a deleted destination'
    return {
      ...letteredOf(replay),
      path,
      head: {
        title: 'Dead letters',
        current: 'replays',
        crumbs: [
          ['Replays', '/replays'],
          [name, path],
        ],
        lead: 'Of this replay alone: those of what came in stand with the destination.',
      },
      mayWrite: destination !== null && may(c.var.access, 'destinations:write', destination.sourceId),
    }
  },
}
