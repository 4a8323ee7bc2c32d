import { and, asc, eq, sql } from 'drizzle-orm'
import type { Connector } from '../../connectors/index.ts'
import { type Integration, isPulled, type SettingsValues } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import {
  contains,
  type Database,
  type IntegrationRow,
  integrations,
  type Listed,
  mapPage,
  objectLogs,
  type Page,
  readPage,
  resolveIntegration,
  sources,
} from '../../settings/index.ts'
import type { LeftOut, SyncSchedule, WarehouseReport, WarehouseTerms } from '../../warehouse/index.ts'
import { type CatalogueEntry, findIntegration } from '../catalogue/index.ts'
import type { Connectors } from '../request.ts'
import { warehouses, warehouseSources } from './schema.ts'

const MOST_OF_SOURCE = 100

/** A warehouse as it is stored, with its entry of the catalogue; `undefined`: that is gone. */
export type WarehouseRow = typeof warehouses.$inferSelect & { entry: Integration | undefined }

/** A warehouse as it is set up. */
export interface ConfiguredWarehouse {
  id: string
  workspaceId: string
  integration: Integration
  name: string
  enabled: boolean
  /** Secrets in clear: for its connector, never for a reply. */
  settings: SettingsValues
  /** Names of the settings that are kept encrypted. */
  encrypted: string[]
  onDevice: string[]
  schedule: SyncSchedule
  /** How it stood when its object said so last; `null`: it has not yet. */
  report: WarehouseReport | null
  version: number
  createdAt: number
}

/** A warehouse of the catalogue that a workspace may connect, by id or slug. */
export function findWarehouseEntry(db: Database, workspaceId: string, id: string): Promise<CatalogueEntry | undefined> {
  return findIntegration(db, workspaceId, id, 'warehouse')
}

/** By its entry's row, of partners. */
const entryJoin = eq(integrations.id, warehouses.integrationId)

function rowWithEntry(found: {
  warehouse: typeof warehouses.$inferSelect
  integration: IntegrationRow | null
}): WarehouseRow {
  return { ...found.warehouse, entry: resolveIntegration(found.warehouse.integrationId, found.integration) }
}

/** By what a warehouse of the catalogue is loaded. */
export function connectorOf(connectors: Connectors, { id, warehouse }: Integration): Connector<SettingsValues> {
  if (!warehouse) throw new Error(`the warehouse ${id} of the catalogue names no connector`)
  return connectors[warehouse.connector]
}

/** Throws when its entry is not in the catalogue any more. */
export async function warehouseOfRow(db: Database, row: WarehouseRow): Promise<ConfiguredWarehouse> {
  const { secrets, secretsKeyId, integrationId, entry: integration, updatedAt: _updatedAt, ...facts } = row
  if (!integration) throw new Error(`warehouse ${row.id} names ${integrationId}, which is gone`)
  const opened = secrets && secretsKeyId ? await db.secrets().open(secrets, secretsKeyId, row.id) : {}
  const settings = { ...facts.settings, ...opened }
  return { ...facts, integration, settings, encrypted: Object.keys(opened), onDevice: [] }
}

/** Throws 404 when the workspace has no such warehouse. */
export async function getWarehouseRow({ orm }: Database, workspaceId: string, id: string): Promise<WarehouseRow> {
  const [found] = await orm
    .select({ warehouse: warehouses, integration: integrations })
    .from(warehouses)
    .leftJoin(integrations, entryJoin)
    .where(and(eq(warehouses.id, id), eq(warehouses.workspaceId, workspaceId)))
  if (!found) throw refusal(404, `There is no warehouse ${id}.`)
  return rowWithEntry(found)
}

/** In plain words: among the columns of a select from one table Drizzle leaves the table's name away. */
const connectable = (count: number) => sql<string>`(select json_group_array(json_object('id', id, 'name', name)) from (
  select id, name from sources where sources.workspace_id = warehouses.workspace_id and not exists (
    select 1 from warehouse_sources where warehouse_sources.warehouse_id = warehouses.id and source_id = sources.id
  ) order by created_at desc, id desc limit ${count}))`

/** With the newest sources of the workspace that it does not load yet, at most `count`. Throws as `getWarehouseRow` does. */
export async function getWarehouseWithConnectable(
  { orm }: Database,
  workspaceId: string,
  id: string,
  count: number,
): Promise<{ row: WarehouseRow; connectable: { id: string; name: string }[] }> {
  const [found] = await orm
    .select({ warehouse: warehouses, integration: integrations, connectable: connectable(count) })
    .from(warehouses)
    .leftJoin(integrations, entryJoin)
    .where(and(eq(warehouses.id, id), eq(warehouses.workspaceId, workspaceId)))
  if (!found) throw refusal(404, `There is no warehouse ${id}.`)
  return { row: rowWithEntry(found), connectable: JSON.parse(found.connectable) as { id: string; name: string }[] }
}

