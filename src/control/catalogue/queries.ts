import { and, eq, or, type SQL, sql } from 'drizzle-orm'
import { type Integration, KINDS, OWN_ENTRIES, SEGMENT_IDS } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import {
  type Database,
  destinations,
  integrationOfRow,
  type IntegrationRow,
  integrations,
  type Key,
} from '../../settings/index.ts'
import type { Picture } from '../picture.ts'
import { circleColumns, type CatalogueEntry, entryOfRow, seenBy } from './circle.ts'
import type { PictureName } from './pictures.ts'
import { integrationPages, integrationVersions } from './schema.ts'
import { bodyOfColumns, contentOfRow, isVersioned, type VersionBody } from './versions.ts'

/** What an entry becomes when somebody connects it. */
type ConnectsAs = (typeof KINDS)[Integration['kind']]['connectsAs']

const OWN: readonly CatalogueEntry[] = OWN_ENTRIES.map((one) => ({ ...one, open: true }))

/** All that a workspace finds in the catalogue: our own entries, and those that are open to it. */
export async function listEntries(db: Database, workspaceId: string): Promise<CatalogueEntry[]> {
  const rows = await selectEntries(db, workspaceId).where(seenBy(workspaceId))
  const byName = (a: Integration, b: Integration) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1)
  return [...OWN, ...rows.map(entryOfRow).toSorted(byName)]
}

/** Those of the entries that become this. */
export async function listIntegrations(
  db: Database,
  workspaceId: string,
  connectsAs: ConnectsAs = 'destination',
): Promise<CatalogueEntry[]> {
  return (await listEntries(db, workspaceId)).filter(({ kind }) => KINDS[kind].connectsAs === connectsAs)
}

/** The place of an integration in such a list. */
export function catalogueKey({ id, name }: Integration): Key {
  const ours = OWN_ENTRIES.findIndex((one) => one.id === id)
  return ours === -1 ? [1, name, id] : [0, ours, id]
}

/** An entry by id, slug, or the id that one of our own has at Segment. The id comes first: a slug is its maker's choice and may look like another's id. */
export async function findEntry(
  db: Database,
  workspaceId: string,
  id: string,
  isWanted: (entry: Integration) => boolean = () => true,
): Promise<CatalogueEntry | undefined> {
  const named = or(eq(integrations.id, id), eq(integrations.slug, id))
  const docs = sql<
    string | null
  >`(SELECT docs FROM ${integrationPages} WHERE ${integrationPages.integrationId} = ${integrations.id})`
  const rows = await db.orm
    .select({ integration: integrations, docs, ...circleColumns(workspaceId) })
    .from(integrations)
    .where(and(seenBy(workspaceId), named))
  const all = [...OWN, ...rows.map(entryOfRow)].filter(isWanted)
  const atSegment = Object.hasOwn(SEGMENT_IDS, id) ? SEGMENT_IDS[id] : undefined
  return (
    all.find((one) => one.id === id) ?? all.find((one) => one.slug === id) ?? all.find((one) => one.id === atSegment)
  )
}

/** As `findEntry`, of those that become this. */
export function findIntegration(
  db: Database,
  workspaceId: string,
  id: string,
  connectsAs: ConnectsAs = 'destination',
): Promise<CatalogueEntry | undefined> {
  return findEntry(db, workspaceId, id, ({ kind }) => KINDS[kind].connectsAs === connectsAs)
}

function selectEntries({ orm }: Database, workspaceId: string) {
  return orm.select({ integration: integrations, ...circleColumns(workspaceId) }).from(integrations)
}

/** An integration of a workspace's own, as its maker edits it: where a version is drafted, the draft. */
export interface OwnIntegration {
  row: IntegrationRow
  /** Markdown as it was written. */
  docs: string
  /** As they are served; empty: there is none. */
  pictures: Record<PictureName, Picture>
  /** What customers have. */
  live: IntegrationRow
  liveBody: VersionBody
  /** The version that is drafted; `null`: none. */
  draft: { number: number; revision: number } | null
  /** The greatest number that a version has. */
  newest: number
  /** What is changed is changed by a version. */
  versioned: boolean
}

