import { Outbox, type Owed } from '../../src/intake/index.ts'
import type { LaneRemote } from '../../src/lane/index.ts'
import { Instance } from './bindings/objects.ts'
import type { Destination } from './operator.ts'
import type { World } from './world.ts'

/** Rows of a source's log that one replay sends once more, at most. */
const MOST_ROWS = 8
const LOOK_MS = 2_000
/** How long it waits for the answer that its log has ended. */
const END_MS = 10_000

/** What sends the log of a source to a lane once more: a log of its own, with the outbox that an intake has too. */
export class Replays {
  readonly all: Replay[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** Of what the log of its source has at this moment from row `from` on; nothing for a lane that knows no settings yet. */
  begin({ id, source, deleted }: Destination, from: number): void {
    const { watch } = this.#world
    const config = deleted ? null : watch.of(id).config
    if (!config || config.deleted) return
    const rows: Owed[] = []
    for (const { seq: of, key, chunks, routes } of this.#entries(source, from)) {
      const route = routes?.[id]
      if (!route || key === null) continue
      const seq = rows.length + 1
      const part = { seq, origin: { log: source, seq: of }, key, chunks, events: route.events, filtered: {} }
      rows.push({ part, config })
      watch.archive.replayed(id, source, of, route.events)
      if (rows.length === MOST_ROWS) break
    }
    if (rows.length > 0) this.all.push(new Replay(this.#world, `r${this.all.length}`, id, rows))
  }

  /** Logs that are not over. */
  get open(): string[] {
    return this.all.filter(({ over }) => !over).map(({ log }) => `${log} is not over`)
  }

  *#entries(source: string, from: number) {
    const { core } = this.#world.intakes.of(source)
    for (let seq = from; ;) {
      const part = core.log({ seq })
      const all = 'segment' in part ? this.#world.watch.archive.segment(source, part.segment) : part.entries
      const entries = all.filter((entry) => entry.seq >= seq)
      if (entries.length === 0) return
      yield* entries
      seq += entries.length
    }
  }
}

/** One replay. Its rows outlive it when it dies; what its outbox knew does not. */
class Replay {
  readonly log: string
  over = false
  readonly #world: World
  readonly #destination: string
  readonly #rows: readonly Owed[]
  #lives = 0
  #outbox!: Outbox
  #lane!: LaneRemote
  #ending = 0

  constructor(world: World, log: string, destination: string, rows: readonly Owed[]) {
    this.#world = world
    this.log = log
    this.#destination = destination
    this.#rows = rows
    this.#open()
    this.#look()
  }

  #open(): void {
    const { clock, journal, lanes } = this.#world
    const role = `replay ${this.log}`
    const instance = new Instance(role, `${role} (${++this.#lives})`, 0, () => {
      instance.over = true
      this.#open()
    })
    this.#lane = lanes.bindingOf<LaneRemote>(() => instance).getByName(this.#destination)
    this.#outbox = new Outbox(
      {
        log: this.log,
        ctx: { now: () => clock.now, log: (_, message) => journal.tell(instance.name, message) },
        lane: () => this.#lane,
        read: (seq) => this.#rows[seq - 1],
        // It looks whether there is something to do every other second.
        arm: () => undefined,
      },
      { pushed: {}, through: 0 },
    )
    for (const { part } of this.#rows) this.#outbox.owe(this.#destination, part.seq)
    this.#ending = 0
  }

  #look(): void {
    const { clock } = this.#world
    if (this.over) return
    clock.after(LOOK_MS, () => this.#look())
    if (!this.#outbox.isEmpty) return this.#outbox.push()
    if (this.#ending > clock.now) return
    this.#ending = clock.now + END_MS
    this.#lane.endLog(this.log).then(
      ({ mark }) => this.#ended(mark),
      () => (this.#ending = 0),
    )
  }

  #ended(mark: number): void {
    this.over = true
    if (mark !== this.#rows.length)
      this.#world.journal.wrong(`${this.log}: its lane has ${mark} of its ${this.#rows.length} rows`)
  }
}
