import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import { DAY_MS } from '../../statistics/index.ts'
import type { Database } from '../../settings/index.ts'
import type { ReplayRequest, Return } from './queries.ts'
import { replayAnswers, replayRequests, returns } from './schema.ts'

/** Requests of an integration that are open at a time; they and their answers are kept for so many days. */
export const MOST_REQUESTS = 5
const KEPT_DAYS = 90

/** An endpoint is back; `false`: that was said within `pauseMs`. */
export async function upsertReturn(
  { orm, ctx }: Database,
  integrationId: string,
  who: string,
  pauseMs: number,
): Promise<boolean> {
  const set = { at: ctx.now(), who, cursor: '', told: 0, complete: false }
  const made = await orm
    .insert(returns)
    .values({ integrationId, ...set })
    .onConflictDoUpdate({ target: returns.integrationId, set, setWhere: lt(returns.at, set.at - pauseMs) })
    .returning({ at: returns.at })
  return made.length > 0
}

/** How far it has come; one that was begun anew meanwhile stays as it is. */
export async function updateReturn(
  { orm }: Database,
  { integrationId, at }: Pick<Return, 'integrationId' | 'at'>,
  set: Pick<Return, 'cursor' | 'told' | 'complete'>,
): Promise<void> {
  await orm
    .update(returns)
    .set(set)
    .where(and(eq(returns.integrationId, integrationId), eq(returns.at, at)))
}

/** `undefined`: as many are open as may be. */
export async function insertRequest(
  { orm, ctx }: Database,
  integrationId: string,
  { from, until, types, words, expiresAt }: Pick<ReplayRequest, 'from' | 'until' | 'types' | 'words' | 'expiresAt'>,
): Promise<string | undefined> {
  const id = randomId(ctx, 'rrq_')
  const now = ctx.now()
  const open = sql`(SELECT count(*) FROM ${replayRequests} WHERE ${replayRequests.integrationId} = ${integrationId} AND ${replayRequests.expiresAt} > ${now})`
  const listed = types === null ? null : JSON.stringify(types)
  const made = await orm
    .insert(replayRequests)
    .select(
      sql`SELECT ${id}, ${integrationId}, ${from}, ${until}, ${listed}, ${words}, ${now}, ${expiresAt} WHERE ${open} < ${MOST_REQUESTS}`,
    )
    .returning({ id: replayRequests.id })
  return made[0]?.id
}

/** Nobody can agree any more; `false`: there is none that is open. */
export async function closeRequest({ orm, ctx }: Database, integrationId: string, id: string): Promise<boolean> {
  const now = ctx.now()
  const closed = await orm
    .update(replayRequests)
    .set({ expiresAt: now })
    .where(
      and(
        eq(replayRequests.id, id),
        eq(replayRequests.integrationId, integrationId),
        gt(replayRequests.expiresAt, now),
      ),
    )
    .returning({ id: replayRequests.id })
  return closed.length > 0
}

type Answer = Omit<typeof replayAnswers.$inferInsert, 'at' | 'replayId'>

/** What a customer says counts once; `false`: it was said before. */
export async function insertAnswer({ orm, ctx }: Database, answer: Answer): Promise<boolean> {
  const made = await orm
    .insert(replayAnswers)
    .values({ ...answer, at: ctx.now() })
    .onConflictDoNothing()
    .returning({ id: replayAnswers.requestId })
  return made.length > 0
}

const itsAnswer = ({ requestId, destinationId }: Pick<Answer, 'requestId' | 'destinationId'>) =>
  and(eq(replayAnswers.requestId, requestId), eq(replayAnswers.destinationId, destinationId))

export async function updateAnswer({ orm }: Database, answer: Answer, replayId: string): Promise<void> {
  await orm.update(replayAnswers).set({ replayId }).where(itsAnswer(answer))
}

export async function deleteAnswer({ orm }: Database, answer: Answer): Promise<void> {
  await orm.delete(replayAnswers).where(itsAnswer(answer))
}

/** Requests that are long over go, and what was said to them. */
export async function tidyRequests({ orm, ctx }: Database): Promise<void> {
  const before = ctx.now() - KEPT_DAYS * DAY_MS
  await orm.batch([
    orm.delete(replayRequests).where(lt(replayRequests.createdAt, before)),
    orm.delete(replayAnswers).where(lt(replayAnswers.at, before)),
  ])
}
