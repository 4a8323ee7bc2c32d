import { and, eq, inArray, isNull, lt, not, or, type SQL, sql } from 'drizzle-orm'
import { linkToken } from '../../accounts/index.ts'
import { randomId } from '../../context.ts'
import { refusal } from '../../refusal.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { type Database, destinations, integrations } from '../../settings/index.ts'
import { betaGuests } from '../catalogue/index.ts'
import { hashOf } from '../partners/index.ts'
import { betaLinks, customerConsents, lifecycleEntries, lifecycles } from './schema.ts'
import type { Consent } from './customer-queries.ts'
import { APPEALABLE, type LifeAct, type LifeActor, LIFE_TRANSITIONS, type VersionAct } from './states.ts'

/** How long an invitation is good, and how many of an integration are at a time. */
const LINK_MS = 30 * DAY_MS
const MOST_LINKS = 100

/** One act on an integration. */
export interface ActTaken {
  act: LifeAct
  actor: LifeActor
  /** Name of the person; empty: the platform. */
  who: string
  /** Id of the person; `null`: the platform. */
  whoId: string | null
  words: string
  /** Until when we answer, where it comes to us; milliseconds. */
  dueAt: number | null
  /** When it ends, where that is said; milliseconds. */
  endsAt: number | null
}

/**
 * Does what `LIFE_TRANSITIONS` draws from where the integration is: record, state and turn in one transaction; `false`: it is not
 * there, or somebody else was faster.
 */
export async function insertAct({ orm, ctx }: Database, integrationId: string, taken: ActTaken): Promise<boolean> {
  const { act, actor, who, whoId, words, dueAt, endsAt } = taken
  const { from, to, turn, next, measures, measure } = LIFE_TRANSITIONS[act]
  const now = ctx.now()
  const id = entryId(ctx)
  const turnIs = (one: SQL) =>
    sql`EXISTS (SELECT 1 FROM ${lifecycles} WHERE ${lifecycles.integrationId} = ${integrations.id} AND ${one})`
  const itsTurn =
    turn === undefined
      ? undefined
      : turn === null
        ? not(turnIs(sql`${lifecycles.turn} IS NOT NULL`))
        : turnIs(sql`${lifecycles.turn} = ${turn}`)
  const itsMeasure =
    measures &&
    or(...measures.map((one) => (one === null ? isNull(integrations.measure) : eq(integrations.measure, one))))
  const may = and(eq(integrations.id, integrationId), inArray(integrations.status, [...from]), itsTurn, itsMeasure)
  const took = sql`(SELECT CASE WHEN ${actor} = 'reviewer' AND ${lifecycles.turn} = 'us' THEN ${now} - ${lifecycles.since} END FROM ${lifecycles} WHERE ${lifecycles.integrationId} = ${integrationId})`
  // What follows happens as the entry does, and not by what stands there after the statement before.
  const entered = sql`EXISTS (SELECT 1 FROM ${lifecycleEntries} WHERE ${lifecycleEntries.id} = ${id})`
  const changes = {
    turn: next,
    since: now,
    dueAt,
    ...(act === 'submit' && { submittedAt: now }),
    ...(act === 'accept' && { reviewedAt: now, reviewer: who }),
    // What is said of a date stays with what does not change the state.
    ...(to !== null && { endsAt }),
    ...(measure !== undefined && { measuredAt: measure === null ? null : now }),
    ...(APPEALABLE.has(act) && { decidedBy: whoId, appealedAt: null }),
    ...(act === 'appeal' && { appealedAt: now }),
    ...(act === 'overturn' && { overturnedAt: now }),
  }
  const [, changed] = await orm.batch([
    orm
      .insert(lifecycleEntries)
      .select(
        sql`SELECT ${id}, ${integrationId}, ${now}, ${act}, ${integrations.status}, ${to ?? sql`${integrations.status}`}, ${actor}, ${who}, ${words}, ${took} FROM ${integrations} WHERE ${may}`,
      ),
    orm
      .update(integrations)
      .set({ ...(to !== null && { status: to }), ...(measure !== undefined && { measure }), updatedAt: now })
      .where(and(eq(integrations.id, integrationId), entered))
      .returning({ id: integrations.id }),
    orm
      .insert(lifecycles)
      .select(
        sql`SELECT ${integrationId}, ${next}, ${now}, ${dueAt}, ${act === 'submit' ? now : null}, ${act === 'accept' ? now : null}, ${act === 'accept' ? who : null}, ${endsAt}, ${measure ? now : null}, ${APPEALABLE.has(act) ? whoId : null}, ${act === 'appeal' ? now : null}, NULL, NULL WHERE ${entered}`,
      )
      .onConflictDoUpdate({ target: lifecycles.integrationId, set: changes }),
  ])
  return changed.length > 0
}

/** What happened with a version, for the record of its integration. */
export interface VersionEntry {
  act: VersionAct
  actor: LifeActor
  /** Name of the person; empty: the platform. */
  who: string
  words: string
}

