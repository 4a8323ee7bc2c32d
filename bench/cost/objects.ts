import type { Objects } from '../../src/env.ts'
import type { VirtualClock } from '../../test/platform/clock.ts'
import {
  type Core,
  invoke,
  namespaceOf,
  type ObjectStorage,
  StoredObject,
  verbOf,
} from '../../test/platform/objects.ts'
import { EVICTION_MS, LATENCY } from './latency.ts'
import type { Meter } from './meter.ts'
import { CountingSql } from './sql.ts'
import type { Invocations } from './usage.ts'

/** Keeps the object awake, and billed, while something that it waits for is under way. */
export type Awake = <T>(work: Promise<T>) => Promise<T>

export interface ObjectsOptions<C extends Core> {
  /** As it appears in the parts of a count. */
  kind: string
  clock: VirtualClock
  meter: Meter
  invocations: Invocations
  open(name: string, storage: ObjectStorage, awake: Awake): C
}

/** A namespace of Durable Objects on the virtual clock: counts calls, alarms, rows and the time they are awake. `R` is what the core is from outside. */
export function countingObjects<C extends Core, R extends object>(options: ObjectsOptions<C>): Objects<R> {
  const { clock, invocations } = options
  const objects = new Map<string, CountingObject<C>>()
  const objectOf = (name: string) => {
    const object = objects.get(name) ?? new CountingObject(name, options)
    objects.set(name, object)
    return object
  }
  return namespaceOf(async ({ name, method, args }) => {
    invocations.count('binding')
    await clock.sleep(LATENCY.objectHop)
    const reply = await objectOf(name).call(method, args)
    await clock.sleep(LATENCY.objectHop)
    return reply
  })
}

class CountingObject<C extends Core> {
  readonly #name: string
  readonly #options: ObjectsOptions<C>
  readonly #stored: StoredObject
  readonly #storage: ObjectStorage
  #core: C | undefined
  #underWay = 0
  #awakeSince = 0
  #idleSince = 0

  constructor(name: string, options: ObjectsOptions<C>) {
    const { clock, meter, kind, invocations } = options
    this.#name = name
    this.#options = options
    const sql = new CountingSql((query, { rowsRead, rowsWritten }) => {
      if (rowsRead > 0) meter.add('objectRowsRead', `${kind} ${verbOf(query)}`, rowsRead)
      if (rowsWritten > 0) meter.add('objectRowsWritten', `${kind} ${verbOf(query)}`, rowsWritten)
    }, invocations)
    this.#stored = new StoredObject(sql, clock, () => void this.#request(`${kind}.alarm`, (core) => core.alarm()))
    this.#storage = counting(this.#stored.storage(), meter, kind)
    // `objects.ts` writes the object's name down once.
    meter.add('objectRowsWritten', `${kind} name`)
  }

  call(method: string, args: unknown[]): Promise<unknown> {
    const { kind } = this.#options
    return this.#request(`${kind}.${method}`, (core) => invoke(core, kind, method, args))
  }

  #request(what: string, run: (core: C) => unknown): Promise<unknown> {
    const { clock, meter, invocations } = this.#options
    meter.add('objectRequests', what)
    return this.#awake(
      invocations.as('object', what, async () => {
        const reply = await run(this.#opened())
        await clock.sleep(LATENCY.objectCall)
        return reply
      }),
    )
  }

  /** Only what is stored is there after an eviction. */
  #opened(): C {
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
}

/** An alarm that is set or taken back is a row written. */
function counting(storage: ObjectStorage, meter: Meter, kind: string): ObjectStorage {
  return {
    ...storage,
    setAlarm: (at) => {
      meter.add('objectRowsWritten', `${kind} setAlarm`)
      return storage.setAlarm(at)
    },
    deleteAlarm: () => {
      meter.add('objectRowsWritten', `${kind} deleteAlarm`)
      return storage.deleteAlarm()
    },
  }
}
