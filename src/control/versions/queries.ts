import { and, asc, desc, eq, getTableColumns, isNotNull, sql } from 'drizzle-orm'
import { refusal } from '../../refusal.ts'
import { type Database, destinations, type IntegrationRow, integrations } from '../../settings/index.ts'
import {
  bodyOfColumns,
  bodyOfPage,
  integrationPages,
  integrationVersions,
  type VersionBody,
} from '../catalogue/index.ts'
import { destinationHealth } from '../destinations/index.ts'

export type VersionRow = typeof integrationVersions.$inferSelect
/** Without what is long: as lists have it. */
export type VersionLine = Omit<
  VersionRow,
  'content' | 'docs' | 'logo' | 'logoType' | 'mark' | 'markType' | 'changeId' | 'revision' | 'certifiedVersion'
>

/** Versions of an integration that are told, the newest first. */
const MOST_TOLD = 30

/** What is known of an integration's versions. */
export interface Versions {
  row: IntegrationRow
  /** The newest first; none, as long as nothing was drafted. */
  versions: VersionLine[]
}

const {
  content: _content,
  docs: _docs,
  logo: _logo,
  logoType: _logoType,
  mark: _mark,
  markType: _markType,
  changeId: _changeId,
  revision: _revision,
  certifiedVersion: _certifiedVersion,
  ...lineColumns
} = getTableColumns(integrationVersions)

/** Of an integration by its id. `workspaceId`: and of this workspace's making. Throws 404. Two queries. */
export async function describeVersions(db: Database, id: string, workspaceId?: string): Promise<Versions> {
  const mine = workspaceId === undefined ? undefined : eq(integrations.workspaceId, workspaceId)
  const [[row], versions] = await Promise.all([
    db.orm
      .select()
      .from(integrations)
      .where(and(eq(integrations.id, id), mine)),
    db.orm
      .select(lineColumns)
      .from(integrationVersions)
      .where(eq(integrationVersions.integrationId, id))
      .orderBy(desc(integrationVersions.number))
      .limit(MOST_TOLD),
  ])
  if (!row) throw refusal(404, `There is no integration ${id}.`)
  return { row, versions }
}

/** A version, its integration, and what customers have. */
export interface VersionDescribed {
  row: IntegrationRow
  live: VersionBody
  version: VersionRow
  body: VersionBody
}

/** Of an integration by its id. `workspaceId`: and of this workspace's making. Throws 404. One query. */
export async function getVersion(
  { orm }: Database,
  id: string,
  number: number,
  workspaceId?: string,
): Promise<VersionDescribed> {
  const mine = workspaceId === undefined ? undefined : eq(integrations.workspaceId, workspaceId)
  const [found] = await orm
    .select({ row: integrations, page: integrationPages, version: integrationVersions })
    .from(integrationVersions)
    .innerJoin(integrations, eq(integrations.id, integrationVersions.integrationId))
    .leftJoin(integrationPages, eq(integrationPages.integrationId, integrations.id))
    .where(and(eq(integrationVersions.integrationId, id), eq(integrationVersions.number, number), mine))
  if (!found) throw refusal(404, `The integration ${id} has no version ${number}.`)
  const { row, page, version } = found
  const live = bodyOfPage(row, page)
  // The row of the live one is as it was when the one before it went.
  return { row, live, version, body: version.state === 'live' ? live : bodyOfColumns(version) }
}

/** A version as its page has it, beside what it is compared with: what customers have, or of a live one what they had before. */
export interface VersionShown extends VersionDescribed {
  base: VersionBody
  /** Number of the version that it is compared with. */
  baseNumber: number
}

/** As `getVersion`. One query, of a live or former one two. */
export async function describeVersion(
  db: Database,
  id: string,
  number: number,
  workspaceId?: string,
): Promise<VersionShown> {
  const described = await getVersion(db, id, number, workspaceId)
  const { row, live, version } = described
  const compared = version.state === 'live' || version.state === 'former' ? version.previous : null
  const before = compared === null ? undefined : await findVersion(db, id, compared)
  if (before) return { ...described, base: bodyOfColumns(before), baseNumber: before.number }
  return { ...described, base: live, baseNumber: row.live }
}

/** The version before another, as it is kept. `undefined`: it is not any more. One query. */
export async function findVersion({ orm }: Database, id: string, number: number): Promise<VersionRow | undefined> {
  const [found] = await orm
    .select()
    .from(integrationVersions)
    .where(and(eq(integrationVersions.integrationId, id), eq(integrationVersions.number, number)))
  return found
}

/** Versions whose figures are looked at, those first that were looked at longest ago. One query, of one index. */
export async function listWatched({ orm }: Database, most: number): Promise<{ id: string; number: number }[]> {
  const { integrationId: id, number, share, lookedAt } = integrationVersions
  return orm.select({ id, number }).from(integrationVersions).where(isNotNull(share)).orderBy(asc(lookedAt)).limit(most)
}

/** Destinations of an integration that are on, of whichever workspace, those first that had most events within a day. One query. */
export async function listBusyDestinations({ orm }: Database, integrationId: string, most: number): Promise<string[]> {
  const rows = await orm
    .select({ id: destinations.id })
    .from(destinations)
    .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
    .where(and(eq(destinations.integrationId, integrationId), eq(destinations.enabled, true)))
    .orderBy(sql`coalesce(${destinationHealth.accepted}, 0) DESC`, asc(destinations.id))
    .limit(most)
  return rows.map(({ id }) => id)
}

/** Of other workspaces than its maker's, those that had events within a day; where none had, all. One query. */
export async function listCustomerDestinations(
  { orm }: Database,
  { id, workspaceId }: Pick<IntegrationRow, 'id' | 'workspaceId'>,
  most: number,
): Promise<string[]> {
  const rows = await orm
    .select({ id: destinations.id, accepted: sql<number>`coalesce(${destinationHealth.accepted}, 0)` })
    .from(destinations)
    .leftJoin(destinationHealth, eq(destinationHealth.destinationId, destinations.id))
    .where(
      and(
        eq(destinations.integrationId, id),
        eq(destinations.enabled, true),
        sql`${destinations.workspaceId} <> ${workspaceId}`,
      ),
    )
    .orderBy(sql`coalesce(${destinationHealth.accepted}, 0) > 0 DESC`, asc(destinations.id))
    .limit(most)
  const busy = rows.filter(({ accepted }) => accepted > 0)
  return (busy.length > 0 ? busy : rows).map((one) => one.id)
}
