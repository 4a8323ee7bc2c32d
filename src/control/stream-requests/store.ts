import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { linkToken } from '../../accounts/index.ts'
import { randomId } from '../../context.ts'
import { refusal } from '../../refusal.ts'
import { DAY_MS } from '../../statistics/index.ts'
import type { Database } from '../../settings/index.ts'
import { hashOf } from '../partners/index.ts'
import { sharedStreams, streamRequests } from './schema.ts'
import type { StreamRequest } from './queries.ts'

/** How long a link is good: the one that proves the address, and the one for the customer. */
const LASTS_MS = { confirm: 7 * DAY_MS, customer: 14 * DAY_MS } as const
/** Requests that nobody has confirmed: a flood of them takes no more room than this. */
const MOST_UNCONFIRMED = 2_000

/** Answers the end of the link that proves the address. Throws 409 when too many wait to be confirmed. */
export async function insertStreamRequest(
  { orm, ctx }: Database,
  given: Omit<StreamRequest, 'id' | 'expiresAt'>,
): Promise<string> {
  const id = randomId(ctx, 'srq_')
  const token = linkToken(ctx)
  const now = ctx.now()
  const hash = await hashOf(token)
  const row = { id, ...given, state: 'unconfirmed' as const, hash, createdAt: now, expiresAt: now + LASTS_MS.confirm }
  const over = sql`(SELECT count(*) FROM ${streamRequests} WHERE ${streamRequests.state} = 'unconfirmed') > ${MOST_UNCONFIRMED}`
  const [, gone] = await orm.batch([
    orm.insert(streamRequests).values(row),
    orm
      .delete(streamRequests)
      .where(and(eq(streamRequests.id, id), over))
      .returning({ id: streamRequests.id }),
  ])
  if (gone.length > 0) throw refusal(409, 'Very many requests wait to be confirmed. Please try again tomorrow.')
  return token
}

/** The address is proven: the link is spent, and another one is for the customer. `undefined`: it was spent, or is too old. */
export async function confirmStreamRow(
  db: Database,
  { id }: Pick<StreamRequest, 'id'>,
  signingSecret: string,
): Promise<string | undefined> {
  const { orm, ctx } = db
  const token = linkToken(ctx)
  const { keyId, sealed } = await db.secrets().seal({ signingSecret }, id)
  const changed = await orm
    .update(streamRequests)
    .set({
      state: 'waiting',
      hash: await hashOf(token),
      secrets: sealed,
      secretsKeyId: keyId,
      expiresAt: ctx.now() + LASTS_MS.customer,
    })
    .where(and(eq(streamRequests.id, id), eq(streamRequests.state, 'unconfirmed')))
    .returning({ id: streamRequests.id })
  return changed.length > 0 ? token : undefined
}

/** Spends the customer's link, in one statement. `undefined`: it was spent, or is too old. Answers the signing secret. */
export async function spendStreamLink(db: Database, { id }: Pick<StreamRequest, 'id'>): Promise<string | undefined> {
  const { orm, ctx } = db
  const [spent] = await orm
    .update(streamRequests)
    .set({ state: 'given' })
    .where(and(eq(streamRequests.id, id), eq(streamRequests.state, 'waiting'), gt(streamRequests.expiresAt, ctx.now())))
    .returning({ secrets: streamRequests.secrets, keyId: streamRequests.secretsKeyId })
  if (!spent?.secrets || !spent.keyId) return undefined
  const { signingSecret } = await db.secrets().open(spent.secrets, spent.keyId, id)
  return String(signingSecret)
}

/** The link is good again: what it was followed for could not be done. */
export async function reopenStreamLink({ orm }: Database, { id }: Pick<StreamRequest, 'id'>): Promise<void> {
  await orm.update(streamRequests).set({ state: 'waiting' }).where(eq(streamRequests.id, id))
}

/** What is given stands with its destination; the request, and the secret with it, goes. */
export async function insertSharedStream(
  { orm, ctx }: Database,
  { id, company, email, words }: StreamRequest,
  given: { destinationId: string; workspaceId: string; givenBy: string },
): Promise<void> {
  await orm.batch([
    orm.insert(sharedStreams).values({ ...given, company, email, words, createdAt: ctx.now() }),
    orm.delete(streamRequests).where(eq(streamRequests.id, id)),
  ])
}

/** Links that are too old go, with what was asked for. */
export async function tidyStreamRows({ orm, ctx }: Database): Promise<void> {
  await orm.delete(streamRequests).where(lt(streamRequests.expiresAt, ctx.now()))
}
