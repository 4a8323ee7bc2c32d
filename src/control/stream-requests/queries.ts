import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { EventType } from '../../event/index.ts'
import { type Database, sources } from '../../settings/index.ts'
import { hashOf } from '../partners/index.ts'
import { sharedStreams, streamRequests } from './schema.ts'

/** What somebody asks for. Times are milliseconds. */
export interface StreamRequest {
  id: string
  company: string
  email: string
  url: string
  calls: EventType[]
  words: string
  expiresAt: number
}

/** The request that a link leads to, as long as it is good. One query. */
export async function findStreamRequest(
  { orm, ctx }: Database,
  state: 'unconfirmed' | 'waiting',
  token: string,
): Promise<StreamRequest | undefined> {
  const { id, company, email, url, calls, words, expiresAt, hash } = streamRequests
  const [row] = await orm
    .select({ id, company, email, url, calls, words, expiresAt })
    .from(streamRequests)
    .where(and(eq(hash, await hashOf(token)), eq(streamRequests.state, state), gt(expiresAt, ctx.now())))
  return row
}

/** Whom a destination was given to; `undefined`: it is the customer's own. */
export type SharedStream = Omit<typeof sharedStreams.$inferSelect, 'workspaceId'>

export async function findSharedStream(
  { orm }: Database,
  workspaceId: string,
  id: string,
): Promise<SharedStream | undefined> {
  const { destinationId, company, email, words, givenBy, createdAt } = sharedStreams
  const [row] = await orm
    .select({ destinationId, company, email, words, givenBy, createdAt })
    .from(sharedStreams)
    .where(and(eq(destinationId, id), eq(sharedStreams.workspaceId, workspaceId)))
  return row
}

/** Sources that a page offers. */
export const MOST_GIVEN = 200

/** Of a workspace, by name, one more than are offered. One query. */
export function listSourceChoices({ orm }: Database, workspaceId: string): Promise<{ id: string; name: string }[]> {
  return orm
    .select({ id: sources.id, name: sources.name })
    .from(sources)
    .where(eq(sources.workspaceId, workspaceId))
    .orderBy(sql`lower(${sources.name})`, asc(sources.id))
    .limit(MOST_GIVEN + 1)
}
