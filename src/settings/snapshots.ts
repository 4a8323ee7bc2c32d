import { and, eq, isNull } from 'drizzle-orm'
import { isObject } from '../event/index.ts'
import type { Database } from './database.ts'
import { maskAddresses } from './mask.ts'
import { destinations, integrations, sources, workspaces, writeKeys } from './schema.ts'

/** What something is called and what it is set to, without secrets: for the audit trail. */
export interface Snapshot {
  name: string
  values: Record<string, unknown>
}

export type Snapshotted = 'workspace' | 'source' | 'destination' | 'integration'

/** `undefined`: the workspace has none of this id. */
export async function snapshot(
  db: Database,
  workspaceId: string,
  type: Snapshotted,
  id: string,
): Promise<Snapshot | undefined> {
  const found = await READERS[type](db, workspaceId, id)
  return found && { name: found.name, values: found }
}

/** The source that a destination of the workspace belongs to. */
export async function sourceOfDestination(
  { orm }: Database,
  workspaceId: string,
  id: string,
): Promise<string | undefined> {
  const [row] = await orm
    .select({ sourceId: destinations.sourceId })
    .from(destinations)
    .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
  return row?.sourceId
}

type Reader = (
  db: Database,
  workspaceId: string,
  id: string,
) => Promise<({ name: string } & Record<string, unknown>) | undefined>

const READERS: Record<Snapshotted, Reader> = {
  workspace: async ({ orm }, workspaceId) => {
    const [row] = await orm.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.id, workspaceId))
    return row
  },
  source: async ({ orm }, workspaceId, id) => {
    const { name, slug, metadataId, enabled } = sources
    const rows = await orm
      .select({ name, slug, metadataId, enabled, writeKey: writeKeys.key })
      .from(sources)
      .leftJoin(writeKeys, and(eq(writeKeys.sourceId, sources.id), isNull(writeKeys.revokedAt)))
      .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
    const [first] = rows
    if (!first) return undefined
    const { writeKey: _, ...facts } = first
    return { ...facts, writeKeys: rows.flatMap(({ writeKey }) => writeKey ?? []).toSorted() }
  },
  destination: async ({ orm }, workspaceId, id) => {
    const { name, sourceId, integrationId, enabled, paused, settings, deviceSettings, mode } = destinations
    const { rate, concurrency, schedule, secrets } = destinations
    const what = { name, sourceId, integrationId, enabled, paused, settings, deviceSettings, mode }
    const [row] = await orm
      .select({ ...what, rate, concurrency, schedule, secrets })
      .from(destinations)
      .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
    if (!row) return undefined
    const { secrets: sealed, ...facts } = row
    const hidden = await hideAddresses(facts.settings, id)
    // Enough to see that they were changed, and nothing to learn what they are.
    return { ...facts, settings: hidden, secrets: sealed === null ? null : `encrypted ${await fingerprint(sealed)}` }
  },
  integration: async ({ orm }, workspaceId, id) => {
    const { name, slug, description, status, endpoint, device, fields, supports, rate } = integrations
    const [row] = await orm
      .select({ name, slug, description, status, endpoint, device, fields, supports, rate })
      .from(integrations)
      .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
    return row && { ...row, endpoint: await hideAddresses(row.endpoint, id) }
  },
}

/** Addresses beyond their hosts, each with enough to see that it was changed. */
async function hideAddresses(value: unknown, id: string): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((one) => hideAddresses(one, id)))
  if (isObject(value)) {
    const entries = Object.entries(value).map(async ([name, one]) => [name, await hideAddresses(one, id)] as const)
    return Object.fromEntries(await Promise.all(entries))
  }
  const masked = maskAddresses(value)
  return masked === value ? value : `${String(masked)} (${await fingerprint(`${id} ${String(value)}`)})`
}

/** Of an address with the id of its owner, or a text that is encrypted with a new random start each time. */
async function fingerprint(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return [...new Uint8Array(hash, 0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
