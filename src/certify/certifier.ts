import type { Context } from '../context.ts'
import type { AllowLocal, SettingsValues } from '../integrations/index.ts'
import type { CertifiedEndpoint } from './endpoint.ts'
import { keptOf } from './kept.ts'
import { beginRun, type CertificationRun, CHECKS, type Checked, hasErrors, isCertified, makeNext } from './run.ts'

/** What is to be certified, and for whom. */
export interface CertificationOrder {
  id: string
  integrationId: string
  workspaceId: string
  /** Number of the version of the integration; absent, as in orders of before there were any: 1. */
  version?: number
  /** Fingerprint of what of the integration is certified. */
  content: string
  /** Who began it, in words. */
  startedBy: string
  subject: Omit<CertifiedEndpoint, 'settings'>
  /** Settings of the customer who asks, sealed for this id: they are forgotten when the run is over. */
  sealed: { keyId: string; sealed: string }
}

/** `broken`: it did not come to an end, by no fault of the endpoint. */
export type CertificationState = 'running' | 'ended' | 'broken'

/** A run as lists and pages show it. Times are milliseconds since 1970. */
export interface CertificationReport {
  id: string
  state: CertificationState
  /** Of the list of checks. */
  listVersion: number
  content: string
  startedBy: string
  startedAt: number
  endedAt: number | null
  /** Checks that were made, of `checks`. */
  made: number
  checks: number
  passed: number
  skipped: number
  /** That failed, by grade. */
  errors: number
  tasks: number
  warnings: number
  requests: number
  /** It ended, and neither an error nor a task is left. */
  certified: boolean
}

/** A run with the result of each check that was made. */
export interface KeptCertification extends CertificationReport {
  results: Checked[]
}

export interface CertifierDeps {
  ctx: Context
  allowLocal: AllowLocal
  /** Opens the settings of an order. */
  open(order: CertificationOrder): Promise<SettingsValues>
  /** What lists and others know of it without asking. May be told the same again. */
  publish(
    of: Pick<CertificationOrder, 'integrationId' | 'workspaceId' | 'version'>,
    report: CertificationReport,
  ): Promise<void>
}

/** The part of a Durable Object's storage that certifications need. */
export interface CertifierStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** How long an alarm works; a check that has begun is ended. */
const STEP_MS = 15_000
/** A step that died is made again so long after it began. */
const AGAIN_MS = 90_000
/** A run takes half a minute; one that takes so long comes to nothing. */
const LONGEST_MS = 15 * 60_000
/** Requests under way at once: a Worker has six connections. */
const CONNECTIONS = 6
/** Runs that are kept, beside the newest that certified. */
export const KEPT_RUNS = 50

interface StoredRun {
  order: Omit<CertificationOrder, 'sealed'> & Partial<Pick<CertificationOrder, 'sealed'>>
  run: Omit<CertificationRun, 'results'>
  report: CertificationReport
  /** Whether others know how it stands. */
  told: boolean
}

/**
 * The Durable Object that certifies an integration, named by its id: one run at a time, check by check, so that whatever dies
 * costs one check. Its rows are the runs and their results.
 */
export class Certifier {
  readonly #storage: CertifierStorage
  readonly #deps: CertifierDeps

