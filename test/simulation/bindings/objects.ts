import type { VirtualClock } from '../../platform/clock.ts'
import { type Core, invoke, namespaceOf, type ObjectStorage, StoredObject } from '../../platform/objects.ts'
import { Sql } from '../../platform/sql.ts'
import type { Usage } from '../../platform/usage.ts'
import type { Objects } from '../../../src/env.ts'
import type { Actor } from '../actors.ts'
import { type Choices, whole } from '../choices.ts'
import type { Journal } from '../journal.ts'
import type { Fate, Wires } from '../wires.ts'

/** An instance of a Durable Object, as whoever it calls sees it. */
export class Instance implements Actor {
  readonly role: string
  readonly name: string
  readonly skew: number
  over = false
  readonly #onDeath: (why: string) => void

  constructor(role: string, name: string, skew: number, onDeath: (why: string) => void) {
    this.role = role
    this.name = name
    this.skew = skew
    this.#onDeath = onDeath
  }

  die(why: string): void {
    if (!this.over) this.#onDeath(why)
  }

  /** What an object waits for is never given up alone. */
  cancel(): void {}
}

/** What the checks of a run want to see of every call that has taken effect. */
export interface Effect<C> {
  object: SimulatedObject<C & Core>
  core: C
  from: Actor | null
  method: string
  args: unknown[]
  reply: unknown
}

export interface ObjectsOptions<C extends Core> {
  kind: 'intake' | 'lane' | 'sweep' | 'replay' | 'statistics' | 'warehouse' | 'overview' | 'puller'
  open(name: string, storage: ObjectStorage, instance: Instance): C
  /** What a name is called in labels: ids are random. */
  alias(name: string): string
  /** Of a row: what is larger is refused. */
  rowBytes: number
  /** After each call and alarm, before anybody hears of it. */
  onEffect(effect: Effect<C>): void
  /** The memory of an instance goes. */
  onDeath(object: SimulatedObject<C>, core: C): void
  onFault(kind: Fate, object: string, method: string, args: unknown[], reply: unknown): void
  /** The clock of an instance is ahead by so many milliseconds. */
  onSkew(ms: number): void
  /** Whether an object's alarm may be dropped for good: where a watchdog looks after that. */
  mayDropAlarm(name: string): boolean
}

export interface ObjectsDeps {
  clock: VirtualClock
  choices: Choices
  journal: Journal
  wires: Wires
}

/** An alarm may ring so often at one moment. */
const MOST_RINGS = 20
const ALARM_TRIES = 6
const ALARM_RETRY_MS = 2_000

/** The Durable Objects of one class. */
export class SimulatedObjects<C extends Core> {
  readonly all = new Map<string, SimulatedObject<C>>()
  readonly #options: ObjectsOptions<C>
  readonly #deps: ObjectsDeps

  constructor(options: ObjectsOptions<C>, deps: ObjectsDeps) {
    this.#options = options
    this.#deps = deps
  }

  of(name: string): SimulatedObject<C> {
    const known = this.all.get(name) ?? new SimulatedObject(name, this.#options, this.#deps)
    this.all.set(name, known)
    return known
  }

  /** As when the process is killed: what is stored stays, alarms with it. */
  killAll(): void {
    for (const object of this.all.values()) object.die('killed')
  }

  close(): void {
    for (const object of this.all.values()) object.close()
  }

  bindingOf<R extends object>(who: () => Actor): Objects<R> {
    const { kind, alias, onFault } = this.#options
    return namespaceOf(({ name, method, args }) => {
      const from = who()
      return this.#deps.wires.call(from, {
        what: `${kind} ${alias(name)}.${method}`,
        effect: () => this.of(name).call(from, method, args),
        ms: 10,
        mostMs: 80,
        onFault: (fate, reply) => onFault(fate, name, method, args, reply),
      })
    })
  }
}

