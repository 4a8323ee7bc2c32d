import { and, asc, desc, eq, gt, gte, lt, or, sql } from 'drizzle-orm'
import type { UserCounts } from '../../overview/index.ts'
import { type Database, type Listed, type Page, readPage, sources } from '../../settings/index.ts'
import { usageDays } from './schema.ts'

/** Figures of some time, as they were published last. Unit: events, but for requests. */
export interface UsageFigures {
  requests: number
  received: number
  duplicates: number
  rejected: number
  archived: number
}

/** Days since 1970, UTC: [from, until). */
export interface Days {
  from: number
  until: number
}

const SUMS = {
  requests: sql<number>`coalesce(sum(${usageDays.requests}), 0)`,
  received: sql<number>`coalesce(sum(${usageDays.received}), 0)`,
  duplicates: sql<number>`coalesce(sum(${usageDays.duplicates}), 0)`,
  rejected: sql<number>`coalesce(sum(${usageDays.rejected}), 0)`,
  archived: sql<number>`coalesce(sum(${usageDays.archived}), 0)`,
}

function within(workspaceId: string, { from, until }: Days) {
  return and(eq(usageDays.workspaceId, workspaceId), gte(usageDays.day, from), lt(usageDays.day, until))
}

/** A workspace's usage day by day; days on which nothing came are left out. */
export function usageByDay(
  { orm }: Database,
  workspaceId: string,
  days: Days,
): Promise<(UsageFigures & { day: number })[]> {
  return orm
    .select({ day: usageDays.day, ...SUMS })
    .from(usageDays)
    .where(within(workspaceId, days))
    .groupBy(usageDays.day)
    .orderBy(asc(usageDays.day))
}

/** Of one source over some days; `name`: `null`, it is deleted. */
export interface SourceUsage extends UsageFigures {
  sourceId: string
  name: string | null
  slug: string | null
  /** People in these days, of one month. */
  users: number
}

/** The sources that took in most, and how many took in anything. */
export async function usageBySource(
  { orm }: Database,
  workspaceId: string,
  days: Days,
  most: number,
): Promise<{ lines: SourceUsage[]; total: number }> {
  const rows = await orm
    .select({
      sourceId: usageDays.sourceId,
      name: sources.name,
      slug: sources.slug,
      users: sql<number>`max(${usageDays.identified}) + max(0, max(${usageDays.anonymous}) - max(${usageDays.anonymousIdentified}))`,
      ...SUMS,
      ofAll: sql<number>`count(*) over ()`,
    })
    .from(usageDays)
    .leftJoin(sources, eq(sources.id, usageDays.sourceId))
    .where(within(workspaceId, days))
    .groupBy(usageDays.sourceId)
    .orderBy(desc(SUMS.received), desc(SUMS.requests), asc(usageDays.sourceId))
    .limit(most)
  return { lines: rows.map(({ ofAll: _ofAll, ...line }) => line), total: rows[0]?.ofAll ?? 0 }
}

/** Each source and day, a page of them. */
export function listUsage(
  { orm }: Database,
  workspaceId: string,
  days: Days,
  page: Page,
): Promise<Listed<{ day: number; sourceId: string; received: number }>> {
  const mine = within(workspaceId, days)
  return readPage({ columns: [usageDays.day, usageDays.sourceId] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ day: usageDays.day, sourceId: usageDays.sourceId, received: usageDays.received, ...sums })
        .from(usageDays)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(usageDays).where(mine),
    keyOf: ({ day, sourceId }) => [day, sourceId],
  })
}

/** People of one source in a month, up to and with a day. */
export interface UsersOfDay extends UserCounts {
  day: number
  sourceId: string
}

/** Of each source and day of a month on which people were counted, a page of them. */
export function listUsersOfDays(
  { orm }: Database,
  workspaceId: string,
  days: Days,
  page: Page,
): Promise<Listed<UsersOfDay>> {
  const { day, sourceId, identified, anonymous, anonymousIdentified } = usageDays
  const mine = and(within(workspaceId, days), or(gt(identified, 0), gt(anonymous, 0)))
  return readPage({ columns: [day, sourceId] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ day, sourceId, identified, anonymous, anonymousIdentified, ...sums })
        .from(usageDays)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(usageDays).where(mine),
    keyOf: (one) => [one.day, one.sourceId],
  })
}

/** Id, name and slug of these sources of a workspace, or of all, at most `most`. */
export function namedSources({ orm }: Database, workspaceId: string, ids: readonly string[], most: number) {
  const { id, name, slug, createdAt } = sources
  const asked = sql`${id} in (select value from json_each(${JSON.stringify(ids)}))`
  return orm
    .select({ id, name, slug })
    .from(sources)
    .where(and(eq(sources.workspaceId, workspaceId), ids.length === 0 ? undefined : asked))
    .orderBy(asc(createdAt), asc(id))
    .limit(most)
}
