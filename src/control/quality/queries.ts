import { and, asc, desc, eq, gte, inArray, isNotNull, type SQL, sql } from 'drizzle-orm'
import type { IntegrationState } from '../../integrations/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import {
  type Database,
  integrations,
  type Listed,
  type Page,
  readPage,
  type Rollout,
  versionOf,
} from '../../settings/index.ts'
import { partners } from '../partners/index.ts'
import { type DayFigures, faresOf, type FiguresRow, sumOfRows, type VersionSince, withVersion } from './figures.ts'
import type { MaintenanceWindow } from './maintenance.ts'
import type { RedactedSample } from './redact.ts'
import { integrationDays, maintenanceWindows, qualityDays } from './schema.ts'
import { type QualityBand, dayOf, SCORE_DAYS } from './score.ts'

/** Customers whose failures are shown as they were sent: as many lanes are asked. */
const MOST_RAW = 3
/** Planned hours that are still to come or were lately, of a page. */
const MOST_WINDOWS = 50

/** A destination whose lane has moved since it was asked for its days. */
export interface Unread {
  id: string
  integrationId: string
  /** Of its integration's maker, or of a sandbox: its days are known, and count for nobody. */
  counts: boolean
  /** When it told that it had moved, in milliseconds. */
  seen: number
  readAt: number | null
  /** Those that it went by lately, up to now. */
  versions: VersionSince[]
}

interface UnreadRow extends Omit<Unread, 'counts' | 'versions'> {
  counts: number
  live: number
  /** Of the rollout what says who has it. */
  rollout: string | null
  versions: string | null
}

/** Destinations of partners' integrations whose figures have moved, those first that were asked longest ago. One query. */
export async function listUnread({ orm, ctx }: Database, most: number): Promise<Unread[]> {
  const rows = await orm.all<UnreadRow>(sql`
    SELECT d.id AS id, i.id AS integrationId, d.workspace_id <> i.workspace_id AND w.sandbox = 0 AS counts, h.at AS seen, r.read_at AS readAt,
      i.live AS live, r.versions AS versions, CASE WHEN i.rollout IS NOT NULL THEN
        json_object('number', i.rollout ->> 'number', 'share', i.rollout ->> 'share', 'first', i.rollout ->> 'first') END AS rollout
    FROM integrations AS i JOIN partners AS p ON p.workspace_id = i.workspace_id
      JOIN destinations AS d ON d.integration_id = i.id JOIN destination_health AS h ON h.destination_id = d.id
      JOIN workspaces AS w ON w.id = d.workspace_id LEFT JOIN delivery_reads AS r ON r.destination_id = d.id
    WHERE i.status IN ('PRIVATE_BETA', 'PUBLIC_BETA', 'PUBLIC', 'DEPRECATED') AND (r.seen IS NULL OR r.seen <> h.at)
    ORDER BY coalesce(r.read_at, 0), d.id LIMIT ${most}`)
  return rows.map(({ live, rollout, versions, ...one }) => {
    const shared = rollout === null ? null : (JSON.parse(rollout) as Pick<Rollout, 'number' | 'share' | 'first'>)
    const version = versionOf({ live, rollout: shared }, one.id)
    const known = JSON.parse(versions ?? '[]') as VersionSince[]
    return { ...one, counts: one.counts === 1, versions: withVersion(known, version, ctx.now()) }
  })
}

/** Planned hours of some integrations that are later than `from`, milliseconds. One query. */
export async function listWindows(
  { orm }: Database,
  integrationIds: readonly string[],
  from: number,
): Promise<MaintenanceWindow[]> {
  if (integrationIds.length === 0) return []
  const ids = sql`(SELECT value FROM json_each(${JSON.stringify(integrationIds)}))`
  return orm
    .select()
    .from(maintenanceWindows)
    .where(and(sql`${maintenanceWindows.integrationId} IN ${ids}`, gte(maintenanceWindows.endsAt, from)))
    .orderBy(asc(maintenanceWindows.startsAt))
    .limit(integrationIds.length * MOST_WINDOWS)
}

/** A row of an integration's days, with how many workspaces were delivered to. */
export interface IntegrationDay extends FiguresRow {
  customers: number
}

/** A failure that is shown: of the code, when last. */
export interface ShownSample {
  code: string
  /** Milliseconds. */
  at: number
  version: number
  sample: RedactedSample
}

