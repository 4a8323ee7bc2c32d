import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as kills from './kills.ts'
import { ADMIN_TOKEN, apiOf, connect, freePort, isFree, ledger, type LocalRun, npmStart } from './local.ts'
import { temporaryDir } from './local.ts'

const KILLS = 10
/** After this kill a replay begins; the others hit it too. */
const REPLAY_AFTER = 2
const CONNECTIONS = 32
const MIN_IN_FLIGHT = 20
const MIN_PENDING = 100
/** What was being sent when everything died is sent again so soon after the next start. */
const GOES_ON_MS = 5_000
/** How long a new life is let alone at most, so that some kills meet a backlog and others fresh work. */
const BREATH_MS = 6_000

/** One life of the platform: when it was started, when it had taken up what was left, and when it was killed. */
interface Life {
  startedAt: number
  readyAt: number
  killedAt: number
}

/** An event as the log has it. */
interface Place {
  key: string
  line: number
  committedAt: number
}

const seed = Number(process.env.KILLS_SEED ?? Date.now() % 1e6)
const random = kills.randomFrom(seed)
const lives: Life[] = []
let dir: Awaited<ReturnType<typeof temporaryDir>>
let webhook: Awaited<ReturnType<typeof kills.slowReceiver>>
let direct: Awaited<ReturnType<typeof kills.slowReceiver>>
/** Gets nothing but what a replay sends. */
let late: Awaited<ReturnType<typeof kills.slowReceiver>>
let run: LocalRun | undefined
let port = 0

beforeAll(async () => {
  dir = await temporaryDir()
  webhook = await kills.slowReceiver(kills.randomFrom(seed + 1))
  direct = await kills.slowReceiver(kills.randomFrom(seed + 2))
  late = await kills.slowReceiver(kills.randomFrom(seed + 3))
  port = await freePort()
})
afterAll(async () => {
  await run?.interrupt()
  await webhook.close()
  await direct.close()
  await late.close()
  await dir.remove()
})

/** Answers how many requests it took up from the life before. */
async function start(): Promise<number> {
  const life = { startedAt: Date.now(), readyAt: Infinity, killedAt: Infinity }
  lives.push(life)
  run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'], { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN })
  const output = await run.until('Ctrl-C stops it', 120_000)
  life.readyAt = Date.now()
  return Number(/Taking up (\d+) accepted requests/.exec(output)?.[1] ?? 0)
}

/** Deliveries of accepted events that have not come to their receiver. */
function pending(sender: kills.Sender): number {
  let count = 0
  for (const id of sender.acked.keys()) {
    for (const { arrivals } of [webhook, direct]) if (!arrivals.has(id)) count++
  }
  return count
}

/** Loads the platform until a moment that the dice say, and kills it in the middle of its work. */
async function killUnderLoad(sender: kills.Sender): Promise<{ inFlight: number; pending: number }> {
  if (!run) throw new Error('it does not run')
  await kills.waitFor(() => pending(sender) < MIN_PENDING, kills.between(random, 0, BREATH_MS))
  // Counted in events and not in seconds, so that a slow machine has as much to lose.
  const enough = sender.acked.size + kills.between(random, 100, 600)
  const jitterMs = kills.between(random, 0, 300)
  const load = sender.run(CONNECTIONS)
  const tree = kills.treeOf(run.pid)
  const isBusy = () => sender.inFlight >= MIN_IN_FLIGHT && pending(sender) >= MIN_PENDING
  expect(await kills.waitFor(() => sender.acked.size >= enough && isBusy(), 60_000, 5)).toBe(true)
  await sleep(jitterMs)
  expect(await kills.waitFor(isBusy, 30_000, 1)).toBe(true)
  const facts = { inFlight: sender.inFlight, pending: pending(sender) }
  kills.killAll(tree)
  lives.at(-1)!.killedAt = Date.now()
  sender.stop()
  expect(await kills.waitFor(() => kills.stillAlive(tree, dir.path).length === 0, 10_000)).toBe(true)
  // A dying process is a zombie before its last thread has closed its sockets.
  expect(await kills.waitFor(() => isFree(port), 10_000)).toBe(true)
  await load
  return facts
}

