import { and, eq, inArray, isNull, lt, notExists, or, type SQL, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import type { Database } from '../../settings/index.ts'
import { type AlertRow, type AlertSettingsRow, GIVEN_UP_MS } from './queries.ts'
import type { AlertFacts, RuleName } from './rules.ts'
import { alertReaders, alerts, alertSettings } from './schema.ts'

/** Whoever tells others of alerts has this long, before somebody else may. */
const TELLING_MS = 60_000
/** Alerts that are told together. */
const MOST_TOLD = 50

export interface NewAlert {
  workspaceId: string
  rule: RuleName
  subjectId: string
  subjectName: string
  facts: AlertFacts
  /** The table that has its subject: of what was deleted meanwhile nothing is opened, since nobody would close it. */
  of?: 'destinations' | 'sources' | 'warehouses' | 'integrations'
}

/** Opens alerts, each unless one of its rule and subject is open; `once`: or ever was. */
export async function insertAlerts({ orm, ctx }: Database, wanted: readonly NewAlert[], once = false): Promise<void> {
  const openedAt = ctx.now()
  for (const { workspaceId, rule, subjectId, subjectName, facts, of } of wanted) {
    const known = orm
      .select({ one: sql`1` })
      .from(alerts)
      .where(and(eq(alerts.subjectId, subjectId), eq(alerts.rule, rule)))
    const isThere = of && sql`exists (select 1 from ${sql.identifier(of)} where id = ${subjectId})`
    const may = and(isThere, once ? notExists(known) : undefined) ?? sql`1`
    await orm
      .insert(alerts)
      .select(
        sql`select ${randomId(ctx, 'alt_')}, ${workspaceId}, ${rule}, ${subjectId}, ${subjectName}, ${JSON.stringify(facts)}, ${openedAt}, null, 0, 0, null where ${may}`,
      )
      .onConflictDoNothing()
  }
}

/** Of one that is open others are told once more, with what is so now; `false`: none is. */
export async function retellAlert({ orm }: Database, { rule, subjectId, facts }: NewAlert): Promise<boolean> {
  const told = await orm
    .update(alerts)
    .set({ facts, openTold: false })
    .where(and(eq(alerts.subjectId, subjectId), eq(alerts.rule, rule), isNull(alerts.closedAt)))
    .returning({ id: alerts.id })
  return told.length > 0
}

/** Closes those of a subject that are open, of these rules. */
export async function closeAlertRows(
  { orm, ctx }: Database,
  subjectId: string,
  rules: readonly RuleName[],
): Promise<void> {
  await orm
    .update(alerts)
    .set({ closedAt: ctx.now() })
    .where(and(eq(alerts.subjectId, subjectId), inArray(alerts.rule, [...rules]), isNull(alerts.closedAt)))
}

/** Closes those of a subject that is gone: whoever removed it knows of that. */
export async function closeAlertsOfNothing({ orm, ctx }: Database, subjectId: string): Promise<void> {
  await orm
    .update(alerts)
    .set({ closedAt: ctx.now(), openTold: true, closeTold: true })
    .where(and(eq(alerts.subjectId, subjectId), isNull(alerts.closedAt)))
}

/** Closes one by hand: who does so knows of it. */
export async function closeAlertRow({ orm, ctx }: Database, id: string): Promise<void> {
  await orm
    .update(alerts)
    .set({ closedAt: ctx.now(), openTold: true, closeTold: true })
    .where(and(eq(alerts.id, id), isNull(alerts.closedAt)))
}

/** Alerts of which others are still to be told, and which nobody is telling: they are the caller's for a minute. */
export async function claimUntold({ orm, ctx }: Database, workspaceId?: string): Promise<AlertRow[]> {
  const now = ctx.now()
  const young = now - GIVEN_UP_MS
  const few = orm
    .select({ id: alerts.id })
    .from(alerts)
    .where(
      and(
        workspaceId === undefined ? undefined : eq(alerts.workspaceId, workspaceId),
        or(
          and(eq(alerts.openTold, false), sql`${alerts.openedAt} > ${young}`),
          and(eq(alerts.closeTold, false), sql`${alerts.closedAt} > ${young}`),
        ),
        or(isNull(alerts.tellingUntil), lt(alerts.tellingUntil, now)),
      ),
    )
    .orderBy(alerts.openedAt)
    .limit(MOST_TOLD)
  return orm
    .update(alerts)
    .set({ tellingUntil: now + TELLING_MS })
    .where(inArray(alerts.id, few))
    .returning()
}

/** Others were told of what these say: of their opening, and of those that were closed then, of that too. */
export async function markTold({ orm }: Database, told: readonly AlertRow[]): Promise<void> {
  const idsOf = (some: readonly AlertRow[]): SQL =>
    sql`(select value from json_each(${JSON.stringify(some.map(({ id }) => id))}))`
  const closed = told.filter(({ closedAt }) => closedAt !== null)
  await orm.batch([
    orm
      .update(alerts)
      .set({ openTold: true, tellingUntil: null })
      .where(sql`${alerts.id} in ${idsOf(told)}`),
    orm
      .update(alerts)
      .set({ closeTold: true })
      .where(sql`${alerts.id} in ${idsOf(closed)}`),
  ])
}

export async function upsertSettings({ orm }: Database, row: AlertSettingsRow): Promise<void> {
  const { workspaceId: _workspaceId, ...set } = row
  await orm.insert(alertSettings).values(row).onConflictDoUpdate({ target: alertSettings.workspaceId, set })
}

export async function upsertReader(
  { orm }: Database,
  { workspaceId, userId, ...set }: { workspaceId: string; userId: string; readAt?: number; muted?: boolean },
): Promise<void> {
  await orm
    .insert(alertReaders)
    .values({ workspaceId, userId, ...set })
    .onConflictDoUpdate({ target: [alertReaders.workspaceId, alertReaders.userId], set })
}

/** Days that a closed alert is kept. */
const KEPT_DAYS = 90

/** Removes those that were closed long ago, and of each workspace the oldest beyond its quota. */
export async function deleteOldAlerts({ orm, ctx, quotas }: Database): Promise<void> {
  await orm.batch([
    orm.delete(alerts).where(lt(alerts.closedAt, ctx.now() - KEPT_DAYS * 24 * 3_600_000)),
    orm
      .delete(alerts)
      .where(
        sql`${alerts.id} in (select id from (select id, row_number() over (partition by workspace_id order by opened_at desc, id desc) as place from alerts) where place > ${quotas.alerts})`,
      ),
  ])
}