/** How an integration fares. */
export interface Growth {
  /** From this day on (since 1970), the oldest first. */
  from: number
  days: IntegrationDay[]
  samples: ShownSample[]
  /** Workspaces that have it switched on now, without the maker's own and sandboxes. */
  connected: number
}

const DAYS_AS_JSON = sql.raw(
  "json_group_array(json_object('day', day, 'version', version, 'planned', planned, 'customers', customers, 'figures', json(figures)))",
)

function daysIn(json = '[]'): IntegrationDay[] {
  const read = JSON.parse(json) as (Omit<IntegrationDay, 'planned'> & { planned: number })[]
  return read.map((one) => ({ ...one, planned: one.planned === 1 }))
}

/** The last `days` days of an integration. One query. */
export async function growthOf({ orm, ctx }: Database, integrationId: string, days: number): Promise<Growth> {
  const from = dayOf(ctx.now()) - days + 1
  const [row] = await orm.all<{ days: string; samples: string; connected: number }>(sql`
    SELECT (SELECT ${DAYS_AS_JSON} FROM (SELECT * FROM integration_days WHERE integration_id = ${integrationId} AND day >= ${from}
        ORDER BY day, version, planned)) AS days,
      (SELECT json_group_array(json_object('code', code, 'at', at, 'version', version, 'sample', json(sample)))
        FROM (SELECT * FROM integration_samples WHERE integration_id = ${integrationId} ORDER BY at DESC, code)) AS samples,
      (SELECT count(DISTINCT d.workspace_id) FROM destinations AS d JOIN workspaces AS w ON w.id = d.workspace_id JOIN integrations AS i ON i.id = d.integration_id
        WHERE d.integration_id = ${integrationId} AND d.enabled = 1 AND d.workspace_id <> i.workspace_id AND w.sandbox = 0) AS connected`)
  return {
    from,
    days: daysIn(row?.days),
    samples: JSON.parse(row?.samples ?? '[]') as ShownSample[],
    connected: row?.connected ?? 0,
  }
}

/** A destination of a customer who shows its maker failures as they were sent. `name`: of a customer who may be named. */
export interface Consenting {
  destinationId: string
  name: string | null
}

/** Some of them, those first that told last how they stand. One query. */
export async function listConsenting({ orm }: Database, integrationId: string): Promise<Consenting[]> {
  return orm.all<Consenting>(sql`
    SELECT d.id AS destinationId, CASE WHEN c.named = 1 THEN w.name END AS name
    FROM customer_consents AS c JOIN destinations AS d ON d.integration_id = c.integration_id AND d.workspace_id = c.workspace_id
      JOIN workspaces AS w ON w.id = d.workspace_id JOIN destination_health AS h ON h.destination_id = d.id
    WHERE c.integration_id = ${integrationId} AND c.samples = 1
    ORDER BY h.failed_attempts > 0 DESC, h.at DESC, d.id LIMIT ${MOST_RAW}`)
}

/** States in which an integration is judged: others than its maker have it. */
export const JUDGED_STATES = ['PUBLIC_BETA', 'PUBLIC', 'DEPRECATED'] as const satisfies IntegrationState[]

/** Integrations of partners that are judged, those first whose score was computed longest ago. One query. */
export async function listToJudge({ orm, ctx }: Database, most: number): Promise<string[]> {
  const rows = await orm.all<{ id: string }>(sql`
    SELECT i.id AS id FROM integrations AS i JOIN partners AS p ON p.workspace_id = i.workspace_id
      LEFT JOIN quality_days AS q ON q.integration_id = i.id AND q.day = ${dayOf(ctx.now())}
    WHERE i.status IN ('PUBLIC_BETA', 'PUBLIC', 'DEPRECATED') ORDER BY coalesce(q.at, 0), i.id LIMIT ${most}`)
  return rows.map(({ id }) => id)
}

/** All rows of an integration's days from a day on, the oldest first. One query. */
export async function listDays({ orm }: Database, integrationId: string, from: number): Promise<IntegrationDay[]> {
  const { day, version, planned, customers, figures } = integrationDays
  return orm
    .select({ day, version, planned, customers, figures })
    .from(integrationDays)
    .where(and(eq(integrationDays.integrationId, integrationId), gte(day, from)))
    .orderBy(asc(day), asc(version), asc(planned))
}

export type QualityDay = Omit<typeof qualityDays.$inferSelect, 'integrationId'>

