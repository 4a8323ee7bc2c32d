import type { Objects } from '../../src/env.ts'
import type { VirtualClock } from './clock.ts'
import { EVICTION_MS, LATENCY } from './latency.ts'
import type { Meter } from './meter.ts'
import { CountingSql, cursorOf } from './sql.ts'

/** Storage of one Durable Object: what both cores ask for. */
export interface ObjectStorage {
  sql: Pick<SqlStorage, 'exec' | 'databaseSize'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
  getAlarm(): Promise<number | null>
  deleteAlarm(): Promise<void>
}

/** Keeps the object awake, and billed, while something that it waits for is under way. */
export type Awake = <T>(work: Promise<T>) => Promise<T>

export interface ObjectsOptions<Core> {
  /** As it appears in the parts of a count. */
  kind: string
  clock: VirtualClock
  meter: Meter
  open(name: string, storage: ObjectStorage, awake: Awake): Core
}

type Methods = Record<string, (...args: unknown[]) => unknown>

/** A namespace of Durable Objects on the virtual clock: counts calls, alarms, rows and the time they are awake. `R` is what the core is from outside. */
export function countingObjects<Core extends { alarm(): unknown }, R extends object>(
  options: ObjectsOptions<Core>,
): Objects<R> {
  const objects = new Map<string, CountingObject<Core>>()
  const getByName = (name: string): R => {
    const object = objects.get(name) ?? new CountingObject(name, options)
    objects.set(name, object)
    return new Proxy({} as R, { get: (_, method) => callOf(object, method) })
  }
  return { getByName }
}

function callOf<Core extends { alarm(): unknown }>(object: CountingObject<Core>, method: string | symbol) {
  // A stub is handed through promises, which must not take it for one.
  if (typeof method === 'symbol' || method === 'then') return undefined
  return (...args: unknown[]) => object.call(method, args)
}

class CountingObject<Core extends { alarm(): unknown }> {
  readonly #name: string
  readonly #options: ObjectsOptions<Core>
  readonly #sql = new CountingSql()
  readonly #storage: ObjectStorage
  #core: Core | undefined
  #alarmAt: number | null = null
  #cancelAlarm: () => void = () => undefined
  #underWay = 0
  #awakeSince = 0
  #idleSince = 0

  constructor(name: string, options: ObjectsOptions<Core>) {
    this.#name = name
    this.#options = options
    this.#storage = this.#countingStorage()
    // `objects.ts` writes the object's name down once.
    options.meter.add('objectRowsWritten', `${options.kind} name`)
  }

  async call(method: string, args: unknown[]): Promise<unknown> {
    const { clock, kind } = this.#options
    const sent = structuredClone(args)
    await clock.sleep(LATENCY.objectHop)
    const reply = await this.#request(`${kind}.${method}`, (core) => {
      const run = (core as unknown as Methods)[method]
      if (!run) throw new Error(`${kind} has no method ${method}`)
      return run.apply(core, sent)
    })
    await clock.sleep(LATENCY.objectHop)
    return structuredClone(reply)
  }

  #request(what: string, run: (core: Core) => unknown): Promise<unknown> {
    const { clock, meter } = this.#options
    meter.add('objectRequests', what)
    return this.#awake(
      (async () => {
        const reply = await run(this.#opened())
        await clock.sleep(LATENCY.objectCall)
        return reply
      })(),
    )
  }

  /** Only what is stored is there after an eviction. */
  #opened(): Core {
    const { clock, meter, kind, open } = this.#options
    const idle = this.#underWay <= 1 && clock.now - this.#idleSince >= EVICTION_MS
    if (this.#core === undefined || idle) {
      meter.add('objectRowsRead', `${kind} name`)
      this.#core = open(this.#name, this.#storage, this.#awake)
    }
    return this.#core
  }

  readonly #awake: Awake = async (work) => {
    const { clock, meter, kind } = this.#options
    if (this.#underWay++ === 0) this.#awakeSince = clock.now
    try {
      return await work
    } finally {
      if (--this.#underWay === 0) {
        meter.add('objectBusyMs', kind, clock.now - this.#awakeSince)
        this.#idleSince = clock.now
      }
    }
  }

  #countingStorage(): ObjectStorage {
    const { clock, meter, kind } = this.#options
    const exec = (query: string, ...bindings: unknown[]) => {
      const done = this.#sql.run(query, bindings)
      if (done.rowsRead > 0) meter.add('objectRowsRead', `${kind} ${verbOf(query)}`, done.rowsRead)
      if (done.rowsWritten > 0) meter.add('objectRowsWritten', `${kind} ${verbOf(query)}`, done.rowsWritten)
      return cursorOf(done)
    }
    return {
      sql: { exec: exec as unknown as SqlStorage['exec'], databaseSize: 0 },
      transactionSync: (closure) => this.#sql.transaction(closure),
      setAlarm: (at) => {
        meter.add('objectRowsWritten', `${kind} setAlarm`)
        this.#cancelAlarm()
        this.#alarmAt = at
        this.#cancelAlarm = clock.after(at - clock.now, () => {
          this.#alarmAt = null
          void this.#request(`${kind}.alarm`, (core) => core.alarm())
        })
        return Promise.resolve()
      },
      getAlarm: () => Promise.resolve(this.#alarmAt),
      deleteAlarm: () => {
        meter.add('objectRowsWritten', `${kind} deleteAlarm`)
        this.#cancelAlarm()
        this.#alarmAt = null
        return Promise.resolve()
      },
    }
  }
}

/** `INSERT work`, from `INSERT OR REPLACE INTO work (…`. */
export function verbOf(query: string): string {
  const verb = /^\s*(\w+)/.exec(query)?.[1]?.toUpperCase() ?? ''
  const table = /(?:\binto|\bupdate|\bfrom)\s+["`]?(\w+)/i.exec(query)?.[1] ?? ''
  return `${verb} ${table}`
}