async function settle(api: ReturnType<typeof apiOf>, sender: kills.Sender, ids: string[]): Promise<void> {
  const isSettled = async () => {
    if (pending(sender) > 0) return false
    const books = await Promise.all(ids.map((id) => ledger(api, id)))
    return books.every((book) => book.pending === 0)
  }
  // What is not settled by then shows in the books, which say more than a timeout.
  await kills.waitFor(isSettled, 90_000, 500)
  // Nothing may come after the end: not a second delivery, not a request that lay somewhere.
  await sleep(3_000)
}

/** Where the log has each event that was ever sent; one that was never accepted may be missing. */
async function findAll(url: string, ids: Iterable<string>): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  await kills.forAll(ids, async (id) => {
    const reply = await fetch(`${url}/api/events/${id}`, { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } })
    const json = (await reply.json()) as { data?: { event: { archive: Place & { committedAt: string } } } }
    expect([200, 404]).toContain(reply.status)
    if (!json.data) return
    const { key, line, committedAt } = json.data.event.archive
    places.set(id, { key, line, committedAt: Date.parse(committedAt) })
  })
  return places
}

/** Every object that the log knows holds what the log says, and nothing twice; answers how many lines there are. */
async function expectArchive(places: Map<string, Place>): Promise<number> {
  const objects = await kills.readArchive(dir.path, new Set([...places.values()].map(({ key }) => key)))
  const idOf = (line: string) => (JSON.parse(line) as { messageId: string }).messageId
  const lines = [...objects.values()].flat().map(idOf)
  expect(lines.filter((id, at) => lines.indexOf(id) !== at)).toEqual([])
  const misplaced = [...places].filter(([id, { key, line }]) => idOf(objects.get(key)?.[line] ?? '{}') !== id)
  expect(misplaced).toEqual([])
  return lines.length
}

function missing(wanted: Iterable<string>, found: Pick<Set<string>, 'has'>): string[] {
  return [...wanted].filter((id) => !found.has(id))
}

/** Arrivals beyond the first, and those of them that no kill explains: between two there has to be a new start. */
function duplicates(arrivals: kills.Arrivals): { all: number; unexplained: string[] } {
  let all = 0
  const unexplained: string[] = []
  for (const [id, times] of arrivals) {
    all += times.length - 1
    for (const [at, time] of times.slice(1).entries()) {
      const before = times[at] ?? 0
      if (lives.some(({ startedAt }) => before <= startedAt && startedAt <= time)) continue
      const { startedAt = 0 } = lives.findLast((life) => life.startedAt <= before) ?? {}
      unexplained.push(`${id}: ${before - startedAt} and ${time - startedAt} ms after the start of one life`)
    }
  }
  return { all, unexplained }
}

/** Accepted in one life, committed in a later one: the queue died with the process, so it was the inbox that kept them. */
function recovered(sender: kills.Sender, places: Map<string, Place>): number {
  const isRecovered = ([id, { committedAt }]: [string, Place]) => {
    const ackedAt = sender.acked.get(id) ?? Infinity
    return lives.some(({ killedAt }) => ackedAt <= killedAt && committedAt > killedAt)
  }
  return [...places].filter(isRecovered).length
}

/**
 * Milliseconds from when a life was there to when it sent the first of what an earlier one had sent and not settled, for each
 * life that did. The leases of the dead would have kept it for another ten seconds or more.
 */
function goesOnAfter(arrivals: kills.Arrivals): number[] {
  return lives.slice(1).flatMap(({ startedAt, readyAt, killedAt }) => {
    const again = [...arrivals.values()].flatMap((times) =>
      times.filter((time, at) => at > 0 && time >= startedAt && time < killedAt && (times[at - 1] ?? 0) < startedAt),
    )
    return again.length === 0 ? [] : [Math.min(...again) - readyAt]
  })
}

/** Sends all that the archive has so far to a destination that gets nothing else; answers the replay's id. */
async function beginReplay(api: ReturnType<typeof apiOf>, sourceId: string): Promise<string> {
  const { destination } = await api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId,
    metadataId: 'webhooks',
    name: 'Late',
    enabled: false,
    settings: { urls: [`${late.url}/late`] },
  })
  const order = { sourceId, destinationId: destination.id, from: '2000-01-01T00:00:00Z', share: 1 }
  const { replay } = await api<{ replay: { id: string } }>('POST', '/api/replays', order)
  return replay.id
}

