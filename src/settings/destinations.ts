import { and, eq, sql } from 'drizzle-orm'
import { batchTermsOf, type Integration } from '../integrations/index.ts'
import { type CoreRow, type IntegrationCore, resolveCore, resolveIntegration } from './catalog.ts'
import type { Database } from './database.ts'
import { commonRegions, type Rollout, rowFor } from './rollout.ts'
import { destinations, integrations } from './schema.ts'
import type { Destination, LaneConfig } from './types.ts'

/** The select that `destinationOfRow` reads from. */
export function destinationRows({ orm }: Pick<Database, 'orm'>) {
  return orm
    .select({ destination: destinations, integration: integrations })
    .from(destinations)
    .leftJoin(integrations, eq(destinations.integrationId, integrations.id))
}

export interface DestinationRow {
  destination: typeof destinations.$inferSelect
  integration: typeof integrations.$inferSelect | null
}

/** What its lane has to know of a destination, and what its settings are opened from. */
export interface LaneRow {
  destination: Omit<DestinationRow['destination'], 'workspaceId' | 'name' | 'notice' | 'createdAt' | 'updatedAt'>
  integration: (CoreRow & { version: number; rollout: Rollout | null }) | null
}

/** With its secrets in clear. */
export async function destinationOfRow(db: Database, row: DestinationRow): Promise<Destination> {
  const { deviceSettings, ...facts } = row.destination
  const { id, workspaceId, sourceId, name, enabled, paused, notice, mode, region, rate, maxInFlight, createdAt } = facts
  const { settings, encrypted } = await openSettings(db, row.destination)
  return {
    id,
    workspaceId,
    sourceId,
    name,
    enabled,
    paused,
    notice,
    integration: integrationOf(row),
    settings,
    encrypted,
    onDevice: Object.keys(deviceSettings),
    mode,
    region,
    rate,
    maxInFlight,
    lane: laneConfig(row),
    createdAt,
  }
}

/** All settings, secrets in clear, and the names of those that are kept encrypted. */
export async function openSettings(
  db: Database,
  { id, settings, deviceSettings, secrets, secretsKeyId }: LaneRow['destination'],
): Promise<Pick<Destination, 'settings' | 'encrypted'>> {
  const opened = secrets && secretsKeyId ? await db.secrets().open(secrets, secretsKeyId, id) : {}
  return { settings: { ...settings, ...deviceSettings, ...opened }, encrypted: Object.keys(opened) }
}

export function laneConfig(row: LaneRow): LaneConfig {
  const { enabled, paused, rate, concurrency, schedule, settings, deviceSettings, secrets } = row.destination
  const core = coreFor(row)
  const { rate: usual, timeoutMs, endpoint } = core
  const maxInFlight = row.destination.maxInFlight ?? core.maxInFlight ?? null
  const written = hashOf(JSON.stringify([settings, deviceSettings, secrets, ...(endpoint ? [endpoint] : [])]))
  const batch = batchTermsOf(core, settings)
  // Both only grow, and so does their sum: a lane hears of a change of either.
  const version = row.destination.version + (row.integration?.version ?? 1) - 1
  return {
    version,
    enabled,
    paused,
    rate: rate ?? usual,
    concurrency: concurrency === 0 ? null : concurrency,
    ...(maxInFlight !== null && { maxInFlight }),
    schedule,
    timeoutMs,
    ...(batch && { batch }),
    settings: written,
  }
}

/** FNV-1a, 32 bits: it travels with every batch, and who could make two alike would only fool themselves. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** What events need of a destination's integration, in the version that the destination has. */
export function coreFor({ destination, integration }: LaneRow): IntegrationCore {
  const row = integration && rowFor(integration, destination.id)
  return there(destination, resolveCore(destination.integrationId, row, destination.region))
}

/** Throws when there is none. */
function there<T>({ id, integrationId }: LaneRow['destination'], integration: T | undefined): T {
  if (!integration) throw new Error(`destination ${id} names integration ${integrationId}, which is gone`)
  return integration
}

function integrationOf({ destination, integration }: DestinationRow): Integration {
  if (!integration?.rollout) return there(destination, resolveIntegration(destination.integrationId, integration))
  const row = rowFor(integration, destination.id)
  const regions = commonRegions(row.regions, integration.regions)
  return there(destination, resolveIntegration(destination.integrationId, { ...row, regions }))
}

/**
 * Disables a destination whose receiver wants nothing any more, and says why. Answers it as its lane must see it;
 * `null`: it is gone or disabled already. Enabling it again removes the notice.
 */
export async function disableDestination(db: Database, id: string, notice: string): Promise<LaneConfig | null> {
  const written = await db.orm
    .update(destinations)
    .set({ enabled: false, notice, version: sql`${destinations.version} + 1`, updatedAt: db.ctx.now() })
    .where(and(eq(destinations.id, id), eq(destinations.enabled, true)))
    .returning({ id: destinations.id })
  const [row] = written.length > 0 ? await destinationRows(db).where(eq(destinations.id, id)) : []
  return row ? laneConfig(row) : null
}
