import { type SettingsChange, changesSince, readRevision } from './changes.ts'
import type { Database } from './database.ts'
import { KnownKeys, type KeyOwner } from './known-keys.ts'
import { loadPlan, loadTarget } from './plan.ts'
import { LookupCache, SingleFlight, within } from './lookup-cache.ts'
import type { Addressee, Plan } from './types.ts'

/** A change made elsewhere is in force after this long at the latest. */
const FRESH_MS = 10_000
/** Whoever has waited so long goes on with what is known. */
const READ_MS = 2_000

/** D1 did not answer and nothing that is known decides the question. */
export class SettingsUnavailable extends Error {
  override readonly name = 'SettingsUnavailable'
}

/**
 * What one isolate knows of the settings: what it was asked for. All of it stays valid while D1's revision row does not
 * change, and that row is read at most once in ten seconds, so the hot path costs no query. What a change touches is
 * forgotten, and read when it is next asked for.
 */
export class SettingsCache {
  readonly #db: Database
  #revision: number | undefined
  #checkedAt = -Infinity
  #failed = false
  readonly #checking: SingleFlight<void>
  readonly #keys: KnownKeys
  readonly #plans: LookupCache<Plan | null>
  readonly #targets: LookupCache<Addressee | null>

  constructor(db: Database) {
    this.#db = db
    this.#checking = new SingleFlight(db.ctx, READ_MS)
    this.#keys = new KnownKeys(db, READ_MS)
    this.#plans = new LookupCache((id) => loadPlan(db, id), db.ctx, READ_MS)
    this.#targets = new LookupCache((id) => loadTarget(db, id), db.ctx, READ_MS)
  }

  /** How many write keys are kept, see `KnownKeys`. */
  get keys(): KnownKeys['size'] {
    return this.#keys.size
  }

  /** Makes the next question look at D1 first: after a change made by this isolate. */
  invalidate(): void {
    this.#checkedAt = -Infinity
  }

  /** `null`: unknown or revoked. Throws `SettingsUnavailable` when that cannot be told. */
  async ownerOfKey(key: string): Promise<KeyOwner | null> {
    await this.#refresh(FRESH_MS)
    const known = this.#keys.known(key)
    if (known) return known
    // What nobody had may be somebody's by now.
    if (this.#failed) throw new SettingsUnavailable('write keys cannot be read')
    if (known === null) return null
    try {
      return await within(this.#db.ctx, this.#keys.ask(key), READ_MS)
    } catch (error) {
      this.#unanswered(error)
      throw new SettingsUnavailable('write keys cannot be read')
    }
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

  /** One look at D1 for all who ask at the same time; nobody waits long for another's. */
  async #refresh(olderThanMs: number): Promise<void> {
    const { ctx } = this.#db
    if (!this.#checking.isRunning && ctx.now() - this.#checkedAt < olderThanMs) return
    const checking = this.#checking.run(() => this.#check())
    await within(ctx, checking, READ_MS).catch((error: unknown) => this.#unanswered(error))
  }

  /** What is known stays in force, and D1 is asked again soon. */
  #unanswered(error: unknown): void {
    // Of all who waited for the same one says so.
    if (!this.#failed) this.#db.ctx.log('error', 'settings cannot be read', { error: String(error) })
    this.#failed = true
    this.#checkedAt = this.#db.ctx.now() - FRESH_MS + 1_000
  }

  async #check(): Promise<void> {
    const now = this.#db.ctx.now()
    if (now - this.#checkedAt >= FRESH_MS) this.#keys.regain()
    this.#checkedAt = now
    try {
      const [row] = await readRevision(this.#db)
      const value = row?.value ?? 0
      const same = value === this.#revision
      const changed = same || this.#revision === undefined ? undefined : await changesSince(this.#db, this.#revision)
      this.#failed = false
      if (same) return
      if (changed) this.#apply(changed)
      else {
        this.#keys.clear()
        this.#plans.clear()
        this.#targets.clear()
      }
      this.#revision = changed?.at(-1)?.revision ?? value
    } catch (error) {
      this.#failed = false
      this.#unanswered(error)
    }
  }

  #apply(changed: readonly SettingsChange[]): void {
    const idsOf = (kind: SettingsChange['kind']) => changed.filter((one) => one.kind === kind).map(({ id }) => id)
    this.#keys.forget(idsOf('key'), idsOf('source'))
    if (idsOf('integration').length > 0) {
      this.#plans.clear()
      this.#targets.clear()
      return
    }
    for (const { sourceId } of changed) if (sourceId !== null) this.#plans.forget(sourceId)
    for (const id of idsOf('destination')) this.#targets.forget(id)
  }
}
