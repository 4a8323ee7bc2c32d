import { and, asc, eq, or } from 'drizzle-orm'
import { randomId } from '../context.ts'
import { ALL_CHANNELS, API_KEY, BUILT_IN, type Field, type Integration } from '../integrations/index.ts'
import type { EventType } from '../spec/index.ts'
import type { Database } from './database.ts'
import { integrations } from './schema.ts'
import { unlessTaken } from './taken.ts'
import { SettingsError } from './types.ts'

const DIRECT_TIMEOUT_MS = 10_000

export interface DirectIntegrationInput {
  name: string
  slug: string
  description: string
  endpoint: string
  /** Beside the API key, which every direct integration has. */
  fields: Field[]
  supports: EventType[]
  rate: number | null
}

/** What a workspace may connect: our own entries, those that are public, and those it made. */
export async function listIntegrations({ orm }: Database, workspaceId: string): Promise<Integration[]> {
  const visible = or(eq(integrations.workspaceId, workspaceId), eq(integrations.status, 'PUBLIC'))
  const rows = await orm
    .select()
    .from(integrations)
    .where(visible)
    .orderBy(asc(integrations.name), asc(integrations.id))
  return [...BUILT_IN, ...rows.map(fromRow)]
}

/** By id or slug. The id comes first: a slug is its maker's choice and may look like another's id. */
export async function findIntegration(db: Database, workspaceId: string, id: string): Promise<Integration | undefined> {
  const all = await listIntegrations(db, workspaceId)
  return all.find((one) => one.id === id) ?? all.find((one) => one.slug === id)
}

export async function createDirectIntegration(
  db: Database,
  workspaceId: string,
  input: DirectIntegrationInput,
): Promise<Integration> {
  const taken = { field: 'slug', message: `The slug ${input.slug} is taken.` }
  if (BUILT_IN.some((one) => one.slug === input.slug)) throw new SettingsError(409, taken.message, taken.field)
  const now = db.ctx.now()
  const row = {
    ...input,
    id: randomId(db.ctx, 'int_'),
    workspaceId,
    kind: 'direct' as const,
    status: 'PRIVATE_BUILDING',
    fields: [API_KEY, ...input.fields],
    createdAt: now,
    updatedAt: now,
  }
  await unlessTaken(db.orm.insert(integrations).values(row).execute(), { 'integrations.slug': taken })
  return fromRow(row)
}

/** Changes an integration that the workspace made itself; the slug stays. */
export async function updateDirectIntegration(
  db: Database,
  workspaceId: string,
  id: string,
  changes: { [K in Exclude<keyof DirectIntegrationInput, 'slug'>]?: DirectIntegrationInput[K] | undefined },
): Promise<Integration> {
  const { fields, ...others } = changes
  const [row] = await db.orm
    .update(integrations)
    .set({ ...others, ...(fields && { fields: [API_KEY, ...fields] }), updatedAt: db.ctx.now() })
    .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
    .returning()
  if (!row) throw new SettingsError(404, `There is no integration ${id}.`)
  return fromRow(row)
}

type IntegrationRow = typeof integrations.$inferSelect

/** The integration that a destination row names, from the row joined to it or from our own. */
export function resolveIntegration(id: string, row: IntegrationRow | null): Integration | undefined {
  return BUILT_IN.find((one) => one.id === id) ?? (row ? fromRow(row) : undefined)
}

function fromRow(row: IntegrationRow): Integration {
  const { id, slug, name, kind, description, status, endpoint, fields, supports, rate } = row
  return {
    id,
    slug,
    name,
    kind,
    description,
    status,
    fields,
    supports,
    rate,
    channels: ALL_CHANNELS,
    timeoutMs: DIRECT_TIMEOUT_MS,
    ...(endpoint !== null && { endpoint }),
  }
}
