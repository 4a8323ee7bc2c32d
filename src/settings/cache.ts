import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { isPublic } from '../integrations/index.ts'
import { candidateOf } from './candidate.ts'
import { type Change, changesSince } from './changes.ts'
import type { Database } from './database.ts'
import { type DestinationRow, integrationOf, laneConfig, open, selectRows } from './destinations.ts'
import { Remembered, within } from './remembered.ts'
import { destinations, revision, sources, writeKeys } from './schema.ts'
import type { Addressee, DeviceDestination, Plan, PlanDestination } from './types.ts'

/** A change made elsewhere is in force after this long at the latest. */
const FRESH_MS = 10_000
/** Extra looks that unknown write keys may cause; one comes back every `FRESH_MS`. A key just made works at once. */
const EXTRA_LOOKS = 3
/** Whoever has waited so long goes on with what is known. */
const READ_MS = 2_000

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
 * unknown keys cost a handful of reads. Of a change what it touches is read anew, and nothing of other tenants.
 */
export class SettingsCache {
  readonly #db: Database
  #revision: number | undefined
  #checkedAt = -Infinity
  #failed = false
  #checking: { done: Promise<void>; since: number } | undefined
  #extraLooks = EXTRA_LOOKS
  #keys: Map<string, KeyOwner> | undefined
  readonly #plans: Remembered<Plan | null>
  readonly #targets: Remembered<Addressee | null>

  constructor(db: Database) {
    this.#db = db
    this.#plans = new Remembered((id) => loadPlan(db, id), db.ctx, READ_MS)
    this.#targets = new Remembered((id) => loadTarget(db, id), db.ctx, READ_MS)
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
    return this.#plans.get(sourceId)
  }

  /** What deliver needs to send to a destination; `null`: it is gone. Throws when D1 does not answer. */
  async target(destinationId: string): Promise<Addressee | null> {
    await this.#refresh(FRESH_MS)
    return this.#targets.get(destinationId)
  }

  /**
   * One look at D1 for all who ask at the same time. It is made by one request, and dies with it: nobody waits long for
   * another's, and one that does not end is followed by the next.
   */
  async #refresh(olderThanMs: number): Promise<void> {
    const { ctx } = this.#db
    const now = ctx.now()
    if (!this.#checking || now - this.#checking.since >= READ_MS) {
      if (now - this.#checkedAt < olderThanMs) return
      const checking = { done: this.#check(), since: now }
      this.#checking = checking
      void checking.done.then(() => {
        if (this.#checking === checking) this.#checking = undefined
      })
    }
    await within(ctx, this.#checking.done, READ_MS).catch(() => this.#unanswered())
  }

  #unanswered(): void {
    this.#failed = true
    this.#checkedAt = this.#db.ctx.now() - FRESH_MS + 1_000
    this.#db.ctx.log('error', 'settings cannot be read', { error: 'D1 does not answer' })
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
      const changed = this.#revision === undefined ? undefined : await changesSince(this.#db, this.#revision)
      if (changed && this.#keys) await this.#apply(changed, this.#keys)
      else {
        this.#keys = await loadKeys(this.#db)
        this.#plans.clear()
        this.#targets.clear()
      }
      this.#revision = changed?.at(-1)?.revision ?? value
    } catch (error) {
      this.#failed = true
      this.#checkedAt = now - FRESH_MS + 1_000
      this.#db.ctx.log('error', 'settings cannot be read', { error: String(error) })
    }
  }

  /** Reads the keys that changes touch, and forgets the plans and targets; a plan is read when it is next asked for. */
  async #apply(changed: readonly Change[], keys: Map<string, KeyOwner>): Promise<void> {
    const idsOf = (kind: Change['kind']) => changed.filter((one) => one.kind === kind).map(({ id }) => id)
    const [changedKeys, changedSources] = [idsOf('key'), idsOf('source')]
    if (changedKeys.length > 0 || changedSources.length > 0) {
      const inList = (ids: string[]) => sql`(select value from json_each(${JSON.stringify(ids)}))`
      const some = or(
        sql`${writeKeys.key} in ${inList(changedKeys)}`,
        sql`${writeKeys.sourceId} in ${inList(changedSources)}`,
      )
      const fresh = await loadKeys(this.#db, some)
      const gone = new Set(changedSources)
      for (const key of changedKeys) keys.delete(key)
      if (gone.size > 0) for (const [key, { sourceId }] of keys) if (gone.has(sourceId)) keys.delete(key)
      for (const [key, owner] of fresh) keys.set(key, owner)
    }
    if (idsOf('integration').length > 0) {
      this.#plans.clear()
      this.#targets.clear()
      return
    }
    for (const { sourceId } of changed) if (sourceId !== null) this.#plans.forget(sourceId)
    for (const id of idsOf('destination')) this.#targets.forget(id)
  }
}

async function loadKeys({ orm }: Database, some?: SQL): Promise<Map<string, KeyOwner>> {
  const rows = await orm
    .select({ key: writeKeys.key, sourceId: writeKeys.sourceId, enabled: sources.enabled })
    .from(writeKeys)
    .innerJoin(sources, eq(writeKeys.sourceId, sources.id))
    .where(and(isNull(writeKeys.revokedAt), some))
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
  const { id, mode } = row.destination
  const candidate = candidateOf({ integration: integrationOf(row), mode })
  return candidate.channels.length === 0 ? [] : [{ id, ...candidate, lane: laneConfig(row) }]
}

function onDevices(row: DestinationRow): DeviceDestination[] {
  const { name, device, fields } = integrationOf(row)
  const { mode, deviceSettings } = row.destination
  // What was given when its field was public is kept with the row; from the moment that it is none, nobody gets it.
  const given = Object.entries(deviceSettings)
  const settings = Object.fromEntries(given.filter(([key]) => fields.some((f) => f.name === key && isPublic(f))))
  return device && mode ? [{ name, device, mode, settings }] : []
}

async function loadTarget(db: Database, destinationId: string): Promise<Addressee | null> {
  const [row] = await selectRows(db).where(eq(destinations.id, destinationId))
  if (!row) return null
  const { id, integration, settings, enabled, paused, lane } = await open(db, row)
  return {
    destinationId: id,
    version: lane.version,
    integration,
    settings,
    ...((!enabled || paused) && { stopped: lane }),
  }
}
