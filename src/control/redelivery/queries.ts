import { asc, eq, sql } from 'drizzle-orm'
import type { EventType } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import type { Database } from '../../settings/index.ts'
import { type replayRequests, returns } from './schema.ts'

export type Return = typeof returns.$inferSelect
export type ReplayRequest = typeof replayRequests.$inferSelect

/** Requests of an integration that are shown. */
const MOST_SHOWN = 20

/** `undefined`: nobody has ever said so. One query. */
export async function findReturn({ orm }: Database, integrationId: string): Promise<Return | undefined> {
  const [row] = await orm.select().from(returns).where(eq(returns.integrationId, integrationId))
  return row
}

/** Those that are not over, some of them. One query. */
export async function listOpenReturns({ orm }: Database, most: number): Promise<Return[]> {
  return orm.select().from(returns).where(eq(returns.complete, false)).orderBy(asc(returns.at)).limit(most)
}

/** Destinations for which something waits that nobody has stopped, after `after` in the order of ids. One query. */
export async function listWaiting(
  { orm }: Database,
  integrationId: string,
  after: string,
  most: number,
): Promise<string[]> {
  const rows = await orm.all<{ id: string }>(sql`
    SELECT d.id AS id FROM destinations AS d JOIN destination_health AS h ON h.destination_id = d.id
    WHERE d.integration_id = ${integrationId} AND d.id > ${after} AND d.enabled = 1 AND d.paused = 0 AND h.waiting > 0
    ORDER BY d.id LIMIT ${most}`)
  return rows.map(({ id }) => id)
}

/** A request, with how many destinations of customers were asked and what they said. */
export interface CountedRequest extends ReplayRequest {
  asked: number
  agreed: number
  declined: number
}

/** Who can be asked: customers' destinations that were there before the range ended. */
const ASKED = sql`d.workspace_id <> i.workspace_id AND w.sandbox = 0 AND d.created_at < r.until_at`

/** What a partner can do after an outage, as it stands. */
export interface Redelivery {
  /** `null`: it was never said to be back. */
  last: Return | null
  /** The newest first. */
  requests: CountedRequest[]
}

/** One query. */
export async function describeRedelivery({ orm }: Database, integrationId: string): Promise<Redelivery> {
  const [row] = await orm.all<{ last: string | null; requests: string }>(sql`
    SELECT (SELECT json_object('integrationId', integration_id, 'at', at, 'who', who, 'cursor', cursor, 'told', told, 'complete', json(iif(complete, 'true', 'false')))
        FROM returns WHERE integration_id = ${integrationId}) AS last,
      (SELECT json_group_array(json_object('id', r.id, 'integrationId', r.integration_id, 'from', r.from_at, 'until', r.until_at, 'types', json(coalesce(r.types, 'null')),
          'words', r.words, 'createdAt', r.created_at, 'expiresAt', r.expires_at,
          'asked', (SELECT count(*) FROM destinations AS d JOIN integrations AS i ON i.id = d.integration_id JOIN workspaces AS w ON w.id = d.workspace_id
            WHERE d.integration_id = r.integration_id AND ${ASKED}),
          'agreed', (SELECT count(*) FROM replay_answers AS a WHERE a.request_id = r.id AND a.agreed = 1),
          'declined', (SELECT count(*) FROM replay_answers AS a WHERE a.request_id = r.id AND a.agreed = 0)))
        FROM (SELECT * FROM replay_requests WHERE integration_id = ${integrationId} ORDER BY created_at DESC, id LIMIT ${MOST_SHOWN}) AS r) AS requests`)
  return {
    last: JSON.parse(row?.last ?? 'null') as Return | null,
    requests: JSON.parse(row?.requests ?? '[]') as CountedRequest[],
  }
}

/** A request that a destination is asked by, with what was said to it; `null`: nothing yet. */
export interface AskedRequest extends ReplayRequest {
  agreed: boolean | null
  replayId: string | null
}

/** Those that are open or were answered, the newest first. One query. */
export async function listAsked({ orm, ctx }: Database, destinationId: string): Promise<AskedRequest[]> {
  const rows = await orm.all<
    Omit<AskedRequest, 'types' | 'agreed'> & { types: string | null; agreed: number | null }
  >(sql`
    SELECT r.id AS id, r.integration_id AS integrationId, r.from_at AS "from", r.until_at AS "until", r.types AS types, r.words AS words,
      r.created_at AS createdAt, r.expires_at AS expiresAt, a.agreed AS agreed, a.replay_id AS replayId
    FROM destinations AS d JOIN integrations AS i ON i.id = d.integration_id JOIN workspaces AS w ON w.id = d.workspace_id
      JOIN replay_requests AS r ON r.integration_id = d.integration_id LEFT JOIN replay_answers AS a ON a.request_id = r.id AND a.destination_id = d.id
    WHERE d.id = ${destinationId} AND ${ASKED} AND (r.expires_at > ${ctx.now()} OR a.at IS NOT NULL)
    ORDER BY r.created_at DESC, r.id LIMIT ${MOST_SHOWN}`)
  return rows.map(({ types, agreed, ...one }) => ({
    ...one,
    types: types === null ? null : (JSON.parse(types) as EventType[]),
    agreed: agreed === null ? null : agreed === 1,
  }))
}

/** One that a destination is asked by. Throws 404. */
export async function getAsked(db: Database, destinationId: string, requestId: string): Promise<AskedRequest> {
  const found = (await listAsked(db, destinationId)).find(({ id }) => id === requestId)
  if (!found) throw refusal(404, `Nobody asks this destination for ${requestId}.`)
  return found
}
