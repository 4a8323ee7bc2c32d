import type { Objects } from '../../src/env.ts'
import type { VirtualClock } from './clock.ts'
import { copyOf } from './copy.ts'
import { cursorOf, type Sql } from './sql.ts'

/** Storage of one Durable Object: what all cores ask for. */
export interface ObjectStorage {
  sql: Pick<SqlStorage, 'exec' | 'databaseSize'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
  getAlarm(): Promise<number | null>
  deleteAlarm(): Promise<void>
}

/** The cores have an alarm, and methods that others call. */
export interface Core {
  alarm(): unknown
}

export interface ObjectCall {
  name: string
  method: string
  args: unknown[]
}

type Methods = Record<string, (...args: unknown[]) => unknown>

/** A namespace whose stubs, which are `R` from outside, hand every call on. Arguments and replies are copies, as between isolates. */
export function namespaceOf<R extends object>(call: (call: ObjectCall) => Promise<unknown>): Objects<R> {
  const stubOf =
    (name: string, method: string) =>
    async (...args: unknown[]) =>
      copyOf(await call({ name, method, args: copyOf(args) }))
  const getByName = (name: string) =>
    new Proxy({} as R, {
      // A stub is handed through promises, which must not take it for one.
      get: (_, method) => (typeof method === 'symbol' || method === 'then' ? undefined : stubOf(name, method)),
    })
  return { getByName }
}

/** Has a core do what it is called for. */
export function invoke(core: Core, kind: string, method: string, args: unknown[]): unknown {
  const run = (core as unknown as Methods)[method]
  if (!run) throw new Error(`${kind} has no method ${method}`)
  return run.apply(core, args)
}

/** What outlives the instances of one Durable Object: its rows and its alarm. */
export class StoredObject {
  readonly #sql: Sql
  readonly #clock: VirtualClock
  readonly #ring: () => void
  #alarmAt: number | null = null
  #cancelAlarm: () => void = () => undefined

  /** `ring` is called when the alarm is due, which is then set no more. */
  constructor(sql: Sql, clock: VirtualClock, ring: () => void) {
    this.#sql = sql
    this.#clock = clock
    this.#ring = ring
  }

  /** Milliseconds on the clock of the world. */
  get alarmAt(): number | null {
    return this.#alarmAt
  }

  /** Rings `lateMs` after its time. */
  setAlarm(at: number, lateMs = 0): void {
    this.#cancelAlarm()
    this.#alarmAt = at
    this.#cancelAlarm = this.#clock.after(at - this.#clock.now + lateMs, () => {
      this.#alarmAt = null
      this.#ring()
    })
  }

  deleteAlarm(): void {
    this.#cancelAlarm()
    this.#alarmAt = null
  }

  storage(): ObjectStorage {
    return {
      ...rowStorage(this.#sql),
      setAlarm: (at) => Promise.resolve(this.setAlarm(at)),
      getAlarm: () => Promise.resolve(this.#alarmAt),
      deleteAlarm: () => Promise.resolve(this.deleteAlarm()),
    }
  }

  close(): void {
    this.#sql.close()
  }
}

/** As much of an object's storage as is rows. */
export function rowStorage(sql: Sql): Pick<ObjectStorage, 'sql' | 'transactionSync'> {
  const exec = (query: string, ...bindings: unknown[]) => cursorOf(sql.run(query, bindings))
  return {
    sql: {
      exec: exec as unknown as SqlStorage['exec'],
      get databaseSize() {
        return sql.size
      },
    },
    transactionSync: (closure) => sql.transaction(closure),
  }
}

const VERBS = new Map<string, string>()

/** `INSERT work`, from `INSERT OR REPLACE INTO work (…`. */
export function verbOf(query: string): string {
  const known = VERBS.get(query) ?? readVerb(query)
  VERBS.set(query, known)
  return known
}

function readVerb(query: string): string {
  const verb = /^\s*(\w+)/.exec(query)?.[1]?.toUpperCase() ?? ''
  const table = /(?:\binto|\bupdate|\bfrom)\s+["`]?(\w+)/i.exec(query)?.[1] ?? ''
  return `${verb} ${table}`
}
