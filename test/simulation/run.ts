import { type Schedule, type Source, whole } from './choices.ts'
import { checkStatistics } from './statistics-books.ts'
import { checkBooks, checkSwept, owed } from './books.ts'
import { bodyOf, Clients } from './clients.ts'
import { HOSTILITIES, hostileBatch, hostilityOf } from './hostile.ts'
import type { Figures } from './journal.ts'
import { Operator } from './operator.ts'
import { checkObjects } from './object-books.ts'
import { Prompt } from './prompt.ts'
import { Setters } from './setters.ts'
import { checkTold } from './told-books.ts'
import { VENDOR_LISTS, type VendorList } from './vendor.ts'
import { checkWarehouses } from './warehouse-books.ts'
import { World } from './world.ts'

export interface Outcome {
  /** How often each event is in the archive. */
  archived: Map<number, number>
  /** The first thing that was wrong, or `null`. */
  violation: string | null
  figures: Figures
  /** Of everything that happened. */
  hash: string
  schedule: Schedule
  trace: string[] | null
}

/** How long things go wrong, and how long they may take to come right: an hour in a thousand seeds, and an event is given up after four. */
const FAULTY_MS = 240_000
const LONGEST_MS = 6 * 3_600_000
const LOOK_MS = 60_000
const ORPHAN_MS = 11 * 60_000
const ORPHAN_REST_MS = 90_000
const PROBE_MS = 20_000
const MOST_REDRIVES = 10
/** A dead letter's id is its time, in milliseconds, times this. */
const LETTERS_PER_MS = 1_000
/** The share of requests that come from somebody who means harm. */
const HOSTILE = 0.02

/** One run: set up, load and trouble, calm, and the books. Takes the same course whenever it gets the same choices. */
export async function run(source: Source, options: { traced?: boolean } = {}): Promise<Outcome> {
  const world = new World(source, options)
  const { journal, choices } = world
  const stray = (error: unknown) =>
    journal.wrong(`nobody caught ${error instanceof Error ? error.stack : String(error)}`)
  process.on('unhandledRejection', stray)
  try {
    await new Run(world).whole()
  } catch (error) {
    journal.wrong(`the run broke: ${error instanceof Error ? error.stack : String(error)}`)
  } finally {
    process.off('unhandledRejection', stray)
    world.close()
  }
  const { violation, figures, hash, lines } = journal
  return { archived: world.watch.archive.times, violation, figures, hash, schedule: choices.made, trace: lines }
}

class Run {
  readonly #world: World
  readonly #operator: Operator
  readonly #clients: Clients
  readonly #setters: Setters

