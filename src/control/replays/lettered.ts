import type { Lettered, Owner } from '../dead-letters/index.ts'
import { getReplay, type ReplayRow } from './queries.ts'

/** Dead letters of a replay: those of its own lane. */
export const REPLAY_LETTERS: Owner = {
  subject: 'replay',
  find: async ({ db }, workspaceId, id) => letteredOf(await getReplay(db, workspaceId, id)),
}

/** The lane of a replay that was broken off sends nothing any more. */
export function letteredOf({ id, state }: ReplayRow): Lettered {
  const isOff = state === 'cancelled' || state === 'failed'
  const why = state === 'failed' ? 'has failed' : 'was cancelled'
  return { lane: id, stopped: isOff ? `This replay ${why}, so nothing of it is sent any more.` : null }
}
