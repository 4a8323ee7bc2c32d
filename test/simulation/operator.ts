import { VENDORS } from '../../src/pull/index.ts'
import { type Choices, whole } from './choices.ts'
import { PEOPLE, personOf } from './clients.ts'
import { VENDOR_LISTS, VENDOR_URL } from './vendor.ts'
import { ADMIN_TOKEN, type World } from './world.ts'

/** A warehouse as its owner knows it. */
export interface OwnedWarehouse {
  id: string
  alias: string
  database: string
  deleted: boolean
}

/** Something ordered of a warehouse, beside its syncs, as the API shows it; times are ISO. */
interface OrderedJob {
  id: string
  state: string
  orderedAt: string
  endedAt: string | null
  error: { code: string } | null
}

/** People were to be erased. */
export interface OrderedErasure extends OrderedJob {
  userIds: string[]
}

/** The numbers of a source's events were to get another type. */
export interface OrderedRetyping extends OrderedJob {
  sourceId: string
  type: string
}

export interface Source {
  id: string
  slug: string
  alias: string
  writeKey: string
}

/** A source that pulls, as its owner knows it. */
export interface CloudSource {
  id: string
  slug: string
  alias: string
}

export interface Destination {
  id: string
  alias: string
  source: string
  deleted: boolean
  /** What of its settings says how its events are put together. */
  batch: object
  /** How often it was changed. */
  changes: number
}

/** A replay as its owner knows it. Times are milliseconds. */
export interface OrderedReplay {
  id: string
  source: string
  destination: string
  /** Before it was asked for. */
  begun: number
  /** Of events received from then on, and before. */
  from: number
  until: number
}

/** What the API says of a destination, as far as it matters here. */
interface Listed {
  id: string
  sourceId: string
  enabled: boolean
  paused: boolean
}

/** What the API says of a dead letter, as far as it matters here. */
interface Letter {
  id: number
  at: string
  reason: string
  events: number[]
}

/** What the API says of a cloud source, as far as it matters here. */
interface PulledCloud {
  status: { current: object | null; last: { startedAt: string; problems: object[] } | null } | null
}

interface UsageOfDay {
  sourceId: string
  apiCalls: string
}

/** What somebody does in the middle of everything. The order is part of recorded schedules: new ones go to the end. */
const CHANGES = [
  'pause',
  'resume',
  'disable',
  'enable',
  'delete',
  'rate',
  'concurrency',
  'redrive',
  'add',
  'move',
  'try',
  'replay',
] as const

const CANCEL = { state: 'cancelled' }
const REPLAY_CHANGES = [{ state: 'paused' }, { state: 'running' }, { share: 0.5 }, CANCEL]

/** Milliseconds: from then on, and before. */
interface Span {
  from: number
  until: number
}
const EVER: Span = { from: Date.UTC(2000), until: Infinity }

const RATES = [0.5, 1, 2, 5, 20, 50]
/** Beside the platform's own: one whose events die soon. */
const SHORT_SCHEDULE = { delaysSeconds: [0, 1, 5, 20], ageSeconds: 300 }
/** Workers, or what is in flight at most where the lane finds its own pace. New ones go to the end. */
const PARALLEL = [
  ...[1, 2, 4, 8].map((concurrency) => ({ concurrency, maxInFlight: null })),
  ...[1, 4, 8, null].map((maxInFlight) => ({ concurrency: null, maxInFlight })),
]

/** How many events a request has at most, and how long one waits for others. New ones go to the end. */
const BATCHES = [
  {},
  { batchEvents: 2, batchSeconds: 0 },
  { batchEvents: 5, batchSeconds: 2 },
  { batchEvents: 100 },
  { batchEvents: 30, batchSeconds: 20 },
]

/** Those of its next change, at another address. */
function settingsOf({ alias, changes, batch }: Destination): object {
  return { urls: [`https://${alias}.example.com/in/${changes + 1}`], ...batch }
}

/** What the column of an event's number may become: as a boolean only 0 and 1 are values, and the archive has the others. */
const NUMBER_TYPES = ['text', 'boolean', 'double', 'bigint'] as const

/** How a cloud source is connected: of all that its vendor has two lists. */
const CONNECTION = {
  settings: { apiKey: 'rk_simulated', address: VENDOR_URL },
  leftOut: VENDORS.filter(({ id }) => id === 'stripe').flatMap(({ collections }) =>
    collections.filter((name) => !Object.hasOwn(VENDOR_LISTS, name)),
  ),
  paused: false,
}

