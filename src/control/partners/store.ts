import { and, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import { refusal } from '../../refusal.ts'
import type { Database } from '../../settings/index.ts'
import { hashOf, isLink } from './links.ts'
import { type Act, type ApplicationState, type RecordedAct, TRANSITIONS } from './states.ts'
import { applicationEntries, applicationLinks, applications, partners } from './schema.ts'

const DAY_MS = 86_400_000
/** Applications that nobody has confirmed: a flood of them takes no more room than this. */
const MOST_UNCONFIRMED = 2_000
/** How long an application waits to be confirmed, and how long one that was declined is kept. */
const KEPT_MS = { unconfirmed: 7 * DAY_MS, declined: 400 * DAY_MS }
/** Rows that one tidying ends. */
const SLICE = 2_500

type ApplicationRow = typeof applications.$inferSelect

/** Writes an application down, with the beginning of its record. Throws 409 when too many wait to be confirmed. */
export async function insertApplication(
  { orm, ctx }: Database,
  given: Pick<ApplicationRow, 'company' | 'look' | 'site' | 'email' | 'kind' | 'useCase' | 'dataToday' | 'customers'>,
): Promise<string> {
  const now = ctx.now()
  const id = randomId(ctx, 'app_')
  const row = { id, ...given, state: 'unconfirmed' as const, ballSince: now, dueAt: null, createdAt: now }
  const over = sql`(SELECT count(*) FROM ${applications} WHERE ${applications.state} = 'unconfirmed') > ${MOST_UNCONFIRMED}`
  const [, , gone] = await orm.batch([
    orm.insert(applications).values(row),
    orm.insert(applicationEntries).values(entry({ orm, ctx }, id, 'apply', null, '')),
    orm
      .delete(applications)
      .where(and(eq(applications.id, id), over))
      .returning({ id: applications.id }),
    orm
      .delete(applicationEntries)
      .where(
        and(
          eq(applicationEntries.applicationId, id),
          sql`NOT EXISTS (SELECT 1 FROM ${applications} WHERE ${applications.id} = ${id})`,
        ),
      ),
  ])
  if (gone.length > 0) throw refusal(409, 'Very many applications wait to be confirmed. Please try again tomorrow.')
  return id
}

/** One step of an application's life. */
export interface ApplicationStep {
  act: Act
  /** Who decides; absent: the applicant. */
  reviewer?: string
  words: string
  /** Until when we answer, where it comes to us. */
  dueAt: number | null
}

/**
 * Takes a step that `TRANSITIONS` draws from where the application is, record and state in one transaction; `false`: it
 * is not there, or not in such a state. `link`: and the link of it, which is spent by that.
 */
export async function takeStep(db: Database, id: string, step: ApplicationStep, link?: string): Promise<boolean> {
  const { orm, ctx } = db
  const now = ctx.now()
  const { act, reviewer = null, words, dueAt } = step
  const { from, to } = TRANSITIONS[act]
  const hash = link === undefined ? undefined : await hashOf(link)
  const open =
    hash === undefined
      ? undefined
      : sql`EXISTS (SELECT 1 FROM ${applicationLinks} WHERE ${isLink('confirm', hash, now)})`
  const may = and(eq(applications.id, id), inArray(applications.state, [...from]), open)
  const decided = to === 'accepted' || to === 'declined'
  const took = sql`CASE WHEN ${reviewer} IS NOT NULL AND ${applications.state} = 'waiting' THEN ${now} - ${applications.ballSince} END`
  const made = entry(db, id, act, reviewer, words)
  const [, changed] = await orm.batch([
    orm
      .insert(applicationEntries)
      .select(
        sql`SELECT ${made.id}, ${id}, ${made.at}, ${act}, ${reviewer}, ${words}, ${took} FROM ${applications} WHERE ${may}`,
      ),
    orm
      .update(applications)
      .set({
        state: to,
        ballSince: now,
        dueAt,
        ...(act === 'confirm' && { confirmedAt: now }),
        ...(decided && { decidedAt: now }),
      })
      .where(may)
      .returning({ id: applications.id }),
    ...(hash === undefined ? [] : [spend(db, id, hash)]),
    ...(act === 'accept' ? [insertPartner(db, id)] : []),
  ])
  return changed.length > 0
}

/** The workspace of an accepted application is a partner's from now on. */
function insertPartner({ orm, ctx }: Database, id: string) {
  return orm
    .insert(partners)
    .select(
      sql`SELECT sandbox_id, id, company, ${ctx.now()} FROM applications WHERE id = ${id} AND state = 'accepted' AND sandbox_id IS NOT NULL`,
    )
    .onConflictDoNothing()
}

/** With the link that was followed go the others of its kind. */
function spend({ orm }: Database, id: string, hash: string) {
  const known = sql`EXISTS (SELECT 1 FROM application_links AS followed WHERE followed.hash = ${hash})`
  return orm
    .delete(applicationLinks)
    .where(and(eq(applicationLinks.applicationId, id), eq(applicationLinks.kind, 'confirm'), known))
}

function entry(
  { ctx }: Pick<Database, 'ctx' | 'orm'>,
  applicationId: string,
  act: RecordedAct,
  reviewer: string | null,
  words: string,
) {
  const at = ctx.now()
  const id = randomId(ctx, `ent_${Math.max(0, at).toString(36).padStart(9, '0')}`, 8)
  return { id, applicationId, at, act, reviewer, words }
}

/** Removes what nobody has confirmed, what was declined long ago, and links that are too old. */
export async function tidyApplicationRows({ orm, ctx }: Database): Promise<void> {
  const now = ctx.now()
  const older = (state: ApplicationState, ms: number): SQL | undefined =>
    and(eq(applications.state, state), lt(applications.ballSince, now - ms))
  const old = orm
    .select({ id: applications.id })
    .from(applications)
    .where(or(older('unconfirmed', KEPT_MS.unconfirmed), older('declined', KEPT_MS.declined)))
    .limit(SLICE)
  await orm.batch([
    orm.delete(applicationLinks).where(lt(applicationLinks.expiresAt, now)),
    orm.delete(applicationLinks).where(inArray(applicationLinks.applicationId, old)),
    orm.delete(applicationEntries).where(inArray(applicationEntries.applicationId, old)),
    orm.delete(applications).where(inArray(applications.id, old)),
  ])
}
