/** What can be done with figures of partners' integrations, by the Public API and by the panel alike, and hourly. */
import { Refusal, refusal } from '../../refusal.ts'
import { DAY_MS, HOUR_MS } from '../../statistics/index.ts'
import { nameInMail, within } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { inTurns } from '../in-turns.ts'
import { actByPlatform, getLiving } from '../lifecycle/index.ts'
import { mailInItsName } from '../programme/index.ts'
import type { ControlDeps } from '../request.ts'
import { daysOfHours, versionAt } from './figures.ts'
import { ENDS_AFTER_DAYS, nextOnLadder, RECOVERED_DAYS } from './ladder.ts'
import { newMaintenance } from './input.ts'
import { AHEAD_MS, FURTHEST_MS, isPlannedHour, type MaintenanceWindow, MOST_PLANNED_MS } from './maintenance.ts'
import { dateOf } from './present.ts'
import {
  listDays,
  listScores,
  listToJudge,
  listUnread,
  listUntoldCustomers,
  listWindows,
  type Unread,
} from './queries.ts'
import { redactedOf } from './redact.ts'
import { causesOf, causesOfFall, dayOf, SCORE_DAYS, scoreOf } from './score.ts'
import {
  deleteMaintenance,
  insertMaintenance,
  insertNotice,
  replaceDeliveryDays,
  tidyFigures,
  updateCustomers,
  upsertSample,
  upsertScore,
} from './store.ts'
import { evidenceWords } from './words.ts'

/** Lanes that are asked for their days hourly, six at a time, and how long one may take. */
const MOST_READ = 600
const PARALLEL = 6
const READ_MS = 10_000
/** How far back a lane is asked that was never asked before; else from the day before it was asked last. */
const READ_DAYS = 31
/** Integrations that one hourly look judges, and causes of a fall that are kept. */
const MOST_JUDGED = 100
const MOST_CAUSES = 10
/** Customers who are told hourly of what ends. */
const MOST_TOLD = 100

/**
 * Hourly: asks lanes of partners' integrations whose figures have moved for their days, some of them. One that does not answer is
 * asked the next time.
 */
export async function foldDeliveries(deps: ControlDeps): Promise<void> {
  const { db, ctx } = deps
  await tidyFigures(db)
  const unread = await listUnread(db, MOST_READ)
  const ids = [...new Set(unread.map(({ integrationId }) => integrationId))]
  const windows = Map.groupBy(await listWindows(db, ids, ctx.now() - READ_DAYS * DAY_MS), (one) => one.integrationId)
  const since = new Map<string, number>()
  await inTurns(unread, PARALLEL, async (one) => {
    const from = firstDayOf(one, ctx.now())
    try {
      await foldDestination(deps, one, from, windows.get(one.integrationId) ?? [])
      since.set(one.integrationId, Math.min(from, since.get(one.integrationId) ?? from))
    } catch (error) {
      ctx.log('warn', 'days of a lane were not read', { destination: one.id, error: String(error) })
    }
  })
  for (const [integrationId, from] of since) await updateCustomers(db, integrationId, from)
}

/** The first day (since 1970) that a lane is asked for. */
function firstDayOf({ readAt }: Unread, now: number): number {
  const first = Math.floor(Math.max(readAt ?? 0, now - READ_DAYS * DAY_MS) / DAY_MS)
  return readAt === null ? first : first - 1
}

async function foldDestination(
  { db, lane, ctx }: ControlDeps,
  one: Unread,
  firstDay: number,
  windows: readonly MaintenanceWindow[],
): Promise<void> {
  const from = firstDay * DAY_MS
  const { hours, failures } = await within(ctx, lane(one.id).past({ from, until: ctx.now() + DAY_MS }), READ_MS)
  const rows = daysOfHours(
    hours,
    (at) => versionAt(one.versions, at),
    (at) => isPlannedHour(at, windows),
  )
  await replaceDeliveryDays(db, one, firstDay, rows)
  if (!one.counts) return
  for (const failure of failures) {
    const at = Date.parse(failure.at)
    if (at < from) continue
    const sample = { code: failure.code, at, version: versionAt(one.versions, at), sample: redactedOf(failure) }
    await upsertSample(db, one.integrationId, sample)
  }
}

