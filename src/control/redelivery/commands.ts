/** What partners can do after an outage, and what customers say to it: by the Public API and by the panel alike, and hourly. */
import { isoTime } from '../../event/index.ts'
import { Refusal, refusal } from '../../refusal.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { within } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { getDestination } from '../destinations/index.ts'
import { inTurns } from '../in-turns.ts'
import { getLiving } from '../lifecycle/index.ts'
import { createReplay } from '../replays/index.ts'
import type { ControlDeps } from '../request.ts'
import { newReplayRequest, replayAnswer } from './input.ts'
import { findReturn, getAsked, listOpenReturns, listWaiting, type Return } from './queries.ts'
import {
  closeRequest,
  deleteAnswer,
  insertAnswer,
  insertRequest,
  MOST_REQUESTS,
  tidyRequests,
  updateAnswer,
  updateReturn,
  upsertReturn,
} from './store.ts'

/** An endpoint may be said to be back once in this time. */
const PAUSE_MS = 15 * 60_000
/** Lanes that are told before a request is answered, and hourly of all integrations; six at a time, and how long one may take. */
const MOST_AT_ONCE = 150
const MOST_HOURLY = 3_000
const PARALLEL = 6
const TOLD_MS = 3_000
const MOST_OPEN = 50
/** How far back customers may be asked for, how long a range may be, and how long they may answer. */
const LONGEST_DAYS = 31
const FURTHEST_DAYS = 90
const OPEN_DAYS = 14

/**
 * The maker of an integration says that its endpoint is back: what waits because of it goes at once, at its declared pace. Some
 * lanes are told before this answers, the others hourly. Throws 404, or 409 when it was said a moment ago.
 */
export async function createReturn(
  deps: ControlDeps,
  workspaceId: string,
  integrationId: string,
  who: string,
): Promise<Return> {
  const { db } = deps
  const { integration } = await getLiving(db, integrationId, workspaceId)
  if (integration.endpoint === undefined) throw refusal(409, 'Nothing is sent to it from here, so nothing waits.')
  if (!(await upsertReturn(db, integrationId, who, PAUSE_MS))) {
    const message = `It was said within the last ${PAUSE_MS / 60_000} minutes. What still waits is tried by its schedule.`
    throw new Refusal(409, { message, code: 'too_soon' })
  }
  const made = await findReturn(db, integrationId)
  if (!made) throw refusal(404, `There is no integration ${integrationId}.`)
  await tellLanes(deps, made, MOST_AT_ONCE)
  return (await findReturn(db, integrationId)) ?? made
}

/** Tells some lanes of what waits; how many. What one does not hear is tried by its schedule. */
async function tellLanes({ db, lane, ctx }: ControlDeps, known: Return, most: number): Promise<number> {
  const ids = await listWaiting(db, known.integrationId, known.cursor, most)
  let told = 0
  await inTurns(ids, PARALLEL, async (id) => {
    try {
      await within(ctx, lane(id).receiverIsBack(), TOLD_MS)
      told++
    } catch (error) {
      ctx.log('warn', 'a lane was not told that its receiver is back', { destination: id, error: String(error) })
    }
  })
  const complete = ids.length < most
  await updateReturn(db, known, { cursor: ids.at(-1) ?? known.cursor, told: known.told + told, complete })
  return ids.length
}

/** Hourly: goes on with what a request has left, and removes what is long over. */
export async function tidyRedelivery(deps: ControlDeps): Promise<void> {
  await tidyRequests(deps.db)
  let left = MOST_HOURLY
  for (const known of await listOpenReturns(deps.db, MOST_OPEN)) {
    if (left <= 0) return
    left -= await tellLanes(deps, known, left)
  }
}

/** Asks customers for a range once more. Throws 400 with every problem and its field, 404, or 409. */
export async function createReplayRequest(
  { db, ctx }: Pick<ControlDeps, 'db' | 'ctx'>,
  workspaceId: string,
  integrationId: string,
  body: unknown,
): Promise<string> {
  const { from, until, types = null, words } = checked(newReplayRequest, body)
  const { integration } = await getLiving(db, integrationId, workspaceId)
  const now = ctx.now()
  if (from >= until) throw refusal(400, 'The range is empty: it has to begin before it ends.', 'from')
  if (until > now) throw refusal(400, 'It has to be over.', 'until')
  if (from < now - FURTHEST_DAYS * DAY_MS) throw refusal(400, `At most ${FURTHEST_DAYS} days ago.`, 'from')
  if (until - from > LONGEST_DAYS * DAY_MS) throw refusal(400, `At most ${LONGEST_DAYS} days.`, 'until')
  if (integration.endpoint === undefined) throw refusal(409, 'Nothing is sent to it from here.')
  const id = await insertRequest(db, integrationId, { from, until, types, words, expiresAt: now + OPEN_DAYS * DAY_MS })
  if (id !== undefined) return id
  const message = `${MOST_REQUESTS} requests are open, which is as many as there may be. Withdraw one first.`
  throw new Refusal(409, { message, code: 'too_many' })
}

/** Nobody can agree to it any more; what was begun goes on. Throws 404. */
export async function withdrawReplayRequest(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<void> {
  await getLiving(db, integrationId, workspaceId)
  if (!(await closeRequest(db, integrationId, id))) throw refusal(404, `There is no open request ${id}.`)
}

/**
 * A customer agrees, which begins the replay in the name of whoever does, or declines. Answers the replay's id; `null`: declined.
 * Throws 400, 404, or 409 where it was answered before or the replay cannot begin.
 */
export async function answerReplayRequest(
  deps: ControlDeps,
  workspaceId: string,
  destinationId: string,
  requestId: string,
  who: string,
  body: unknown,
): Promise<string | null> {
  const { db } = deps
  const { agreed } = checked(replayAnswer, body)
  const { sourceId } = await getDestination(db, workspaceId, destinationId)
  const { from, until, types } = await getAsked(db, destinationId, requestId)
  const answer = { requestId, destinationId, workspaceId, agreed, who }
  if (!(await insertAnswer(db, answer))) throw refusal(409, 'It was answered already.')
  if (!agreed) return null
  try {
    const order = { sourceId, destinationId, from: isoTime(from), until: isoTime(until), ...(types && { types }) }
    const { id } = await createReplay(deps, workspaceId, order)
    await updateAnswer(db, answer, id)
    return id
  } catch (error) {
    // Nothing was begun, so nothing was said: whoever agreed may do so again.
    await deleteAnswer(db, answer)
    throw error
  }
}