/** Whoever runs the workspace, through the API and nothing else. */
export class Operator {
  readonly sources: Source[] = []
  readonly destinations: Destination[] = []
  readonly warehouses: OwnedWarehouse[] = []
  /** Where objects are part of the run. */
  cloud: CloudSource | null = null
  /** Those whose beginning was answered. */
  readonly replays: OrderedReplay[] = []
  readonly #world: World
  readonly #choices: Choices
  /** One at a time, and after one whose answer never came no other: their names would be mixed up. */
  #adding = false

  constructor(world: World) {
    this.#world = world
    this.#choices = world.choices
  }

  async addSource(): Promise<void> {
    const alias = `s${this.sources.length}`
    const writeKey = `key-${alias}`
    const answer = await this.#ask('POST', '/sources', { slug: alias, writeKey })
    const id = (answer?.json as { data?: { source?: { id: string } } } | null)?.data?.source?.id
    if (id === undefined) throw new Error(`no source was made: ${JSON.stringify(answer)}`)
    this.sources.push({ id, slug: alias, alias: this.#world.aliasOf(id), writeKey })
  }

  /** Whether it was made. */
  async addDestination(source: Source): Promise<boolean> {
    const alias = `d${this.destinations.length}`
    const pick = (what: string, healthy: number, draw: (r: number) => number) =>
      this.#choices.decide(`${alias}: ${what}`, healthy, draw)
    const rate = RATES[pick('rate', -1, (r) => (r < 0.5 ? -1 : whole(0, RATES.length - 1)((r - 0.5) * 2)))]
    const parallel = PARALLEL[pick('concurrency', 2, whole(0, PARALLEL.length - 1))]
    const batch = BATCHES[pick('batch', 0, (r) => (r < 0.7 ? 0 : whole(0, BATCHES.length - 1)((r - 0.7) / 0.3)))] ?? {}
    const short = pick('schedule', 0, (r) => (r < 0.4 ? 1 : 0)) === 1
    const answer = await this.#ask('POST', '/destinations', {
      sourceId: source.id,
      metadataId: 'webhooks',
      settings: { urls: [`https://${alias}.example.com/in`], ...batch },
      ...parallel,
      ...(rate !== undefined && { rate }),
      ...(short && { schedule: SHORT_SCHEDULE }),
    })
    const id = (answer?.json as { data?: { destination?: { id: string } } } | null)?.data?.destination?.id
    if (id === undefined) return false
    this.#adopt(id, source.id, batch)
    return true
  }