/** A source as far as it is a schema of a warehouse. */
export interface ConnectedSchema {
  sourceId: string
  name: string
  schema: string
}

const connectedSchemas = (
  count: number,
) => sql<string>`(select json_group_array(json_object('sourceId', source_id, 'name', name, 'schema', schema)) from (
  select source_id, sources.name, schema from warehouse_sources join sources on sources.id = source_id
  where warehouse_sources.warehouse_id = warehouses.id order by warehouse_sources.created_at, source_id limit ${count}))`

/** With the schemas of its sources, those that were connected first, at most `count`. Throws as `getWarehouseRow` does. */
export async function getWarehouseWithSchemas(
  { orm }: Database,
  workspaceId: string,
  id: string,
  count: number,
): Promise<{ row: WarehouseRow; schemas: ConnectedSchema[] }> {
  const [found] = await orm
    .select({ warehouse: warehouses, integration: integrations, schemas: connectedSchemas(count) })
    .from(warehouses)
    .leftJoin(integrations, entryJoin)
    .where(and(eq(warehouses.id, id), eq(warehouses.workspaceId, workspaceId)))
  if (!found) throw refusal(404, `There is no warehouse ${id}.`)
  return { row: rowWithEntry(found), schemas: JSON.parse(found.schemas) as ConnectedSchema[] }
}

export async function getWarehouse(db: Database, workspaceId: string, id: string): Promise<ConfiguredWarehouse> {
  return warehouseOfRow(db, await getWarehouseRow(db, workspaceId, id))
}

/** The oldest first; of one source, if so wished. */
export async function listWarehouses(
  db: Database,
  workspaceId: string,
  page: Page,
  { sourceId }: { sourceId?: string } = {},
): Promise<Listed<ConfiguredWarehouse>> {
  const ofSource =
    sourceId === undefined
      ? undefined
      : sql`exists (select 1 from ${warehouseSources} where ${warehouseSources.warehouseId} = ${warehouses.id} and ${warehouseSources.sourceId} = ${sourceId})`
  const mine = and(eq(warehouses.workspaceId, workspaceId), ofSource)
  const listed = await readPage({ columns: [warehouses.createdAt, warehouses.id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ warehouse: warehouses, integration: integrations, ...sums })
        .from(warehouses)
        .leftJoin(integrations, entryJoin)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(warehouses).where(mine),
    keyOf: ({ warehouse }) => [warehouse.createdAt, warehouse.id],
  })
  return { ...listed, lines: await Promise.all(listed.lines.map((found) => warehouseOfRow(db, rowWithEntry(found)))) }
}

/** A warehouse in a list, without its settings. */
export type WarehouseLine = Pick<WarehouseRow, 'id' | 'name' | 'integrationId' | 'enabled' | 'report' | 'schedule'> & {
  /** Sources that it loads. */
  sources: number
  entry: Integration | undefined
}

/** Those whose name or id has `text`, the newest first. */
export async function searchWarehouses(
  { orm }: Database,
  workspaceId: string,
  text: string,
  page: Page,
): Promise<Listed<WarehouseLine>> {
  const { id, name, integrationId, enabled, report, schedule, createdAt } = warehouses
  const found = text.trim() === '' ? undefined : sql`(${contains([name], text)} or ${id} = ${text.trim()})`
  const mine = and(eq(warehouses.workspaceId, workspaceId), found)
  const count = sql<number>`(select count(*) from ${warehouseSources} where ${warehouseSources.warehouseId} = ${warehouses.id})`
  const listed = await readPage({ columns: [createdAt, id], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({
          line: { id, name, integrationId, enabled, report, schedule },
          createdAt,
          sources: count,
          integration: integrations,
          ...sums,
        })
        .from(warehouses)
        .leftJoin(integrations, entryJoin)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(warehouses).where(mine),
    keyOf: (row) => [row.createdAt, row.line.id],
  })
  return mapPage(listed, ({ line, integration, sources: n }) => {
    return { ...line, sources: n, entry: resolveIntegration(line.integrationId, integration) }
  })
}

/** A source that a warehouse loads. */
export interface ConnectedLine {
  sourceId: string
  name: string
  slug: string
  schema: string
  enabled: boolean
  since: number | null
  leftOut: LeftOut
  createdAt: number
}