async function replayed(api: ReturnType<typeof apiOf>, id: string) {
  const look = async () =>
    (await api<{ replay: { state: string; selected: number; delivered: number } }>('GET', `/api/replays/${id}`)).replay
  await kills.waitFor(async () => (await look()).state === 'done', 90_000, 500)
  return look()
}

it(`loses nothing in ${KILLS} kills`, { timeout: 1_200_000 }, async ({ onTestFailed }) => {
  onTestFailed(() => console.log(`To see it again: KILLS_SEED=${seed}`))
  const url = `http://127.0.0.1:${port}`
  const api = apiOf(url)
  await start()
  const connection = await connect(api, webhook.url, 'kills', undefined, direct.url)
  const sender = new kills.Sender(url, connection.writeKey, random)
  const moments: { inFlight: number; pending: number }[] = []
  let takenUp = 0
  let replay = ''
  for (let kill = 0; kill < KILLS; kill++) {
    moments.push(await killUnderLoad(sender))
    takenUp += await start()
    if (kill === REPLAY_AFTER) replay = await beginReplay(api, connection.sourceId)
  }
  const ids = [connection.webhook, connection.direct]
  await settle(api, sender, ids)
  const places = await findAll(url, sender.sent)
  for (const { inFlight, pending } of moments) {
    expect(inFlight).toBeGreaterThanOrEqual(MIN_IN_FLIGHT)
    expect(pending).toBeGreaterThanOrEqual(MIN_PENDING)
  }

  const books = [await ledger(api, connection.webhook), await ledger(api, connection.direct)]
  const { counters } = await api<{ counters: { archived: number } }>(
    'GET',
    `/api/sources/${connection.sourceId}/counters`,
  )
  const again = await replayed(api, replay)
  await run?.interrupt()
  const repeats = [webhook, direct, late].map(({ arrivals }) => duplicates(arrivals))
  const back = recovered(sender, places)
  const goesOn = [webhook, direct].map(({ arrivals }) => goesOnAfter(arrivals))
  const list = (of: (moment: { inFlight: number; pending: number }) => number) => moments.map(of).join(' ')
  console.log(
    `${moments.length} kills (in flight ${list((one) => one.inFlight)}; pending ${list((one) => one.pending)}): ` +
      `${sender.acked.size} events acked, ${places.size} archived, ${sender.cutOff} requests cut off, ${sender.repeated} of them repeated; ` +
      `duplicates: webhook ${repeats[0]?.all}, direct ${repeats[1]?.all}, replay ${repeats[2]?.all} of ${again.selected}; ` +
      `recovered from the inbox: ${back} events (${takenUp} requests taken up); ` +
      `went on after a start: webhook ${goesOn[0]?.join(' ')} ms, direct ${goesOn[1]?.join(' ')} ms; seed ${seed}`,
  )

  expect(sender.refused).toEqual([])
  expect(missing(sender.acked.keys(), places)).toEqual([])
  expect(await expectArchive(places)).toBe(counters.archived)
  expect(places.size).toBe(counters.archived)
  for (const { arrivals } of [webhook, direct]) {
    expect(missing(places.keys(), arrivals)).toEqual([])
    expect(missing(arrivals.keys(), places)).toEqual([])
  }
  const whole = { accepted: counters.archived, delivered: counters.archived, filtered: 0, pending: 0, dead: 0 }
  expect(books).toEqual([expect.objectContaining(whole), expect.objectContaining(whole)])
  expect(again).toMatchObject({ state: 'done', delivered: again.selected })
  expect(again.selected).toBeGreaterThan(0)
  expect(late.arrivals.size).toBe(again.selected)
  expect(missing(late.arrivals.keys(), places)).toEqual([])
  expect(repeats.map(({ unexplained }) => unexplained)).toEqual([[], [], []])
  expect(takenUp).toBeGreaterThan(0)
  expect(back).toBeGreaterThan(0)
  expect(goesOn.flat().length).toBeGreaterThan(0)
  expect(Math.max(...goesOn.flat())).toBeLessThan(GOES_ON_MS)
})