/** One Durable Object: storage that outlives its instances, and at most one instance. */
export class SimulatedObject<C extends Core> {
  readonly name: string
  readonly alias: string
  readonly #options: ObjectsOptions<C>
  readonly #deps: ObjectsDeps
  readonly #stored: StoredObject
  /** Of the call that is on. */
  #usage: Usage | null = null
  #running: { core: C; instance: Instance; onDeath: Set<(error: Error) => void> } | null = null
  #instances = 0
  #alarmFailures = 0
  /** How often its alarm has rung at one and the same moment, while no time passed. */
  #rings = { at: 0, times: 0 }

  constructor(name: string, options: ObjectsOptions<C>, deps: ObjectsDeps) {
    this.name = name
    this.#options = options
    this.#deps = deps
    const limits = { ...deps.wires.limits, rowBytes: options.rowBytes }
    const sql = new Sql(limits, undefined, ({ bytes, rows }) => this.#usage?.read(bytes, rows))
    this.#stored = new StoredObject(sql, deps.clock, () => void this.#ring())
    this.alias = `${options.kind} ${options.alias(name)}`
  }

  /** What the core holds is looked at from outside, without anything of a call. */
  get core(): C {
    const { core } = this.#open()
    this.#usage = null
    return core
  }

  get skew(): number {
    return this.#open().instance.skew
  }

  get isArmed(): boolean {
    return this.#stored.alarmAt !== null
  }

  /** The effect of one call; rejects when the object dies over it. */
  call(from: Actor, method: string, args: unknown[]): unknown {
    const { choices } = this.#deps
    const label = `${this.alias}.${method}`
    const how = choices.pick(`${label}: object`, 0, (r) => (r < 0.02 ? 1 : r < 0.024 ? 2 : r < 0.03 ? 3 : 0))
    if (how === 1) this.die('evicted')
    // Nothing of a step is stored before all of it is, and what it sends waits for that: it may as well not have begun.
    if (how === 2) {
      this.#options.onFault('refused', this.name, method, args, undefined)
      this.#crash(`${label}, before its rows are stored`)
    }
    const { core } = this.#begin()
    const reply = invoke(core, this.alias, method, args)
    this.#seen({ object: this, core, from, method, args, reply })
    if (how === 3) {
      this.#options.onFault('unanswered', this.name, method, args, reply)
      this.#crash(`${label}, after its rows are stored`)
    }
    return reply instanceof Promise ? this.#whileAlive(reply) : reply
  }

  die(why: string): void {
    const running = this.#running
    if (!running) return
    this.#running = null
    running.instance.over = true
    this.#deps.journal.tell(this.alias, `* gone: ${why}`)
    this.#options.onDeath(this, running.core)
    for (const tell of running.onDeath) tell(new Error(`${this.alias}: the object was reset`))
  }

  close(): void {
    this.#stored.close()
  }

  #crash(where: string): never {
    this.#deps.journal.fault('object crashed', this.alias, where)
    this.#deps.journal.crash(where)
    this.die('crashed')
    throw new Error(`${this.alias}: the object crashed`)
  }

