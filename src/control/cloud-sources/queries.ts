import { and, eq } from 'drizzle-orm'
import type { AllowLocal, SettingsValues } from '../../integrations/index.ts'
import { type OAuthClient, type PullReport, type PullTerms, type Vendor, VENDORS } from '../../pull/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, sources } from '../../settings/index.ts'
import { cloudSources } from './schema.ts'

export type CloudSourceRow = typeof cloudSources.$inferSelect

/** How a source is connected to its vendor. */
export interface CloudConnection {
  id: string
  /** What of an integration its settings need. */
  integration: Pick<Vendor, 'fields'>
  /** Secrets in clear: for its vendor, never for a reply. */
  settings: SettingsValues
  encrypted: string[]
  onDevice: string[]
  leftOut: string[]
  added: string[]
  paused: boolean
  report: PullReport | null
  version: number
}

/** The vendor of a kind of source; `undefined`: one that is sent to. */
export function vendorOf(metadataId: string): Vendor | undefined {
  return VENDORS.find(({ id }) => id === metadataId)
}

/** A source that pulls. Throws 404 when the workspace has none of this id, 409 when it is of another kind. */
export async function getCloudSource(
  { orm }: Database,
  workspaceId: string,
  id: string,
): Promise<{
  source: { id: string; name: string; enabled: boolean }
  vendor: Vendor
  row: CloudSourceRow | undefined
}> {
  const { name, enabled, metadataId } = sources
  const [found] = await orm
    .select({ source: { name, enabled, metadataId }, row: cloudSources })
    .from(sources)
    .leftJoin(cloudSources, eq(cloudSources.sourceId, sources.id))
    .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
  if (!found) throw refusal(404, `There is no source ${id}.`)
  const vendor = vendorOf(found.source.metadataId)
  if (!vendor) throw refusal(409, 'This source is sent to: it pulls from nobody.')
  return { source: { ...found.source, id }, vendor, row: found.row ?? undefined }
}

export async function connectionOfRow(db: Database, vendor: Vendor, row: CloudSourceRow): Promise<CloudConnection> {
  const { sourceId, settings, secrets, secretsKeyId, leftOut, added, paused, report, version } = row
  const opened = secrets && secretsKeyId ? await db.secrets().open(secrets, secretsKeyId, sourceId) : {}
  return {
    id: sourceId,
    integration: vendor,
    settings: { ...settings, ...opened },
    encrypted: Object.keys(opened),
    onDevice: [],
    leftOut,
    added,
    paused,
    report,
    version,
  }
}

/** What its object goes by; `null`: it is gone, or not connected. */
export async function loadPullTerms(
  db: Database,
  id: string,
  { oauthClients, allowLocal }: { oauthClients: Record<string, OAuthClient>; allowLocal: AllowLocal },
): Promise<PullTerms | null> {
  const [found] = await db.orm
    .select({ row: cloudSources, metadataId: sources.metadataId, enabled: sources.enabled })
    .from(cloudSources)
    .innerJoin(sources, eq(sources.id, cloudSources.sourceId))
    .where(eq(cloudSources.sourceId, id))
  const vendor = found && vendorOf(found.metadataId)
  if (!found || !vendor) return null
  const { settings, leftOut, added, paused, version } = await connectionOfRow(db, vendor, found.row)
  const client = oauthClients[vendor.id] ?? null
  return { version, paused: paused || !found.enabled, vendor, settings, leftOut, added, client, allowLocal }
}

export async function findCloudSourceName({ orm }: Database, id: string) {
  const { workspaceId, name } = sources
  const [row] = await orm.select({ workspaceId, name }).from(sources).where(eq(sources.id, id))
  return row ?? null
}