  constructor(world: World) {
    this.#world = world
    const { clock, choices, journal } = world
    this.#operator = new Operator(world)
    this.#clients = new Clients({ clock, choices, journal }, async (source, body) => {
      journal.figures.requests++
      const { writeKey = '' } = this.#operator.sources[source] ?? {}
      const headers = { authorization: `Basic ${btoa(`${writeKey}:`)}` }
      return (await world.http('ingest', '/v1/batch', { method: 'POST', headers, body }))?.status ?? null
    })
    this.#setters = new Setters({ clients: this.#clients, clock, choices, journal }, async (path, body) => {
      const headers = { authorization: `Basic ${btoa(`${this.#operator.sources[0]?.writeKey}:`)}` }
      return (await world.http('ingest', path, { method: 'POST', headers, body }))?.status ?? null
    })
  }

  async whole(): Promise<void> {
    const { clock, choices, journal } = this.#world
    await this.#until(this.#setUp(), 'the set-up')
    this.#load()
    if (this.#operator.cloud) this.#loadObjects()
    this.#trouble()
    // A recorded schedule may need more time; no seed gets it.
    await this.#world.runUntil(clock.now + choices.decide('calm after', FAULTY_MS, () => FAULTY_MS))
    choices.calm = true
    this.#world.watch.calmSince = clock.now
    journal.tell('the clock', 'from here on everything is healthy')
    const prompt = new Prompt(this.#world, this.#operator, this.#clients)
    await this.#until(this.#mend(), 'mending')
    await this.#settle('', prompt)
    await this.#until(this.#probe(), 'a probe')
    for (let rounds = 0, since = 0; rounds < MOST_REDRIVES && this.#hasDiedSince(since); rounds++) {
      since = clock.now + this.#world.watch.tolerance
      await this.#until(this.#redriveAll(), 'redriving')
      await this.#settle(' after everything was redriven', prompt)
    }
    await this.#world.runUntil(clock.now + ORPHAN_MS)
    checkSwept(this.#world, ORPHAN_MS, (what) => journal.wrong(what))
    await this.#until(this.#operator.recover(), 'recovery')
    // What is more than one call does, alarms go on with.
    await this.#world.runUntil(clock.now + ORPHAN_REST_MS)
    await this.#until(
      checkStatistics(this.#world, this.#operator, (what) => journal.wrong(what)),
      'counting what came in',
    )
    // Before anything is loaded: nothing else is pulled afterwards.
    if (this.#operator.cloud) await this.#until(this.#pull(), 'pulling what a vendor has')
    await this.#until(
      checkWarehouses(this.#world, this.#operator, (what) => journal.wrong(what)),
      'loading what came in',
    )
    await this.#until(
      checkTold(this.#world, this.#operator, (what) => journal.wrong(what)),
      'telling how it stands',
    )
    if (journal.violation !== null) return
    if (this.#operator.cloud) checkObjects(this.#world, this.#operator, this.#setters, (what) => journal.wrong(what))
    checkBooks(this.#world, this.#operator, this.#clients, (what) => journal.wrong(what))
  }

  /** Without faults: those begin when there is something to hit. */
  async #setUp(): Promise<void> {
    const { choices } = this.#world
    choices.calm = true
    const sources = choices.decide('sources', 1, (r) => (r < 0.7 ? 1 : 2))
    const destinations = choices.decide('destinations', 1, whole(1, 3))
    for (let n = 0; n < sources; n++) await this.#operator.addSource()
    for (let n = 0; n < destinations; n++) {
      const source = this.#operator.sources[n % sources]
      if (source) await this.#operator.addDestination(source)
    }
    if (choices.decide('warehouse', 0, (r) => (r < 0.3 ? 1 : 0)) === 1) await this.#operator.addWarehouse()
    const [warehouse] = this.#operator.warehouses
    // In every eighth run: what is pulled makes it a half longer.
    if (warehouse && choices.decide('objects', 0, (r) => (r < 0.4 ? 1 : 0)) === 1) {
      for (let n = choices.decide('vendor: objects', 0, whole(0, 24)); n > 0; n--) this.#changeVendor(`object ${n}`, 0)
      this.#world.vendor.age()
      await this.#operator.addCloudSource()
    }
    choices.calm = false
  }

  #load(): void {
    const { clock, choices } = this.#world
    const requests = choices.pick('requests', 1, whole(3, 24))
    let before = 0
    for (let n = 0; n < requests; n++) {
      const label = `request ${n}`
      const alone = choices.pick(`${label}: at`, n * 1_000, whole(0, FAULTY_MS - 60_000))
      // Some come with the one before, as they do where there are many.
      const after = choices.pick(`${label}: close behind`, 0, (r) => (r < 0.4 ? whole(1, 30)(r / 0.4) : 0))
      const at = after > 0 ? before + after : alone
      before = at
      this.#clients.underWay++
      clock.after(at, () => {
        this.#clients.underWay--
        const source = choices.pick(`${label}: source`, 0, whole(0, this.#operator.sources.length - 1))
        const hostility = hostilityOf(
          choices.pick(`${label}: hostile`, 0, (r) => (r < HOSTILE ? whole(1, HOSTILITIES)(r / HOSTILE) : 0)),
        )
        if (hostility !== 'nothing') {
          const { events, body } = hostileBatch(hostility, (kept) => this.#clients.make(source, { kept }))
          return void this.#clients.send(`${label}, ${hostility}`, source, events, body)
        }
        const size = choices.pick(`${label}: events`, 1, whole(1, 12))
        const large = choices.pick(`${label}: large`, 0, (r) => (r < 0.02 ? 1 : 0)) === 1
        const events = Array.from({ length: size }, () =>
          this.#clients.make(source, {
            unwanted: choices.pick(`${label}: unwanted`, 0, (r) => (r < 0.1 ? 1 : 0)) === 1,
          }),
        )
        void this.#clients.send(label, source, events, bodyOf(events, large ? Math.floor(130_000 / size / 5) : 0))
      })
    }
  }

  /** Objects are set, and change at the vendor. */
  #loadObjects(): void {
    const { clock, choices } = this.#world
    const some = (what: string, most: number, go: (label: string) => void) => {
      for (let n = choices.pick(what, 1, whole(0, most)); n > 0; n--) {
        const label = `${what} ${n}`
        clock.after(choices.pick(`${label}: at`, n * 1_000, whole(0, FAULTY_MS - 60_000)), () => go(label))
      }
    }
    void this.#operator.resumeCloudSource()
    some('sets', 12, (label) => this.#setters.set(label))
    some('vendor changes', 20, (label) => this.#changeVendor(label, choices.pick(`${label}: what`, 0, whole(0, 5))))
  }

  #changeVendor(label: string, what: number): void {
    const { choices, vendor } = this.#world
    const lists = Object.keys(VENDOR_LISTS) as VendorList[]
    const ids = [...vendor.objects.keys()]
    const id = ids[choices.decide(`${label}: whose`, 0, whole(0, Math.max(0, ids.length - 1)))] ?? ''
    if (what < 2) vendor.make(lists[choices.decide(`${label}: list`, 0, whole(0, lists.length - 1))] ?? 'products')
    else if (what < 5) vendor.change(id, what < 4)
    else vendor.remove(id)
  }

  async #pull(): Promise<void> {
    const failed = await this.#operator.pullAll()
    if (failed !== null) this.#world.journal.wrong(`${this.#operator.cloud?.alias}: ${failed}`)
  }

  #trouble(): void {
    const world = this.#world
    const { clock, choices } = world
    const some = (what: string, most: number, share: number, go: (label: string) => void) => {
      const n = choices.pick(what, 0, (r) => (r < share ? whole(1, most)(r / share) : 0))
      for (let one = 0; one < n; one++) {
        const label = `${what} ${one}`
        clock.after(choices.pick(`${label}: at`, 30_000, whole(1_000, FAULTY_MS - 10_000)), () => go(label))
      }
    }
    some('changes', 5, 0.5, (label) => void this.#operator.change(label))
    some('jumps', 2, 0.1, (label) =>
      world.jump(choices.pick(`${label}: ms`, 10_000, (r) => Math.round(5_000 + r ** 6 * 30 * 3_600_000))),
    )
    some('batch changes', 2, 0.15, (label) => void this.#operator.changeBatch(label))
    some('gaps', 2, 0.2, (label) => world.registerOverGap(choices.pick(`${label}: whose`, 0, whole(0, 2))))
    some('replays', 3, 0.3, (label) => {
      const whose = choices.pick(`${label}: whose`, 0, whole(0, this.#operator.destinations.length - 1))
      const destination = this.#operator.destinations[whose]
      if (destination) world.replays.begin(destination, choices.pick(`${label}: from`, 1, whole(1, 5)))
    })
    some('replay orders', 2, 0.1, (label) => {
      const whose = choices.pick(`${label}: whose`, 0, whole(0, this.#operator.destinations.length - 1))
      void this.#operator.replay(label, whose)
    })
    some('warehouse deeds', 5, 0.6, (label) => void this.#operator.changeWarehouse(label))
    some('warehouse jobs', 4, 0.6, (label) => void this.#operator.orderJob(label))
    if (this.#operator.cloud) some('cloud deeds', 8, 1, (label) => void this.#operator.changeCloudSource(label))
    some('replay changes', 3, 0.4, (label) => void this.#operator.changeReplay(label))
    if (world.local) some('kills', 4, 0.7, () => void world.kill())
  }

  async #mend(): Promise<void> {
    const { clock, journal } = this.#world
    // What was begun in bad times has to be over: it may still change settings.
    await clock.sleep(35_000)
    for (const failed of await this.#operator.mend()) journal.wrong(failed)
  }

  /** New events are taken and routed as before, to every destination that is enabled. */
  async #probe(): Promise<void> {
    const { clock, journal } = this.#world
    await clock.sleep(PROBE_MS)
    for (const [index, { alias }] of this.#operator.sources.entries()) {
      const acked = await this.#clients.send(`probe of ${alias}`, index, [
        this.#clients.make(index),
        this.#clients.make(index),
      ])
      if (!acked) journal.wrong(`${alias}: in healthy times nothing is accepted`)
    }
  }

  /** Until nothing is owed any more. */
  async #settle(when: string, prompt: Prompt): Promise<void> {
    const world = this.#world
    const { clock, journal } = world
    const end = clock.now + LONGEST_MS
    for (;;) {
      await world.runUntil(clock.now + LOOK_MS)
      if (journal.violation !== null) return
      for (const late of prompt.look()) return journal.wrong(late)
      const open = owed(world, this.#operator, this.#clients)
      if (open.length === 0) return this.#operator.destinations.forEach(({ id }) => world.checkPast(id))
      if (clock.now > end) return journal.wrong(`still open${when}: ${open.slice(0, 5).join('; ')}`)
      if (world.bucket.keys('parked/').length > 0) await this.#until(this.#operator.requeueParked(), 'requeueing')
    }
  }

  /** At a slow rate the time of a second chance may run out too. What should have been redriven and was not is older. */
  #hasDiedSince(since: number): boolean {
    const { lanes } = this.#world
    return this.#operator.destinations.some(({ id, deleted }) => {
      const [newest] = lanes.of(id).core.deadLetters(null, 1)
      return !deleted && newest !== undefined && newest.id / LETTERS_PER_MS > since
    })
  }

  /** What was given up gets its second chance, now that every receiver is well. */
  async #redriveAll(): Promise<void> {
    for (const destination of this.#operator.destinations) {
      if (!destination.deleted) await this.#operator.redrive(destination)
    }
  }

  async #until<T>(work: Promise<T>, what: string): Promise<void> {
    const { clock, journal } = this.#world
    const state = { over: false }
    work.then(
      () => (state.over = true),
      (error: unknown) => journal.wrong(`${what}: ${error instanceof Error ? error.stack : String(error)}`),
    )
    const end = clock.now + LONGEST_MS
    while (!state.over && journal.violation === null) {
      await this.#world.runUntil(clock.now + 100)
      if (clock.now > end) journal.wrong(`${what} does not come to its end`)
    }
  }
}