  /** The answer of a method that waits; rejects when the instance dies meanwhile. */
  #whileAlive(reply: Promise<unknown>): Promise<unknown> {
    const listeners = this.#open().onDeath
    return new Promise((resolve, reject) => {
      listeners.add(reject)
      reply.finally(() => listeners.delete(reject)).then(resolve, reject)
    })
  }

  /** What the checks read is nobody's work. */
  #seen(effect: Effect<C>): void {
    const usage = this.#usage
    this.#usage = null
    this.#options.onEffect(effect)
    this.#usage = usage
  }

  /** A call or an alarm: the platform counts anew what it uses, a start included. */
  #begin() {
    const usage = this.#deps.wires.usage('object', this.alias)
    this.#usage = usage
    const running = this.#open()
    this.#deps.wires.begin(running.instance, usage)
    return running
  }

  #open() {
    if (this.#running) return this.#running
    const { choices } = this.#deps
    const draw = (r: number) => (r < 0.8 ? 0 : Math.round((r - 0.9) * 20_000))
    const skew = choices.pick(`${this.alias}: skew`, 0, draw)
    this.#options.onSkew(skew)
    const instance = new Instance(this.alias, `${this.alias} (${++this.#instances})`, skew, (why) => this.die(why))
    const core = this.#options.open(this.name, this.#storage(instance), instance)
    this.#running = { core, instance, onDeath: new Set() }
    return this.#running
  }

  /** Of a dead instance nothing is stored any more. */
  #storage(instance: Instance): ObjectStorage {
    const ensureAlive = () => {
      if (instance.over) throw new Error(`${instance.name} writes after its death`)
    }
    // Whatever a dead instance waits for does not come.
    const whileAlive = <T>(value: T) =>
      new Promise<T>((resolve) => queueMicrotask(() => (instance.over ? undefined : resolve(value))))
    const storage = this.#stored.storage()
    const { sql } = storage
    const exec = (query: string, ...bindings: unknown[]) => {
      ensureAlive()
      return sql.exec(query, ...bindings)
    }
    return {
      sql: {
        exec: exec as SqlStorage['exec'],
        get databaseSize() {
          return sql.databaseSize
        },
      },
      transactionSync: (closure) => {
        ensureAlive()
        return storage.transactionSync(closure)
      },
      setAlarm: (at) => {
        ensureAlive()
        this.#setAlarm(Math.ceil(at) - instance.skew)
        return whileAlive(undefined)
      },
      getAlarm: () => whileAlive(this.#stored.alarmAt),
      deleteAlarm: () => {
        this.#stored.deleteAlarm()
        return whileAlive(undefined)
      },
    }
  }

  #setAlarm(at: number): void {
    const draw = (r: number) => (r < 0.9 ? 0 : whole(1, 20_000)((r - 0.9) * 10))
    this.#stored.setAlarm(at, this.#deps.choices.pick(`${this.alias}.alarm: late`, 0, draw))
  }

  /** An alarm that has nothing to do and is set for the same moment again would never let the clock go on. */
  #isSpinning(): boolean {
    const { now } = this.#deps.clock
    this.#rings = { at: now, times: this.#rings.at === now ? this.#rings.times + 1 : 1 }
    return this.#rings.times > MOST_RINGS
  }

  async #ring(): Promise<void> {
    const { clock, choices, journal } = this.#deps
    const label = `${this.alias}.alarm`
    if (this.#isSpinning()) return journal.wrong(`the alarm of ${this.alias} rings on and on at one moment`)
    const draw = (r: number) => (r < 0.02 ? 1 : r < 0.03 ? 2 : r < 0.035 ? 3 : r < 0.045 ? 4 : r < 0.048 ? 5 : 0)
    const how = choices.pick(`${label}: fate`, 0, draw)
    if (how === 5 && this.#options.mayDropAlarm(this.name)) {
      journal.fault('alarm dropped', this.alias, label)
      return this.die('its alarm failed six times')
    }
    try {
      if (how === 1) this.die('evicted')
      if (how === 2) this.#crash(`${label}, before its rows are stored`)
      const { core, instance } = this.#begin()
      journal.tell(instance.name, 'alarm')
      const reply = core.alarm()
      this.#seen({ object: this, core, from: null, method: 'alarm', args: [], reply: undefined })
      if (how === 3) this.#crash(`${label}, after its rows are stored`)
      if (reply instanceof Promise) await this.#whileAlive(reply)
      this.#alarmFailures = 0
      if (how === 4) {
        journal.fault('alarm twice', this.alias, label)
        clock.after(50, () => !this.isArmed && this.#setAlarm(clock.now))
      }
    } catch (error) {
      journal.tell(this.alias, `alarm failed: ${String(error)}`)
      // A new time that was stored stands; otherwise it rings again, six times at most.
      if (this.isArmed || this.#alarmFailures++ >= ALARM_TRIES) return
      this.#setAlarm(clock.now + ALARM_RETRY_MS * 2 ** (this.#alarmFailures - 1))
    }
  }
}