/** The statement that writes it, where `entered`, a condition on the row of the integration, holds. */
export function insertVersionEntry({ orm, ctx }: Database, integrationId: string, entry: VersionEntry, entered: SQL) {
  const now = ctx.now()
  const { act, actor, who, words } = entry
  const there = and(eq(integrations.id, integrationId), entered)
  return orm
    .insert(lifecycleEntries)
    .select(
      sql`SELECT ${entryId(ctx)}, ${integrationId}, ${now}, ${act}, ${integrations.status}, ${integrations.status}, ${actor}, ${who}, ${words}, NULL FROM ${integrations} WHERE ${there}`,
    )
}

/** Ids grow with time. */
function entryId(ctx: Database['ctx']): string {
  return randomId(ctx, `lcy_${Math.max(0, ctx.now()).toString(36).padStart(9, '0')}`, 8)
}

/** Makes an invitation: its secret is in this answer and nowhere else. Throws 409 when there are as many as there may be. */
export async function insertBetaLink(
  { orm, ctx }: Database,
  integrationId: string,
  { label, most }: { label: string; most: number },
): Promise<{ id: string; token: string; expiresAt: number }> {
  const token = linkToken(ctx)
  const id = randomId(ctx, 'bta_')
  const now = ctx.now()
  const expiresAt = now + LINK_MS
  const hash = await hashOf(token)
  const room = sql`(SELECT count(*) FROM ${betaLinks} WHERE ${betaLinks.integrationId} = ${integrationId} AND ${betaLinks.expiresAt} > ${now}) < ${MOST_LINKS}`
  const made = await orm
    .insert(betaLinks)
    .select(sql`SELECT ${hash}, ${id}, ${integrationId}, ${label}, ${most}, ${now}, ${expiresAt} WHERE ${room}`)
    .returning({ id: betaLinks.id })
  if (made.length === 0) {
    throw refusal(409, `There are ${MOST_LINKS} invitations, which is as many as there may be. Withdraw one first.`)
  }
  return { id, token, expiresAt }
}

/** Who has followed it stays a guest. `false`: there is none. */
export async function deleteBetaLink({ orm }: Database, integrationId: string, id: string): Promise<boolean> {
  const gone = await orm
    .delete(betaLinks)
    .where(and(eq(betaLinks.id, id), eq(betaLinks.integrationId, integrationId)))
    .returning({ id: betaLinks.id })
  return gone.length > 0
}

/**
 * A workspace becomes a guest by an invitation, as long as there is room; of one that is a guest already nothing changes.
 * `false`: the invitation is used up, too old or none. One transaction.
 */
export async function insertGuest({ orm, ctx }: Database, hash: string, workspaceId: string): Promise<boolean> {
  const now = ctx.now()
  const good = sql`${betaLinks.hash} = ${hash} AND ${betaLinks.expiresAt} > ${now}`
  const room = sql`(SELECT count(*) FROM ${betaGuests} WHERE ${betaGuests.link} = ${hash}) < ${betaLinks.most}`
  const known = sql`EXISTS (SELECT 1 FROM ${betaGuests} WHERE ${betaGuests.integrationId} = ${betaLinks.integrationId} AND ${betaGuests.workspaceId} = ${workspaceId})`
  const [, there] = await orm.batch([
    orm
      .insert(betaGuests)
      .select(
        sql`SELECT ${betaLinks.integrationId}, ${workspaceId}, ${hash}, ${now} FROM ${betaLinks} WHERE ${good} AND ${room}`,
      )
      .onConflictDoNothing(),
    orm
      .select({ id: betaLinks.integrationId })
      .from(betaLinks)
      .where(sql`${good} AND ${known}`),
  ])
  return there.length > 0
}

/** How many customers count, for whoever asks without counting. */
export async function updateFilled({ orm }: Database, integrationId: string, filled: number): Promise<void> {
  await orm
    .update(lifecycles)
    .set({ filled })
    .where(and(eq(lifecycles.integrationId, integrationId), sql`${lifecycles.filled} IS NOT ${filled}`))
}

/** Invitations that are too old go. */
export async function tidyBetaLinks({ orm, ctx }: Database): Promise<void> {
  await orm.delete(betaLinks).where(lt(betaLinks.expiresAt, ctx.now()))
}

/** Enabled destinations of an integration, some of them. */
export async function listEnabled({ orm }: Database, integrationId: string, most: number): Promise<string[]> {
  const rows = await orm
    .select({ id: destinations.id })
    .from(destinations)
    .where(and(eq(destinations.integrationId, integrationId), eq(destinations.enabled, true)))
    .limit(most)
  return rows.map(({ id }) => id)
}

/** What the maker of the integration may be told of the workspace from now on; what is not named stays. */
export async function upsertConsent(
  { orm, ctx }: Database,
  key: { workspaceId: string; integrationId: string },
  changes: Partial<Consent>,
): Promise<void> {
  const set = { ...changes, updatedAt: ctx.now() }
  await orm
    .insert(customerConsents)
    .values({ named: false, samples: false, ...key, ...set })
    .onConflictDoUpdate({ target: [customerConsents.workspaceId, customerConsents.integrationId], set })
}
