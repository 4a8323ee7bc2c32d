import { and, eq, gt, gte, lt, type SQL, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import { DAY_MS, HOUR_MS } from '../../statistics/index.ts'
import { type Database, destinations } from '../../settings/index.ts'
import type { FiguresRow } from './figures.ts'
import { type MaintenanceWindow, monthAround, MOST_PLANNED_MS } from './maintenance.ts'
import type { UntoldCustomer, Unread } from './queries.ts'
import type { RedactedSample } from './redact.ts'
import {
  customerNotices,
  deliveryDays,
  deliveryReads,
  integrationDays,
  integrationSamples,
  maintenanceWindows,
  qualityDays,
} from './schema.ts'
import type { Cause, Score } from './score.ts'

/** Days that are kept of a destination, and of an integration. */
const KEPT_DAYS = 31
const KEPT_SUM_DAYS = 400
/** Codes of which an integration has a sample. */
const MOST_SAMPLES = 20

/**
 * What a lane has said of its days from `from` on takes the place of what it said before, in its own rows and, by the difference,
 * in those of its integration: one transaction, so that a repeat changes nothing. Rows of a destination that is gone are not made.
 */
export async function replaceDeliveryDays(
  { orm, ctx }: Database,
  { id, seen, integrationId, counts, versions }: Unread,
  from: number,
  rows: readonly FiguresRow[],
): Promise<void> {
  const there = sql`EXISTS (SELECT 1 FROM ${destinations} WHERE ${destinations.id} = ${id})`
  const counted = sql`${there} AND ${counts ? 1 : 0} = 1`
  const readAt = ctx.now()
  const { day, version, planned } = integrationDays
  const said = sql`FROM delivery_days AS b WHERE b.destination_id = ${id} AND b.day = ${day} AND b.version = ${version} AND b.planned = ${planned}`
  await orm.batch([
    orm
      .insert(deliveryReads)
      .select(sql`SELECT ${id}, ${seen}, ${readAt}, ${JSON.stringify(versions)} WHERE ${there}`)
      .onConflictDoUpdate({ target: deliveryReads.destinationId, set: { seen, readAt, versions } }),
    orm
      .update(integrationDays)
      .set({ figures: sumInSql(sql`integration_days.figures`, sql`(SELECT b.figures ${said})`, '-') })
      .where(
        and(
          eq(integrationDays.integrationId, integrationId),
          gte(day, from),
          sql`${counted} AND EXISTS (SELECT 1 ${said})`,
        ),
      ),
    orm.delete(deliveryDays).where(and(eq(deliveryDays.destinationId, id), gte(deliveryDays.day, from))),
    ...rows.flatMap(({ figures, ...row }) => {
      const { day: on, version: of, planned: isPlanned } = row
      const key = sql`${on}, ${of}, ${isPlanned ? 1 : 0}`
      const delivered = figures['delivered'] ?? 0
      const failed = Object.entries(figures).reduce((n, [name, some]) => n + (name.startsWith('failed|') ? some : 0), 0)
      const body = JSON.stringify(figures)
      return [
        orm.insert(deliveryDays).select(sql`SELECT ${id}, ${key}, ${delivered}, ${failed}, ${body} WHERE ${there}`),
        orm
          .insert(integrationDays)
          .select(sql`SELECT ${integrationId}, ${key}, 0, ${body} WHERE ${counted}`)
          .onConflictDoUpdate({
            target: [integrationDays.integrationId, day, version, planned],
            set: { figures: sumInSql(sql`integration_days.figures`, sql`${body}`, '+') },
          }),
      ] as const
    }),
  ])
}

/** Two flat objects of numbers added, or the second taken off the first; what is nothing then goes. */
function sumInSql(a: SQL, b: SQL, sign: '+' | '-'): SQL {
  const signed = sql.raw(sign === '-' ? '-value' : 'value')
  return sql`(SELECT json_group_object(key, n) FROM (SELECT key, sum(value) AS n FROM (SELECT key, value FROM json_each(${a}) UNION ALL SELECT key, ${signed} FROM json_each(${b})) GROUP BY key HAVING sum(value) <> 0))`
}

/** Customers of an integration from a day on, as its destinations' rows have them; what was counted before stays counted. */
export async function updateCustomers({ orm }: Database, integrationId: string, from: number): Promise<void> {
  const own = sql`SELECT i.workspace_id FROM integrations AS i WHERE i.id = ${integrationId}`
  const counted = sql`(SELECT count(DISTINCT d.workspace_id) FROM destinations AS d JOIN delivery_days AS dd ON dd.destination_id = d.id
    JOIN workspaces AS w ON w.id = d.workspace_id WHERE d.integration_id = ${integrationId} AND w.sandbox = 0 AND d.workspace_id <> (${own})
    AND dd.day = integration_days.day AND dd.version = integration_days.version AND dd.planned = integration_days.planned AND dd.delivered > 0)`
  await orm
    .update(integrationDays)
    .set({ customers: sql`max(customers, ${counted})` })
    .where(and(eq(integrationDays.integrationId, integrationId), sql`${integrationDays.day} >= ${from}`))
}

/** The newest of a code takes the place of an older one; beyond as many as are kept the oldest goes. */
export async function upsertSample(
  { orm }: Database,
  integrationId: string,
  one: { code: string; at: number; version: number; sample: RedactedSample },
): Promise<void> {
  const { code: _, ...set } = one
  await orm.batch([
    orm
      .insert(integrationSamples)
      .values({ integrationId, ...one })
      .onConflictDoUpdate({
        target: [integrationSamples.integrationId, integrationSamples.code],
        set,
        setWhere: lt(integrationSamples.at, one.at),
      }),
    orm
      .delete(integrationSamples)
      .where(
        and(
          eq(integrationSamples.integrationId, integrationId),
          sql`${integrationSamples.code} NOT IN (SELECT s.code FROM integration_samples AS s WHERE s.integration_id = ${integrationId} ORDER BY s.at DESC, s.code LIMIT ${MOST_SAMPLES})`,
        ),
      ),
  ])
}

/** Days and samples that nobody asks for any more go. */
export async function tidyFigures({ orm, ctx }: Database): Promise<void> {
  const today = Math.floor(ctx.now() / DAY_MS)
  await orm.batch([
    orm.delete(deliveryDays).where(lt(deliveryDays.day, today - KEPT_DAYS)),
    orm.delete(integrationDays).where(lt(integrationDays.day, today - KEPT_SUM_DAYS)),
    orm.delete(qualityDays).where(lt(qualityDays.day, today - KEPT_SUM_DAYS)),
    orm.delete(integrationSamples).where(lt(integrationSamples.at, (today - KEPT_DAYS) * DAY_MS)),
    orm.delete(customerNotices).where(lt(customerNotices.endsAt, (today - KEPT_SUM_DAYS) * DAY_MS)),
    orm.delete(maintenanceWindows).where(lt(maintenanceWindows.endsAt, (today - KEPT_SUM_DAYS) * DAY_MS)),
  ])
}

/** Plans maintenance, as long as its month has room for it and no other is planned then; `false`: it has not. */
export async function insertMaintenance(
  { orm, ctx }: Database,
  integrationId: string,
  { startsAt, endsAt, words }: Pick<MaintenanceWindow, 'startsAt' | 'endsAt' | 'words'>,
): Promise<string | undefined> {
  const id = randomId(ctx, 'mnt_')
  const month = monthAround(startsAt)
  const mine = sql`${maintenanceWindows.integrationId} = ${integrationId}`
  const { startsAt: starts, endsAt: ends } = maintenanceWindows
  const used = sql`(SELECT coalesce(sum(${ends} - ${starts}), 0) FROM ${maintenanceWindows} WHERE ${mine} AND ${starts} >= ${month.from} AND ${starts} < ${month.until})`
  const overlaps = sql`EXISTS (SELECT 1 FROM ${maintenanceWindows} WHERE ${mine} AND ${starts} < ${endsAt} AND ${ends} > ${startsAt})`
  const made = await orm
    .insert(maintenanceWindows)
    .select(
      sql`SELECT ${id}, ${integrationId}, ${startsAt}, ${endsAt}, ${words}, ${ctx.now()} WHERE ${used} + ${endsAt - startsAt} <= ${MOST_PLANNED_MS} AND NOT ${overlaps}`,
    )
    .returning({ id: maintenanceWindows.id })
  return made[0]?.id
}

/** Only what has not begun; `false`: there is none. */
export async function deleteMaintenance({ orm, ctx }: Database, integrationId: string, id: string): Promise<boolean> {
  const { id: windowId, integrationId: of, startsAt } = maintenanceWindows
  const gone = await orm
    .delete(maintenanceWindows)
    .where(and(eq(windowId, id), eq(of, integrationId), gt(startsAt, ctx.now() + HOUR_MS)))
    .returning({ id: windowId })
  return gone.length > 0
}

/** The score of a day takes the place of what was computed before on it. */
export async function upsertScore(
  { orm, ctx }: Database,
  integrationId: string,
  day: number,
  { score, band, parts }: Score,
  causes: Cause[],
): Promise<void> {
  const set = { score, band, parts, causes, at: ctx.now() }
  await orm
    .insert(qualityDays)
    .values({ integrationId, day, ...set })
    .onConflictDoUpdate({ target: [qualityDays.integrationId, qualityDays.day], set })
}

/** A customer was told that an integration ends. */
export async function insertNotice(
  { orm, ctx }: Database,
  { integrationId, workspaceId, endsAt }: Pick<UntoldCustomer, 'integrationId' | 'workspaceId' | 'endsAt'>,
): Promise<void> {
  await orm.insert(customerNotices).values({ integrationId, workspaceId, endsAt, at: ctx.now() }).onConflictDoNothing()
}
