import { and, eq, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import type { AllowLocal, Integration, SettingsValues } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, sources, takeBack, unlessFull, withKept } from '../../settings/index.ts'
import { schemaName } from '../../tables/index.ts'
import type { LeftOut, SyncSchedule, WarehouseReport } from '../../warehouse/index.ts'
import { closedToUser } from '../catalogue/index.ts'
import { merge, refuseMove, seal } from '../stored-settings.ts'
import { type ConfiguredWarehouse, getWarehouse, getWarehouseRow, warehouseOfRow } from './queries.ts'
import { warehouses, warehouseSources } from './schema.ts'

const WRITE_TRIES = 10

export interface WarehouseInput {
  integration: Integration
  name: string
  enabled: boolean
  settings: SettingsValues
  schedule: SyncSchedule
}

export interface WarehouseChanges {
  name?: string | undefined
  enabled?: boolean | undefined
  /** Merged over what is there; `null` removes a setting. `KEEP` in the place of a secret means the one that is there. */
  settings?: SettingsValues | undefined
  schedule?: SyncSchedule | undefined
}

/** Throws 400 with each setting that does not pass, 409 when the workspace has as many as it may. */
export async function insertWarehouse(
  db: Database,
  workspaceId: string,
  { integration, settings, ...facts }: WarehouseInput,
  options: { allowLocal: AllowLocal },
): Promise<ConfiguredWarehouse> {
  const id = randomId(db.ctx, 'whs_')
  const { deviceSettings: _, ...sealed } = await seal(db, { id, integration }, withKept(settings, {}), options)
  const now = db.ctx.now()
  const row = {
    id,
    workspaceId,
    integrationId: integration.id,
    ...facts,
    ...sealed,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const mine = eq(warehouses.workspaceId, workspaceId)
  const [, takenBack] = await db.orm.batch([
    db.orm.insert(warehouses).values(row),
    takeBack(db, warehouses, eq(warehouses.id, id), { mine, what: 'warehouses' }),
  ])
  unlessFull(takenBack, db, 'warehouses')
  return getWarehouse(db, workspaceId, id)
}

/** `changes` is called anew for a warehouse that has changed meanwhile. */
export async function updateWarehouseRow(
  db: Database,
  workspaceId: string,
  id: string,
  changes: (before: ConfiguredWarehouse) => WarehouseChanges,
  options: { allowLocal: AllowLocal },
): Promise<ConfiguredWarehouse> {
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const row = await getWarehouseRow(db, workspaceId, id)
    const before = await warehouseOfRow(db, row)
    const wanted = changes(before)
    const closed = wanted.enabled && !before.enabled ? closedToUser(before.integration, workspaceId) : undefined
    if (closed !== undefined) throw refusal(409, closed, 'enabled')
    const { settings: given, ...others } = wanted
    const merged = given && merge(before, given)
    if (merged) refuseMove(before, merged, given)
    const sealed = merged && (await seal(db, before, merged, { ...options, known: row }))
    const { deviceSettings: _, ...kept } = sealed ?? { deviceSettings: {} }
    const [written] = await db.orm
      .update(warehouses)
      .set({ ...others, ...kept, version: row.version + 1, updatedAt: db.ctx.now() })
      .where(and(eq(warehouses.id, id), eq(warehouses.version, row.version)))
      .returning()
    if (written) return warehouseOfRow(db, { ...written, entry: row.entry })
  }
  throw refusal(409, `The warehouse ${id} is being changed by others. Try again.`)
}

/** The row goes, and with it what it was connected to. Its object finds that by itself. */
export async function deleteWarehouseRow({ orm }: Database, id: string): Promise<void> {
  await orm.delete(warehouses).where(eq(warehouses.id, id))
}

/** Connects a source, unless it is already. Throws 409 when the warehouse has as many as it may. */
export async function insertConnection(
  db: Database,
  warehouseId: string,
  { id: sourceId, slug }: { id: string; slug: string },
  { since, nameBytes }: { since: number | null; nameBytes: number },
): Promise<void> {
  const mine = eq(warehouseSources.warehouseId, warehouseId)
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    // Two slugs may be alike once they are names of schemas.
    const schema = schemaName(tries === 1 ? slug : `${slug}_${tries}`, nameBytes)
    const row = {
      warehouseId,
      sourceId,
      schema,
      enabled: true,
      since,
      leftOut: { collections: [], properties: {} } satisfies LeftOut,
      createdAt: db.ctx.now(),
    }
    const written = and(mine, eq(warehouseSources.sourceId, sourceId)) ?? mine
    const [, takenBack, there] = await db.orm.batch([
      db.orm.insert(warehouseSources).values(row).onConflictDoNothing(),
      takeBack(db, warehouseSources, written, { mine, what: 'warehouse_sources' }),
      db.orm.select({ schema: warehouseSources.schema }).from(warehouseSources).where(written),
    ])
    unlessFull(takenBack, db, 'warehouse_sources')
    if (there.length > 0) return
  }
  throw refusal(409, `No name for the schema of ${slug} is free in this warehouse.`)
}

/** `false`: it was not connected. */
export async function deleteConnection({ orm }: Database, warehouseId: string, sourceId: string): Promise<boolean> {
  const gone = await orm
    .delete(warehouseSources)
    .where(and(eq(warehouseSources.warehouseId, warehouseId), eq(warehouseSources.sourceId, sourceId)))
    .returning({ sourceId: warehouseSources.sourceId })
  return gone.length > 0
}

/** What of a source is loaded, in the place of what was; `before`: as it was read. `false`: others have changed it meanwhile. */
export async function updateConnection(
  { orm }: Database,
  warehouseId: string,
  sourceId: string,
  before: { enabled: boolean; leftOut: LeftOut },
  after: { enabled: boolean; leftOut: LeftOut },
): Promise<boolean> {
  const written = await orm
    .update(warehouseSources)
    .set(after)
    .where(
      and(
        eq(warehouseSources.warehouseId, warehouseId),
        eq(warehouseSources.sourceId, sourceId),
        eq(warehouseSources.enabled, before.enabled),
        sql`${warehouseSources.leftOut} = ${JSON.stringify(before.leftOut)}`,
      ),
    )
    .returning({ sourceId: warehouseSources.sourceId })
  return written.length > 0
}

/** Notes how a warehouse stands, unless there is none any more. */
export async function updateWarehouseReport({ orm }: Database, id: string, report: WarehouseReport): Promise<void> {
  await orm.update(warehouses).set({ report }).where(eq(warehouses.id, id))
}

/** Throws 404 when the workspace has no such source. */
export async function slugOf(
  { orm }: Database,
  workspaceId: string,
  sourceId: string,
): Promise<{ id: string; slug: string; metadataId: string }> {
  const { id, slug, metadataId } = sources
  const [row] = await orm
    .select({ id, slug, metadataId })
    .from(sources)
    .where(and(eq(sources.id, sourceId), eq(sources.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no source ${sourceId}.`, 'sourceId')
  return row
}