/** By the time when they were connected, the oldest first. */
export async function listConnected(
  { orm }: Database,
  warehouseId: string,
  page: Page,
): Promise<Listed<ConnectedLine>> {
  const mine = eq(warehouseSources.warehouseId, warehouseId)
  const { sourceId, createdAt } = warehouseSources
  const listed = await readPage({ columns: [createdAt, sourceId] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ connected: warehouseSources, name: sources.name, slug: sources.slug, ...sums })
        .from(warehouseSources)
        .innerJoin(sources, eq(sources.id, sourceId))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(warehouseSources).innerJoin(sources, eq(sources.id, sourceId)).where(mine),
    keyOf: ({ connected }) => [connected.createdAt, connected.sourceId],
  })
  return mapPage(listed, ({ connected, name, slug }) => ({ ...connected, name, slug }))
}

/** Throws 404 when the warehouse does not load this source. */
export async function getConnected(
  { orm }: Database,
  warehouseId: string,
  sourceId: string,
): Promise<ConnectedLine & { warehouseId: string }> {
  const [row] = await orm
    .select({ connected: warehouseSources, name: sources.name, slug: sources.slug })
    .from(warehouseSources)
    .innerJoin(sources, eq(sources.id, warehouseSources.sourceId))
    .where(and(eq(warehouseSources.warehouseId, warehouseId), eq(warehouseSources.sourceId, sourceId)))
  if (!row) throw refusal(404, `The warehouse ${warehouseId} is not connected to a source ${sourceId}.`, 'sourceId')
  return { ...row.connected, name: row.name, slug: row.slug }
}

/** A warehouse that loads a source, and into which schema. */
export interface LoadedInto {
  warehouseId: string
  name: string
  schema: string
}

/** The warehouses that load a source, the oldest first: at most a hundred. */
export function warehousesOfSource({ orm }: Database, workspaceId: string, sourceId: string): Promise<LoadedInto[]> {
  const { schema, warehouseId } = warehouseSources
  return orm
    .select({ warehouseId, name: warehouses.name, schema })
    .from(warehouseSources)
    .innerJoin(warehouses, eq(warehouses.id, warehouseId))
    .where(and(eq(warehouseSources.sourceId, sourceId), eq(warehouses.workspaceId, workspaceId)))
    .orderBy(asc(warehouseSources.createdAt), asc(warehouseId))
    .limit(MOST_OF_SOURCE)
}

/** What its object goes by; `null`: it is gone. */
export async function loadWarehouseTerms(
  db: Database,
  id: string,
  connectors: Connectors,
): Promise<WarehouseTerms | null> {
  const mine = eq(warehouses.id, id)
  // Three selects: in a batch the columns of two tables in one would be told apart by their names alone.
  const [[warehouse], [integration = null], connected] = await db.orm.batch([
    db.orm.select().from(warehouses).where(mine),
    db.orm
      .select()
      .from(integrations)
      .where(eq(integrations.id, db.orm.select({ id: warehouses.integrationId }).from(warehouses).where(mine))),
    db.orm
      .select({
        connected: warehouseSources,
        hasObjects: sql<number>`${objectLogs.sourceId} is not null`,
        metadataId: sources.metadataId,
      })
      .from(warehouseSources)
      .innerJoin(sources, eq(sources.id, warehouseSources.sourceId))
      .leftJoin(objectLogs, eq(objectLogs.sourceId, warehouseSources.sourceId))
      .where(eq(warehouseSources.warehouseId, id))
      .orderBy(asc(warehouseSources.sourceId)),
  ])
  if (!warehouse) return null
  const configured = await warehouseOfRow(db, rowWithEntry({ warehouse, integration }))
  const { settings, version, enabled, schedule } = configured
  const connector = connectorOf(connectors, configured.integration)
  return {
    version,
    enabled,
    schedule,
    discards: settings['discards'] === true,
    connector,
    open: () => connector.open(settings),
    sources: connected.map(({ connected: one, hasObjects, metadataId }) => ({
      id: one.sourceId,
      schema: one.schema,
      enabled: one.enabled,
      since: one.since,
      leftOut: one.leftOut,
      objects: !hasObjects ? 'none' : isPulled(metadataId) ? 'alone' : 'some',
    })),
  }
}

/** Whose it is, and what it is called; `null`: it is gone. */
export async function findWarehouseName({ orm }: Database, id: string) {
  const { workspaceId, name } = warehouses
  const [row] = await orm.select({ workspaceId, name }).from(warehouses).where(eq(warehouses.id, id))
  return row ?? null
}
