import { and, eq, isNull } from 'drizzle-orm'
import { cloudChannels, type Target } from '../integrations/index.ts'
import type { Database } from './database.ts'
import { type DestinationRow, integrationOf, laneConfig, open, selectRows } from './destinations.ts'
import { destinations, revision, sources, writeKeys } from './schema.ts'
import type { DeviceDestination, Plan, PlanDestination } from './types.ts'

/** A change made elsewhere is in force after this long at the latest. */
const FRESH_MS = 10_000
/** Extra looks that unknown write keys may cause; one comes back every `FRESH_MS`. A key just made works at once. */
const EXTRA_LOOKS = 3

/** Who a write key belongs to. */
export interface KeyOwner {
  sourceId: string
  enabled: boolean
}

/** D1 did not answer and nothing that is known decides the question. */
export class SettingsUnavailable extends Error {
  override readonly name = 'SettingsUnavailable'
}

/**
 * What one isolate knows of the settings. All of it stays valid while D1's revision row does not change, and that row is
 * read at most once in ten seconds, so the hot path costs no query. Write keys are held as one whole: ten thousand
 * unknown keys cost a handful of reads.
 */
export class SettingsCache {
  readonly #db: Database
  #revision: number | undefined
  #checkedAt = -Infinity
  #failed = false
  #checking: Promise<void> | undefined
  #extraLooks = EXTRA_LOOKS
  #keys: Map<string, KeyOwner> | undefined
  #plans = new Map<string, Promise<Plan | null>>()
  #targets = new Map<string, Promise<Target | null>>()

  constructor(db: Database) {
    this.#db = db
  }

  /** Makes the next question look at D1 first: after a change made by this isolate. */
  invalidate(): void {
    this.#checkedAt = -Infinity
  }

  /** `null`: unknown or revoked. Throws `SettingsUnavailable` when that cannot be told. */
  async ownerOfKey(key: string): Promise<KeyOwner | null> {
    await this.#refresh(FRESH_MS)
    if (!this.#keys?.has(key)) {
      if (this.#extraLooks > 0 && this.#db.ctx.now() > this.#checkedAt) {
        this.#extraLooks--
        await this.#refresh(0)
      }
      if (this.#failed || !this.#keys) throw new SettingsUnavailable('write keys cannot be read')
    }
    return this.#keys.get(key) ?? null
  }

  /** `null`: there is no such source. Throws when D1 does not answer and the plan is not known. */
  async plan(sourceId: string): Promise<Plan | null> {
    await this.#refresh(FRESH_MS)
    return remembered(this.#plans, sourceId, () => loadPlan(this.#db, sourceId))
  }

  /** What deliver needs to send to a destination; `null`: it is gone. Throws when D1 does not answer. */
  async target(destinationId: string): Promise<Target | null> {
    await this.#refresh(FRESH_MS)
    return remembered(this.#targets, destinationId, () => loadTarget(this.#db, destinationId))
  }

  async #refresh(olderThanMs: number): Promise<void> {
    if (this.#checking) return this.#checking
    if (this.#db.ctx.now() - this.#checkedAt < olderThanMs) return
    this.#checking = this.#check().finally(() => (this.#checking = undefined))
    await this.#checking
  }

  /** On failure what is known stays in force, and the question is asked again soon. */
  async #check(): Promise<void> {
    const now = this.#db.ctx.now()
    if (now - this.#checkedAt >= FRESH_MS) this.#extraLooks = Math.min(this.#extraLooks + 1, EXTRA_LOOKS)
    this.#checkedAt = now
    try {
      const [row] = await this.#db.orm.select({ value: revision.value }).from(revision).where(eq(revision.id, 1))
      const value = row?.value ?? 0
      this.#failed = false
      if (value === this.#revision && this.#keys) return
      this.#keys = await loadKeys(this.#db)
      this.#revision = value
      this.#plans.clear()
      this.#targets.clear()
    } catch (error) {
      this.#failed = true
      this.#checkedAt = now - FRESH_MS + 1_000
      this.#db.ctx.log('error', 'settings cannot be read', { error: String(error) })
    }
  }
}

/** One query for all who ask at the same time; a failure is not kept. */
function remembered<T>(known: Map<string, Promise<T>>, id: string, load: () => Promise<T>): Promise<T> {
  const found = known.get(id)
  if (found) return found
  const loading = load()
  known.set(id, loading)
  loading.catch(() => known.delete(id))
  return loading
}

async function loadKeys({ orm }: Database): Promise<Map<string, KeyOwner>> {
  const rows = await orm
    .select({ key: writeKeys.key, sourceId: writeKeys.sourceId, enabled: sources.enabled })
    .from(writeKeys)
    .innerJoin(sources, eq(writeKeys.sourceId, sources.id))
    .where(isNull(writeKeys.revokedAt))
  return new Map(rows.map(({ key, ...owner }) => [key, owner]))
}

async function loadPlan(db: Database, sourceId: string): Promise<Plan | null> {
  const [source] = await db.orm.select({ enabled: sources.enabled }).from(sources).where(eq(sources.id, sourceId))
  if (!source) return null
  const enabled = and(eq(destinations.sourceId, sourceId), eq(destinations.enabled, true))
  const rows = await selectRows(db).where(enabled)
  return {
    sourceId,
    enabled: source.enabled,
    destinations: rows.flatMap(inCloud),
    onDevices: rows.flatMap(onDevices),
  }
}

function inCloud(row: DestinationRow): PlanDestination[] {
  const integration = integrationOf(row)
  const channels = cloudChannels(integration, row.destination.mode)
  return channels.length === 0 ? [] : [{ id: row.destination.id, integration, channels, lane: laneConfig(row) }]
}

function onDevices(row: DestinationRow): DeviceDestination[] {
  const { name, device } = integrationOf(row)
  const { mode, deviceSettings: settings } = row.destination
  return device && mode ? [{ name, device, mode, settings }] : []
}

async function loadTarget(db: Database, destinationId: string): Promise<Target | null> {
  const [row] = await selectRows(db).where(eq(destinations.id, destinationId))
  if (!row) return null
  const { id, integration, settings } = await open(db, row)
  return { destinationId: id, integration, settings }
}