/** What is known of an integration's quality. */
export interface Quality {
  /** Scores by day, the oldest first. */
  history: QualityDay[]
  /** Planned hours that have not ended for a month, the earliest first. */
  windows: MaintenanceWindow[]
  /** What its score is made of now. */
  rows: IntegrationDay[]
}

/** The last `days` days. One query. */
export async function qualityOf({ orm, ctx }: Database, integrationId: string, days: number): Promise<Quality> {
  const now = ctx.now()
  const today = dayOf(now)
  const [row] = await orm.all<Record<keyof Quality, string>>(sql`
    SELECT (SELECT json_group_array(json_object('day', day, 'score', score, 'band', band, 'parts', json(parts), 'causes', json(causes), 'at', at))
        FROM (SELECT * FROM quality_days WHERE integration_id = ${integrationId} AND day > ${today - days} ORDER BY day)) AS history,
      (SELECT json_group_array(json_object('id', id, 'integrationId', integration_id, 'startsAt', starts_at, 'endsAt', ends_at, 'words', words, 'createdAt', created_at))
        FROM (SELECT * FROM maintenance_windows WHERE integration_id = ${integrationId} AND ends_at >= ${now - SCORE_DAYS * DAY_MS}
          ORDER BY starts_at LIMIT ${MOST_WINDOWS})) AS windows,
      (SELECT ${DAYS_AS_JSON} FROM (SELECT * FROM integration_days WHERE integration_id = ${integrationId} AND day >= ${today - SCORE_DAYS}
        ORDER BY day, version, planned)) AS rows`)
  return {
    history: JSON.parse(row?.history ?? '[]') as QualityDay[],
    windows: JSON.parse(row?.windows ?? '[]') as MaintenanceWindow[],
    rows: daysIn(row?.rows),
  }
}

/** A line of the operator's list. */
export interface Judged {
  id: string
  name: string
  status: IntegrationState
  company: string
  score: number | null
  band: QualityBand | null
  /** Milliseconds; `null`: it was never computed. */
  at: number | null
}

/** Integrations of partners that are judged, the worst first; those without a score last. One query. */
export async function listJudged(db: Database, page: Page): Promise<Listed<Judged>> {
  const { orm } = db
  const newest = sql`${qualityDays.integrationId} = ${integrations.id} AND ${qualityDays.day} = (SELECT max(q.day) FROM quality_days AS q WHERE q.integration_id = ${integrations.id})`
  const wanted = and(inArray(integrations.status, [...JUDGED_STATES]), isNotNull(partners.workspaceId))
  const rank = sql<number>`coalesce(${qualityDays.score}, 101)`
  return readPage({ columns: [rank, integrations.id], desc: false }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({
          id: integrations.id,
          name: integrations.name,
          status: integrations.status,
          company: partners.company,
          score: qualityDays.score,
          band: qualityDays.band,
          at: qualityDays.at,
          ...sums,
        })
        .from(integrations)
        .innerJoin(partners, eq(partners.workspaceId, integrations.workspaceId))
        .leftJoin(qualityDays, newest)
        .where(and(wanted, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) =>
      orm
        .select(sums)
        .from(integrations)
        .innerJoin(partners, eq(partners.workspaceId, integrations.workspaceId))
        .where(wanted),
    keyOf: ({ score, id }) => [score ?? 101, id],
  })
}

/** A customer of an integration that ends, who was not told of it yet. */
export interface UntoldCustomer {
  integrationId: string
  name: string
  workspaceId: string
  /** Milliseconds. */
  endsAt: number
  /** Why, as the record has it. */
  words: string
  /** One of its destinations. */
  destinationId: string
  /** Addresses of its owners, some of them. */
  owners: string[]
}