  constructor(storage: CertifierStorage, deps: CertifierDeps) {
    this.#storage = storage
    this.#deps = deps
    storage.sql.exec('CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL)')
    storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS results (run TEXT NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run, n))',
    )
  }

  /** Begins a run, unless it is known already or another is under way: the answer is the one that is. */
  async begin(order: CertificationOrder): Promise<CertificationReport> {
    const known = this.#stored(order.id) ?? this.#running()
    if (known) return known.report
    const { results: _, ...run } = beginRun(this.#deps)
    const { id, content, startedBy } = order
    const { version: listVersion, startedAt } = run
    const counts = {
      made: 0,
      checks: CHECKS.length,
      passed: 0,
      skipped: 0,
      errors: 0,
      tasks: 0,
      warnings: 0,
      requests: 0,
    }
    const facts = { id, state: 'running' as const, listVersion, content, startedBy, startedAt, endedAt: null }
    const report: CertificationReport = { ...facts, ...counts, certified: false }
    this.#storage.transactionSync(() => {
      this.#save({ order, run, report, told: false })
      this.#prune()
    })
    await this.#storage.setAlarm(this.#deps.ctx.now())
    return report
  }

  /** `undefined`: there is no such run, or it is one of long ago. */
  read(id: string): KeptCertification | undefined {
    const stored = this.#stored(id)
    return stored && { ...stored.report, results: this.#results(id) }
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    // Before anything is asked: whatever dies meanwhile, there is a next time.
    if (this.#running() || this.#untold()) await this.#storage.setAlarm(ctx.now() + AGAIN_MS)
    try {
      const stored = this.#running()
      if (stored) await this.#step(stored)
      for (let next = this.#untold(); next; next = this.#untold()) await this.#tell(next)
    } catch (error) {
      ctx.log('warn', 'a certification waits', { error: String(error) })
      return
    }
    if (this.#running()) await this.#storage.setAlarm(ctx.now())
  }

  /** Makes checks for a while. */
  async #step(stored: StoredRun): Promise<void> {
    const { ctx, allowLocal } = this.#deps
    const { order, report } = stored
    const began = ctx.now()
    const settings = began - report.startedAt < LONGEST_MS ? await this.#settingsOf(stored) : undefined
    if (!settings) return this.#end(stored, 'broken')
    const run: CertificationRun = { ...stored.run, results: this.#results(order.id) }
    while (ctx.now() - began < STEP_MS) {
      const made = await makeNext(run, { ...order.subject, settings }, { ctx, allowLocal, connections: CONNECTIONS })
      if (!made) return this.#end(stored, 'ended')
      const { results: _, ...rest } = run
      stored.run = rest
      this.#storage.transactionSync(() => {
        const n = run.results.length
        const body = JSON.stringify(keptOf(made))
        this.#storage.sql.exec('INSERT OR IGNORE INTO results (run, n, body) VALUES (?, ?, ?)', order.id, n, body)
        stored.report = { ...stored.report, ...countsOf(run) }
        this.#save(stored)
      })
    }
  }

  /** `undefined`: no key opens them any more. */
  async #settingsOf({ order: { sealed, ...order } }: StoredRun): Promise<SettingsValues | undefined> {
    try {
      return sealed && (await this.#deps.open({ ...order, sealed }))
    } catch (error) {
      this.#deps.ctx.log('error', 'settings of a certification cannot be opened', { error: String(error) })
      return undefined
    }
  }

  /** The settings are forgotten, and all that a run remembers beside its results. */
  #end(stored: StoredRun, state: 'ended' | 'broken'): void {
    const { sealed: _, ...order } = stored.order
    const results = this.#results(order.id)
    const certified = state === 'ended' && isCertified({ results }) && !hasErrors({ results })
    const report = { ...stored.report, state, endedAt: this.#deps.ctx.now(), certified }
    const { run } = stored
    const memory = { ...run.memory, noticed: {}, load: null, told: null }
    this.#save({ order, run: { ...run, memory }, report, told: false })
  }

  async #tell(stored: StoredRun): Promise<void> {
    await this.#deps.publish(stored.order, stored.report)
    this.#save({ ...stored, told: true })
  }

  #save(stored: StoredRun): void {
    const { id, startedAt } = stored.report
    this.#storage.sql.exec(
      'INSERT OR REPLACE INTO runs (id, at, body) VALUES (?, ?, ?)',
      id,
      startedAt,
      JSON.stringify(stored),
    )
  }

  #stored(id: string): StoredRun | undefined {
    return this.#one('SELECT body FROM runs WHERE id = ?', id)
  }

  #running(): StoredRun | undefined {
    return this.#one("SELECT body FROM runs WHERE body ->> '$.report.state' = 'running' LIMIT 1")
  }

  #untold(): StoredRun | undefined {
    return this.#one(
      "SELECT body FROM runs WHERE body ->> '$.report.state' <> 'running' AND body ->> '$.told' = 0 LIMIT 1",
    )
  }

  #one(query: string, ...values: string[]): StoredRun | undefined {
    const [row] = this.#storage.sql.exec<{ body: string }>(query, ...values).toArray()
    return row && (JSON.parse(row.body) as StoredRun)
  }

  #results(id: string): Checked[] {
    const rows = this.#storage.sql.exec<{ body: string }>('SELECT body FROM results WHERE run = ? ORDER BY n', id)
    return rows.toArray().map(({ body }) => JSON.parse(body) as Checked)
  }

  #prune(): void {
    const { sql } = this.#storage
    sql.exec(
      `DELETE FROM runs WHERE id NOT IN (SELECT id FROM runs ORDER BY at DESC, id LIMIT ${KEPT_RUNS}) AND id NOT IN (
        SELECT id FROM runs WHERE body ->> '$.report.certified' = 1 ORDER BY at DESC LIMIT 1)`,
    )
    sql.exec('DELETE FROM results WHERE run NOT IN (SELECT id FROM runs)')
  }
}

function countsOf({ results, memory }: CertificationRun) {
  const failed = (grade: string) =>
    results.filter(({ check, verdict }) => verdict.state === 'failed' && check.grade === grade).length
  const count = (state: string) => results.filter(({ verdict }) => verdict.state === state).length
  return {
    made: results.length,
    passed: count('passed'),
    skipped: count('skipped'),
    errors: failed('error'),
    tasks: failed('task'),
    warnings: failed('warning'),
    requests: memory.requests,
  }
}
