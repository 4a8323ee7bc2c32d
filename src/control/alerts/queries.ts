import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import { type CountUnread, tables } from '../../accounts/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, destinations, type Listed, type Page, readPage, sources } from '../../settings/index.ts'
import { alertReaders, alerts, alertSettings } from './schema.ts'

/** What a person has not seen of a workspace's alerts, up to a hundred; of those who have muted them, nothing. */
export const countUnread: CountUnread = (workspaceId, userId) => sql`
  (select count(*) from (select 1 from alerts
    where alerts.workspace_id = ${workspaceId} and alerts.opened_at > coalesce(
      (select case when muted then 9e15 else read_at end from alert_readers as reader
        where reader.workspace_id = ${workspaceId} and reader.user_id = ${userId}), 0)
    limit 100))`

/** Of one subject: nine rules, and what was closed within the day while nobody could be told. */
const MOST_UNSETTLED = 200

export type AlertRow = typeof alerts.$inferSelect
export type AlertSettingsRow = typeof alertSettings.$inferSelect

/** The newest first; those that are open or closed, if so wished. */
export function listAlerts(
  { orm }: Database,
  workspaceId: string,
  page: Page,
  state?: 'open' | 'closed',
): Promise<Listed<AlertRow>> {
  const is = state && { open: isNull(alerts.closedAt), closed: isNotNull(alerts.closedAt) }[state]
  const mine = and(eq(alerts.workspaceId, workspaceId), is)
  return readPage({ columns: [alerts.openedAt, alerts.id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ alert: alerts, ...sums })
        .from(alerts)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(alerts).where(mine),
    keyOf: ({ alert }) => [alert.openedAt, alert.id],
  }).then(({ lines, ...listed }) => ({ ...listed, lines: lines.map(({ alert }) => alert) }))
}

/** Throws 404 when the workspace has no such alert. */
export async function getAlert({ orm }: Database, workspaceId: string, id: string): Promise<AlertRow> {
  const [row] = await orm
    .select()
    .from(alerts)
    .where(and(eq(alerts.id, id), eq(alerts.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no alert ${id}.`)
  return row
}

/** What the workspace has changed; `null`: nothing. */
export async function findSettings({ orm }: Database, workspaceId: string): Promise<AlertSettingsRow | null> {
  const [row] = await orm.select().from(alertSettings).where(eq(alertSettings.workspaceId, workspaceId))
  return row ?? null
}

/** Whether somebody wants to hear nothing of a workspace's alerts. */
export async function isMuted({ orm }: Database, workspaceId: string, userId: string): Promise<boolean> {
  const [row] = await orm
    .select({ muted: alertReaders.muted })
    .from(alertReaders)
    .where(and(eq(alertReaders.workspaceId, workspaceId), eq(alertReaders.userId, userId)))
  return row?.muted === true
}

/** What alerts can be about: where it belongs, what it is called, and what its workspace has changed. `null`: it is gone. */
export async function findSubject({ orm }: Database, kind: 'destination' | 'source', id: string) {
  const table = kind === 'destination' ? destinations : sources
  const [row] = await orm
    .select({ workspaceId: table.workspaceId, name: table.name, enabled: table.enabled, rules: alertSettings.rules })
    .from(table)
    .leftJoin(alertSettings, eq(alertSettings.workspaceId, table.workspaceId))
    .where(eq(table.id, id))
  return row ?? null
}

/** A notice that nobody took for a day is given up: the panel has it. */
export const GIVEN_UP_MS = 24 * 3_600_000

/** Whether others are still to be told of something: of the opening, or of the end. `now`: milliseconds. */
export function isUntold({ openTold, openedAt, closeTold, closedAt }: AlertRow, now: number): boolean {
  const young = now - GIVEN_UP_MS
  return (!openTold && openedAt > young) || (!closeTold && closedAt !== null && closedAt > young)
}

/** Alerts of a subject that are open, or of whose end nobody was told. */
export function unsettledAlerts({ orm }: Database, subjectId: string): Promise<AlertRow[]> {
  const unsettled = or(isNull(alerts.closedAt), eq(alerts.closeTold, false))
  return orm
    .select()
    .from(alerts)
    .where(and(eq(alerts.subjectId, subjectId), unsettled))
    .limit(MOST_UNSETTLED)
}

/** Members who are told by mail. */
const MOST_PEOPLE = 50

/** Addresses of those who can do something about an alert and have not muted them, who joined first first. */
export async function peopleToMail({ orm }: Database, workspaceId: string): Promise<string[]> {
  const { members, users } = tables
  const rows = await orm
    .select({ email: users.email })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .leftJoin(alertReaders, and(eq(alertReaders.workspaceId, workspaceId), eq(alertReaders.userId, members.userId)))
    .where(
      and(
        eq(members.workspaceId, workspaceId),
        inArray(members.role, ['owner', 'member']),
        or(isNull(alertReaders.muted), eq(alertReaders.muted, false)),
      ),
    )
    .orderBy(asc(members.createdAt))
    .limit(MOST_PEOPLE)
  return rows.map(({ email }) => email)
}