/** Some of them. One query. */
export async function listUntoldCustomers({ orm }: Database, most: number): Promise<UntoldCustomer[]> {
  const rows = await orm.all<Omit<UntoldCustomer, 'owners'> & { owners: string }>(sql`
    SELECT i.id AS integrationId, i.name AS name, d.workspace_id AS workspaceId, l.ends_at AS endsAt, min(d.id) AS destinationId,
      coalesce((SELECT e.words FROM lifecycle_entries AS e WHERE e.integration_id = i.id AND e.act = 'deprecate' ORDER BY e.id DESC LIMIT 1), '') AS words,
      (SELECT json_group_array(email) FROM (SELECT u.email AS email FROM members AS m JOIN users AS u ON u.id = m.user_id
        WHERE m.workspace_id = d.workspace_id AND m.role = 'owner' ORDER BY u.email LIMIT 5)) AS owners
    FROM integrations AS i JOIN lifecycles AS l ON l.integration_id = i.id JOIN destinations AS d ON d.integration_id = i.id
    WHERE i.status = 'DEPRECATED' AND l.ends_at IS NOT NULL AND d.enabled = 1 AND d.workspace_id <> i.workspace_id
      AND NOT EXISTS (SELECT 1 FROM customer_notices AS n WHERE n.integration_id = i.id AND n.workspace_id = d.workspace_id AND n.ends_at = l.ends_at)
    GROUP BY i.id, d.workspace_id ORDER BY l.ends_at, i.id, d.workspace_id LIMIT ${most}`)
  return rows.map((one) => ({ ...one, owners: JSON.parse(one.owners) as string[] }))
}

/** The last scores of an integration, the oldest first. One query. */
export async function listScores({ orm }: Database, integrationId: string, most: number) {
  const { day, score, band } = qualityDays
  const newest = await orm
    .select({ day, score, band })
    .from(qualityDays)
    .where(eq(qualityDays.integrationId, integrationId))
    .orderBy(desc(day))
    .limit(most)
  return newest.toReversed()
}

/** How an integration fares with its customers in the last quarter of an hour, as their lanes have told. */
export interface IntegrationErrors {
  integrationId: string
  name: string
  /** That has made it. */
  workspaceId: string
  /** Events that were delivered, attempts that failed. */
  delivered: number
  failed: number
  /** With whom attempts failed. */
  customers: number
  /** The share of attempts that fail usually, 0 to 1: of the seven days before. */
  usual: number
}

const QUARTER_MS = 15 * 60_000
const USUAL_DAYS = 7

async function errorsWhere({ orm, ctx }: Database, which: SQL): Promise<IntegrationErrors | undefined> {
  const now = ctx.now()
  const today = dayOf(now)
  const [row] = await orm.all<Omit<IntegrationErrors, 'usual'> & { days: string }>(sql`
    SELECT i.id AS integrationId, i.name AS name, i.workspace_id AS workspaceId, coalesce(sum(h.lately_delivered), 0) AS delivered,
      coalesce(sum(h.lately_failed), 0) AS failed, count(DISTINCT CASE WHEN h.lately_failed > 0 THEN d.workspace_id END) AS customers,
      (SELECT json_group_array(json(figures)) FROM integration_days WHERE integration_id = i.id AND planned = 0
        AND day >= ${today - USUAL_DAYS} AND day < ${today}) AS days
    FROM integrations AS i JOIN partners AS p ON p.workspace_id = i.workspace_id
      LEFT JOIN destinations AS d ON d.integration_id = i.id AND d.workspace_id <> i.workspace_id
      LEFT JOIN destination_health AS h ON h.destination_id = d.id AND h.at > ${now - QUARTER_MS}
    WHERE ${which} AND i.status IN ('PRIVATE_BETA', 'PUBLIC_BETA', 'PUBLIC', 'DEPRECATED') GROUP BY i.id`)
  if (!row) return undefined
  const { days, ...found } = row
  const { delivered, failedAttempts } = faresOf(
    sumOfRows((JSON.parse(days) as DayFigures[]).map((figures) => ({ figures }))),
  )
  return { ...found, usual: failedAttempts === 0 ? 0 : failedAttempts / (delivered + failedAttempts) }
}

/** Of what a destination sends to; `undefined`: that is no partner's. One query. */
export function findErrors(db: Database, destinationId: string): Promise<IntegrationErrors | undefined> {
  return errorsWhere(db, sql`i.id = (SELECT integration_id FROM destinations WHERE id = ${destinationId})`)
}

/** The same by the id of the integration. */
export function findErrorsFor(db: Database, integrationId: string): Promise<IntegrationErrors | undefined> {
  return errorsWhere(db, sql`i.id = ${integrationId}`)
}

/** What alerts of a rule that are open are about, some of them. One query. */
export async function listOpenAlarms({ orm }: Database, rule: string, most: number): Promise<string[]> {
  const rows = await orm.all<{ id: string }>(
    sql`SELECT subject_id AS id FROM alerts WHERE rule = ${rule} AND closed_at IS NULL ORDER BY opened_at LIMIT ${most}`,
  )
  return rows.map(({ id }) => id)
}