/** Plans hours that its figures are not judged by. Throws 400 with every problem and its field, 404, or 409. */
export async function createMaintenance(
  { db, ctx }: Pick<ControlDeps, 'db' | 'ctx'>,
  workspaceId: string,
  integrationId: string,
  body: unknown,
): Promise<string> {
  const given = checked(newMaintenance, body)
  await getLiving(db, integrationId, workspaceId)
  const { startsAt, endsAt } = given
  const now = ctx.now()
  if (startsAt % HOUR_MS !== 0) throw refusal(400, 'Must be a whole hour, such as 2026-12-01T02:00:00Z.', 'startsAt')
  if (endsAt % HOUR_MS !== 0) throw refusal(400, 'Must be a whole hour, such as 2026-12-01T04:00:00Z.', 'endsAt')
  if (endsAt <= startsAt) throw refusal(400, 'It has to end after it begins.', 'endsAt')
  if (startsAt < now + AHEAD_MS) throw refusal(400, 'It has to be planned a day before it begins.', 'startsAt')
  if (startsAt > now + FURTHEST_MS) throw refusal(400, 'It may begin within ninety days.', 'startsAt')
  const id = await insertMaintenance(db, integrationId, given)
  if (id !== undefined) return id
  const hours = MOST_PLANNED_MS / HOUR_MS
  const message = `At most ${hours} hours of a month may be planned, and no hour twice.`
  throw new Refusal(409, { message, code: 'no_room' })
}

/** What was planned is not, as long as it is not about to begin. Throws 404. */
export async function withdrawMaintenance(
  { db }: Pick<ControlDeps, 'db'>,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<void> {
  await getLiving(db, integrationId, workspaceId)
  if (await deleteMaintenance(db, integrationId, id)) return
  throw refusal(404, `There is no planned maintenance ${id} that has not begun yet.`)
}

/**
 * Hourly: computes the scores of partners' integrations as they stand today, some of them, and does what follows from them.
 * One that cannot be judged keeps no other from it.
 * `origin`: where links in mails lead.
 */
export async function judgeQuality(deps: ControlDeps, origin: string | undefined): Promise<void> {
  const { db, ctx } = deps
  const today = dayOf(ctx.now())
  for (const id of await listToJudge(db, MOST_JUDGED)) {
    try {
      await judgeOne(deps, origin, id, today)
    } catch (error) {
      ctx.log('error', 'quality not judged', { integration: id, error: String(error) })
    }
  }
  await tellCustomers(deps, origin)
}

async function judgeOne(deps: ControlDeps, origin: string | undefined, id: string, today: number): Promise<void> {
  const { db } = deps
  const rows = await listDays(db, id, today - SCORE_DAYS - 1)
  const score = scoreOf(rows, today)
  await upsertScore(db, id, today, score, causesOfFall(rows, today, MOST_CAUSES))
  await takeStep(deps, origin, id, evidenceWords(score, causesOf(rows, today)))
}

/** The next step for its quality, if it is time for one. */
async function takeStep(deps: ControlDeps, origin: string | undefined, id: string, evidence: string): Promise<void> {
  const { db, ctx } = deps
  const [{ integration, life }, scores] = [await getLiving(db, id), await listScores(db, id, RECOVERED_DAYS)]
  const { status: state, measure = null } = integration
  const { measuredAt, overturnedAt, turn, decidedBy } = life
  const deprecatedHere = state === 'DEPRECATED' && decidedBy === null
  const now = ctx.now()
  const act = nextOnLadder(
    { state, measure, measuredAt, appealed: turn !== null, deprecatedHere, overturnedAt, scores },
    now,
  )
  if (act === null) return
  const endsAt = act === 'deprecate' ? now + ENDS_AFTER_DAYS * DAY_MS : null
  if (await actByPlatform(deps, origin, id, { act, words: evidence, endsAt }))
    ctx.log('info', 'quality judged', { integration: id, act })
}

/** Tells customers of what ends, some of them: each once for a date, as soon as there is a mailer that takes it. */
async function tellCustomers(deps: ControlDeps, origin: string | undefined): Promise<void> {
  for (const one of await listUntoldCustomers(deps.db, MOST_TOLD)) {
    const name = nameInMail(one.name)
    const day = dateOf(dayOf(one.endsAt))
    const link = origin === undefined ? [] : [`${origin}/destinations/${one.destinationId}/partner`]
    const parts = [
      `${name}, which you send events to, is going away: from ${day} on nothing is sent to it. Until then all goes on as before.`,
      ...(one.words === '' ? [] : [one.words]),
      'Your settings can be downloaded on the page “Partner” of the destination.',
      ...link,
    ]
    const sent = await Promise.all(one.owners.map((to) => mailInItsName(deps, to, `${name} ends on ${day}`, parts)))
    if (one.owners.length === 0 || sent.some(Boolean)) await insertNotice(deps.db, one)
  }
}