  /** One change of something; what the API answers is not waited for longer than a client would. */
  async change(label: string): Promise<void> {
    const what = CHANGES[this.#choices.pick(`${label}: what`, 0, whole(0, CHANGES.length - 1))] ?? 'pause'
    const whose = this.#choices.pick(`${label}: whose`, 0, whole(0, this.destinations.length - 1))
    const destination = this.destinations[whose]
    const source = this.sources[0]
    if (!destination || !source) return
    if (what === 'add') return void (await this.#add(source))
    if (destination.deleted) return
    if (what === 'redrive') return void (await this.#redriveSome(label, destination))
    if (what === 'replay') return void (await this.#replay(label, destination))
    if (what === 'try') return void (await this.#ask('POST', `/destinations/${destination.id}/try-now`))
    if (what === 'delete') {
      // Whether the answer comes or not: it may have been done.
      destination.deleted = true
      const gone = await this.#ask('DELETE', `/destinations/${destination.id}`)
      if (gone?.status === 200) this.#stopped(destination)
      return
    }
    const rate = RATES[this.#choices.pick(`${label}: rate`, 0, whole(0, RATES.length - 1))]
    const parallel = PARALLEL[this.#choices.pick(`${label}: concurrency`, 0, whole(0, PARALLEL.length - 1))]
    const changes = {
      pause: { paused: true },
      resume: { paused: false },
      disable: { enabled: false },
      enable: { enabled: true },
      rate: { rate },
      concurrency: { ...parallel },
      move: { settings: settingsOf(destination) },
    }[what]
    const begun = ++destination.changes
    if (what === 'resume' || what === 'enable') this.#world.watch.of(destination.id).stoppedAt = null
    const done = await this.#ask('PATCH', `/destinations/${destination.id}`, changes)
    const stops = what === 'pause' || what === 'disable'
    // Of two changes at a time nobody knows which came last.
    if (stops && done?.status === 200 && begun === destination.changes) this.#stopped(destination)
  }

  /** The events of some destination are put together otherwise. */
  async changeBatch(label: string): Promise<void> {
    const whose = this.#choices.pick(`${label}: whose`, 0, whole(0, this.destinations.length - 1))
    const destination = this.destinations[whose]
    if (!destination || destination.deleted) return
    destination.batch = BATCHES[this.#choices.pick(`${label}: batch`, 0, whole(0, BATCHES.length - 1))] ?? {}
    const settings = settingsOf(destination)
    destination.changes++
    await this.#ask('PATCH', `/destinations/${destination.id}`, { settings })
  }

  /** What some source has so far, or of a span of time, once more to a destination. */
  async replay(label: string, whose: number): Promise<void> {
    const destination = this.destinations[whose]
    if (!destination || destination.deleted) return
    const { clock } = this.#world
    const some = this.#choices.pick(`${label}: some`, 0, (r) => (r < 0.5 ? 1 : 0)) === 1
    const span = (what: string) => this.#choices.pick(`${label}: ${what}`, 0, whole(0, 120_000))
    const until = some ? clock.now - span('until') : Infinity
    await this.#replay(label, destination, some ? { from: until - span('from') - 1_000, until } : EVER)
  }

  /** Something becomes of a replay that was begun. */
  async changeReplay(label: string): Promise<void> {
    const replay = this.replays[this.#choices.pick(`${label}: whose`, 0, whole(0, this.replays.length - 1))]
    if (!replay) return
    const change = REPLAY_CHANGES[this.#choices.pick(`${label}: what`, 0, whole(0, REPLAY_CHANGES.length - 1))]
    const done = await this.#ask('PATCH', `/replays/${replay.id}`, change)
    if (change === CANCEL && done?.status === 200) this.#world.watch.of(replay.id).stoppedAt ??= this.#world.clock.now
  }

  async #replay(label: string, { id: destinationId }: Destination, { from, until }: Span = EVER): Promise<void> {
    const source = this.sources[this.#choices.pick(`${label}: source`, 0, whole(0, this.sources.length - 1))]
    const share = this.#choices.pick(`${label}: share`, 1, (r) => (r < 0.5 ? 1 : 0.25))
    const begun = this.#world.clock.now
    const dryRun = this.#choices.pick(`${label}: dry run`, 0, (r) => (r < 0.2 ? 1 : 0)) === 1
    const order = {
      sourceId: source?.id,
      destinationId,
      from: new Date(from).toISOString(),
      ...(until < Infinity && { until: new Date(until).toISOString() }),
      share,
      ...(dryRun && { dryRun }),
    }
    const answer = await this.#ask('POST', '/replays', order)
    const id = (answer?.json as { data?: { replay?: { id: string } } } | null)?.data?.replay?.id
    if (id !== undefined && source)
      this.replays.push({ id, source: source.id, destination: destinationId, begun, from, until })
  }

  #stopped({ id }: Destination): void {
    this.#world.watch.of(id).stoppedAt ??= this.#world.clock.now
  }

  async #add(source: Source): Promise<void> {
    if (this.#adding || this.destinations.length >= 4) return
    this.#adding = true
    if (await this.addDestination(source)) this.#adding = false
  }

  /** Ids of all destinations, those among them that were made by a request without an answer, and which are stopped. */
  async #list(): Promise<Set<string>> {
    const answer = await this.#ask('GET', '/destinations')
    const found = (answer?.json as { data?: { destinations?: Listed[] } } | null)?.data?.destinations ?? []
    for (const { id, sourceId } of found) {
      if (!this.destinations.some((one) => one.id === id)) this.#adopt(id, sourceId, {})
    }
    return new Set(found.filter(({ enabled, paused }) => !enabled || paused).map(({ id }) => id))
  }

  #adopt(id: string, source: string, batch: object): void {
    this.destinations.push({ id, alias: this.#world.aliasOf(id), source, batch, deleted: false, changes: 0 })
  }

  /**
   * Everything works as wanted from here on: what was stopped is started again, and what was changed is changed once more,
   * in case its lane missed it. What nobody touched has to come right by itself. Answers what did not take.
   */
  async mend(): Promise<string[]> {
    const stopped = await this.#list()
    const failed: string[] = []
    for (const { id, alias, deleted, changes } of this.destinations) {
      if (deleted) {
        const gone = await this.#ask('DELETE', `/destinations/${id}`)
        if (gone?.status !== 200 && gone?.status !== 404) failed.push(`${alias} cannot be deleted: ${gone?.status}`)
        continue
      }
      this.#world.watch.of(id).stoppedAt = null
      // A lane may know of a 410 that never came to be shown.
      const gone = [...this.#world.watch.of(id).answers.values()].some((answers) => answers.has(410))
      if (changes === 0 && !stopped.has(id) && !gone) continue
      const done = await this.#ask('PATCH', `/destinations/${id}`, { enabled: true, paused: false })
      if (done?.status !== 200) failed.push(`${alias} cannot be started: ${done?.status}`)
    }
    // Those that wait for a word, or whose receiver was gone for a while.
    for (const [id, { core }] of this.#world.replayObjects.all)
      if (['ready', 'paused'].includes(core.last()?.state ?? ''))
        await this.#ask('PATCH', `/replays/${id}`, { state: 'running' })
    return failed
  }

  /** Sends what was parked on its way again. */
  async requeueParked(): Promise<void> {
    const answer = await this.#ask('GET', '/recovery/parked')
    const accepts = (answer?.json as { data?: { accepts?: string[] } } | null)?.data?.accepts ?? []
    for (const accept of accepts) await this.#ask('POST', `/recovery/parked/${accept}`)
  }

  /** All that a destination has given up, at once or by person. */
  async redrive({ id, alias }: Destination): Promise<void> {
    const byPerson = this.#choices.decide(`${alias}: second chance by person`, 0, (r) => (r < 0.4 ? 1 : 0)) === 1
    const asked = byPerson ? PEOPLE.map((userId) => ({ userId })) : [{ all: true }]
    for (const what of asked) await this.#ask('POST', `/destinations/${id}/dead-letters/redrive`, what)
  }

  /** What a destination or a replay to one has given up: all of it, or of what is listed a reason, a time, or every other event. */
  async #redriveSome(label: string, { id }: Destination): Promise<void> {
    const replay = this.replays.at(-1)
    const isOfReplay = replay && this.#choices.pick(`${label}: of a replay`, 0, (r) => (r < 0.4 ? 1 : 0)) === 1
    const path = isOfReplay ? `/replays/${replay.id}/dead-letters` : `/destinations/${id}/dead-letters`
    const inside = this.#choices.pick(`${label}: by payload`, 0, (r) => (r < 0.4 ? whole(1, 6)(r / 0.4) : 0))
    if (inside > 0) return void (await this.#redriveBy(label, path, inside))
    const which = this.#choices.pick(`${label}: which`, 0, whole(0, 3))
    const listed = which === 0 ? null : await this.#ask('GET', path)
    const letters = (listed?.json as { data?: { deadLetters?: Letter[] } } | null)?.data?.deadLetters ?? []
    const [newest] = letters
    const some = letters.flatMap(({ id: letter, events }) => events.map((event) => ({ id: letter, event })))
    const what = [
      { all: true },
      { reason: newest?.reason },
      { until: newest?.at },
      { events: some.filter((_, n) => n % 2 === 0).slice(0, 500) },
    ][newest ? which : 0]
    await this.#ask('POST', `${path}/redrive`, what)
  }

  /** All of a person, of an event, or of neither: found by the lane itself. Somebody may end it. */
  async #redriveBy(label: string, path: string, inside: number): Promise<void> {
    const what = [{ event: 'B*' }, { event: 'Sold' }][inside - 1] ?? { userId: personOf(inside) }
    const answer = await this.#ask('POST', `${path}/redrive`, what)
    const { data } = (answer?.json ?? {}) as { data?: { redriven?: { redrive: number | null } } }
    const number = data?.redriven?.redrive
    const after = this.#choices.pick(`${label}: cancelled after`, 0, (r) => (r < 0.3 ? whole(1, 3_000)(r / 0.3) : 0))
    if (typeof number !== 'number' || after === 0) return
    await this.#world.clock.sleep(after)
    await this.#ask('PATCH', `${path.replace(/dead-letters$/, 'redrives')}/${number}`, CANCEL)
  }

  /** The names of a source's events with their counts; `null`: they are still being counted, or the usage is not published yet. */
  async schema({ id }: Source, received: number): Promise<{ name: string; total: number }[] | null> {
    const schema = await this.#ask('GET', `/sources/${id}/schema?pagination[count]=200`)
    const { data } = (schema?.json ?? {}) as { data?: { caughtUp: boolean; events: { name: string; total: number }[] } }
    return data?.caughtUp && (await this.usage({ id })) >= received ? data.events : null
  }

  /** Events of a source in this month, as the workspace is told. */
  async usage({ id }: Pick<Source, 'id'>): Promise<number> {
    const period = new Date(this.#world.clock.now).toISOString().slice(0, 7)
    const usage = await this.#ask('GET', `/usage/api-calls/sources/daily?period=${period}-01&pagination[count]=200`)
    const days = (usage?.json as { data?: { dailyPerSourceAPICallsUsage: UsageOfDay[] } } | null)?.data
    const own = days?.dailyPerSourceAPICallsUsage.filter(({ sourceId }) => sourceId === id) ?? []
    return own.reduce((sum, { apiCalls }) => sum + Number(apiCalls), 0)
  }

  /** One that loads all sources. In good times. */
  async addWarehouse(): Promise<void> {
    const database = `db${this.warehouses.length}`
    const answer = await this.#ask('POST', '/warehouses', {
      metadataId: 'postgres',
      settings: { host: 'db.example.com', database, username: 'loader', password: 'secret' },
      schedule: { everyMinutes: 5 },
    })
    const id = (answer?.json as { data?: { warehouse?: { id: string } } } | null)?.data?.warehouse?.id
    if (id === undefined) throw new Error(`no warehouse was made: ${JSON.stringify(answer)}`)
    this.warehouses.push({ id, alias: this.#world.aliasOf(id), database, deleted: false })
    for (const source of this.sources) await this.#ask('POST', `/warehouses/${id}/connected-sources/${source.id}`)
  }

  /** One whose objects every warehouse loads; it pulls as soon as it is resumed. In good times. */
  async addCloudSource(): Promise<void> {
    const slug = 'vendor'
    const answer = await this.#ask('POST', '/sources', { slug, metadataId: 'stripe' })
    const id = (answer?.json as { data?: { source?: { id: string } } } | null)?.data?.source?.id
    const connected = await this.#ask('PUT', `/sources/${id}/cloud`, { ...CONNECTION, paused: true })
    if (id === undefined || connected?.status !== 200)
      throw new Error(`no cloud source was made: ${JSON.stringify(answer)} ${JSON.stringify(connected)}`)
    this.cloud = { id, slug, alias: this.#world.aliasOf(id) }
    for (const { id: warehouse } of this.warehouses)
      await this.#ask('POST', `/warehouses/${warehouse}/connected-sources/${id}`)
  }

  /** Begins its first run, unless something goes wrong with that: whatever is pulled is pulled in bad times. */
  async resumeCloudSource(): Promise<void> {
    await this.#ask('PUT', `/sources/${this.cloud?.id}/cloud`, { paused: false })
  }

  /** Something that a person does with a cloud source; the order is part of recorded schedules. */
  async changeCloudSource(label: string): Promise<void> {
    const path = `/sources/${this.cloud?.id}/cloud`
    const leftOut = [...CONNECTION.leftOut, 'products']
    const deeds = [
      () => this.#ask('POST', `${path}/pull`),
      () => this.#ask('POST', `${path}/pull`),
      () => this.#ask('POST', `${path}/pull`),
      () => this.#ask('PUT', path, { paused: true }),
      () => this.#ask('PUT', path, { paused: false }),
      () => this.#ask('PUT', path, { leftOut }),
      () => this.#ask('PUT', path, CONNECTION),
    ]
    await deeds[this.#choices.pick(`${label}: deed`, 0, whole(0, deeds.length - 1))]?.()
  }

  /** Everything that is chosen is pulled as it is now, and then nothing more; answers what went wrong. In good times. */
  async pullAll(): Promise<string | null> {
    const path = `/sources/${this.cloud?.id}/cloud`
    await this.#ask('PUT', path, CONNECTION)
    const begun = this.#world.clock.now + this.#world.watch.tolerance
    for (let looks = 0; looks < 60; looks++) {
      await this.#ask('POST', `${path}/pull`)
      await this.#world.clock.sleep(10_000)
      const answer = await this.#ask('GET', path)
      const { status } = (answer?.json as { data?: { cloud?: PulledCloud } } | null)?.data?.cloud ?? {}
      const { last, current } = status ?? {}
      if (!last || current || Date.parse(last.startedAt) < begun) continue
      await this.#ask('PUT', path, { paused: true })
      return last.problems.length > 0 ? `it cannot read ${JSON.stringify(last.problems)}` : null
    }
    return 'it is never done'
  }

  /** Something that a person does with a warehouse; the order is part of recorded schedules. */
  async changeWarehouse(label: string): Promise<void> {
    const warehouse = this.warehouses[0]
    const [source] = this.sources
    if (!warehouse || !source || warehouse.deleted) return
    const path = `/warehouses/${warehouse.id}`
    const deeds = [
      () => this.#ask('POST', `${path}/sync`),
      () => this.#ask('PATCH', path, { enabled: false }),
      () => this.#ask('PATCH', path, { enabled: true }),
      () => this.#ask('POST', `${path}/backfills`, { sourceId: source.id }),
      () => this.#ask('PATCH', `${path}/selective-sync`, { syncOverrides: [{ sourceId: source.id, enabled: false }] }),
      () => this.#ask('PATCH', `${path}/selective-sync`, { syncOverrides: [{ sourceId: source.id, enabled: true }] }),
    ]
    await deeds[this.#choices.pick(`${label}: deed`, 0, whole(0, deeds.length - 1))]?.()
  }

  /** Orders that a person be erased, or that the numbers of events get another type, or takes the newest of those back. */
  async orderJob(label: string): Promise<void> {
    const [warehouse] = this.warehouses
    if (!warehouse || warehouse.deleted) return
    const path = `/warehouses/${warehouse.id}`
    const pick = <T>(what: string, all: readonly T[]) =>
      all[this.#choices.pick(`${label}: ${what}`, 0, whole(0, all.length - 1))]
    const orders = [
      () => this.#ask('POST', `${path}/erasures`, { userIds: [pick('whom', PEOPLE)] }),
      () => {
        const [sourceId, type] = [pick('source', this.sources)?.id, pick('type', NUMBER_TYPES)]
        return this.#ask('POST', `${path}/retypings`, { sourceId, collection: 'bought', property: 'n', type })
      },
      async () => {
        const [newest] = await this.retypings(warehouse)
        if (newest) await this.#ask('DELETE', `${path}/retypings/${newest.id}`)
      },
    ]
    // To give columns another type has the most to go wrong.
    await orders[pick('order', [1, 1, 1, 0, 0, 2]) ?? 1]?.()
  }

  /** Those that took effect, answered or not; the newest first. */
  async erasures({ id }: OwnedWarehouse): Promise<OrderedErasure[]> {
    const answer = await this.#ask('GET', `/warehouses/${id}/erasures`)
    return (answer?.json as { data?: { erasures: OrderedErasure[] } } | null)?.data?.erasures ?? []
  }

  async retypings({ id }: OwnedWarehouse): Promise<OrderedRetyping[]> {
    const answer = await this.#ask('GET', `/warehouses/${id}/retypings`)
    return (answer?.json as { data?: { retypings: OrderedRetyping[] } } | null)?.data?.retypings ?? []
  }

  /** Whether a warehouse has loaded all that there is: asks for a sync, and looks whether another had nothing to load. */
  async isLoaded(warehouse: OwnedWarehouse): Promise<boolean> {
    const path = `/warehouses/${warehouse.id}`
    const all = [...this.sources, ...(this.cloud ? [this.cloud] : [])]
    const syncOverrides = all.map((source) => ({ sourceId: source.id, enabled: true }))
    await this.#ask('PATCH', `${path}/selective-sync`, { syncOverrides })
    await this.#ask('PATCH', path, { enabled: true })
    const begun = await this.#ask('POST', `${path}/sync`)
    const syncId = (begun?.json as { data?: { sync?: { id: string } } } | null)?.data?.sync?.id
    if (syncId === undefined) return false
    for (let looks = 0; looks < 20; looks++) {
      await this.#world.clock.sleep(5_000)
      const answer = await this.#ask('GET', `${path}/syncs/${syncId}`)
      const sync = (answer?.json as { data?: { sync?: { state: string; events: number } } } | null)?.data?.sync
      if (!sync || sync.state === 'running') continue
      const jobs = (await this.#ask('GET', `${path}/backfills`))?.json as {
        data?: { backfills: { state: string }[] }
      } | null
      const orders = [...(await this.erasures(warehouse)), ...(await this.retypings(warehouse))]
      const isOpen = ({ state }: { state: string }) => state === 'waiting' || state === 'running'
      const open = [...(jobs?.data?.backfills ?? [{ state: 'waiting' }]), ...orders].filter(isOpen)
      return sync.state !== 'failed' && sync.events === 0 && open.length === 0
    }
    return false
  }

  async recover(): Promise<boolean> {
    return (await this.#ask('POST', '/recovery'))?.status === 200
  }

  #ask(method: string, path: string, body?: object) {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    return this.#world.http('api', `/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  }
}