const NO_PICTURE: Picture = { body: '', type: '' }

/** A condition: another workspace has connected the integration of the row. */
export function hasCustomers(): SQL<number> {
  return sql<number>`(EXISTS (SELECT 1 FROM ${destinations} WHERE ${destinations.integrationId} = ${integrations.id} AND ${destinations.workspaceId} <> ${integrations.workspaceId}) OR EXISTS (SELECT 1 FROM warehouses WHERE integration_id = ${integrations.id} AND workspace_id <> ${integrations.workspaceId}))`
}

/** In one query. Throws 404 when the workspace has made no such integration. */
export async function describeOwnIntegration(db: Database, workspaceId: string, id: string): Promise<OwnIntegration> {
  const { integrationId, number, state } = integrationVersions
  const [found] = await db.orm
    .select({
      live: integrations,
      page: integrationPages,
      draft: integrationVersions,
      customers: hasCustomers(),
      newest: sql<
        number | null
      >`(SELECT max(number) FROM integration_versions WHERE integration_id = ${integrations.id})`,
    })
    .from(integrations)
    .leftJoin(integrationPages, eq(integrationPages.integrationId, integrations.id))
    .leftJoin(integrationVersions, and(eq(integrationId, integrations.id), eq(state, 'draft')))
    .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
    .orderBy(number)
  if (!found) throw refusal(404, `There is no integration ${id} of this workspace.`)
  const { live, page, draft } = found
  const liveBody = bodyOfPage(live, page)
  const { content, docs, pictures } = draft ? bodyOfColumns(draft) : liveBody
  return {
    row: { ...live, ...content },
    docs,
    pictures,
    live,
    liveBody,
    draft: draft && { number: draft.number, revision: draft.revision },
    newest: Math.max(found.newest ?? 0, live.live),
    versioned: isVersioned(live, { customers: found.customers === 1, draft: draft !== null }),
  }
}

/** What an integration is, of its row and its page. */
export function bodyOfPage(row: IntegrationRow, page: typeof integrationPages.$inferSelect | null): VersionBody {
  const pictures = {
    logo: page ? { body: page.logo, type: page.logoType } : NO_PICTURE,
    mark: page ? { body: page.mark, type: page.markType } : NO_PICTURE,
  }
  return { content: contentOfRow(row), docs: page?.docs ?? '', pictures }
}

/** Those that a workspace has made, by name. One query; `QUOTAS` bounds them. */
export async function listOwnIntegrations({ orm }: Database, workspaceId: string): Promise<Integration[]> {
  const mine = eq(integrations.workspaceId, workspaceId)
  const rows = await orm.select().from(integrations).where(mine).orderBy(integrations.name, integrations.id)
  return rows.map(integrationOfRow)
}

/** A picture of an integration, whoever asks: its address is nobody's secret. */
export async function findPicture({ orm }: Database, id: string, name: PictureName): Promise<Picture> {
  const { logo, logoType, mark, markType, integrationId } = integrationPages
  const columns = name === 'logo' ? { body: logo, type: logoType } : { body: mark, type: markType }
  const [found] = await orm.select(columns).from(integrationPages).where(eq(integrationId, id))
  return found ?? NO_PICTURE
}

/** One that a workspace has made, by its slug. */
export async function findOwnIntegration(
  { orm }: Database,
  workspaceId: string,
  slug: string,
): Promise<Pick<IntegrationRow, 'id' | 'kind'> | undefined> {
  const { id, kind } = integrations
  const [found] = await orm
    .select({ id, kind })
    .from(integrations)
    .where(and(eq(integrations.workspaceId, workspaceId), eq(integrations.slug, slug)))
  return found
}
