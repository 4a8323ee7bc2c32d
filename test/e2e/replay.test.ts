import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { killAll, stillAlive, treeOf, waitFor } from './kills.ts'
import { ADMIN_TOKEN, apiOf, connect, freePort, isFree, type LocalRun, npmStart, startReceiver } from './local.ts'
import { temporaryDir } from './local.ts'

/** More of them take longer: two hundred thousand some twenty minutes. */
const EVENTS = Number(process.env.REPLAY_EVENTS ?? 3_000)
/** Milliseconds that it may take to send them. */
const LONGEST_MS = 120_000 + EVENTS * 20
const BATCH = 100
const KILLS = 2

interface Replay {
  state: string
  selected: number
  delivered: number
  filtered: number
  pending: number
  dead: number
}

let dir: Awaited<ReturnType<typeof temporaryDir>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let run: LocalRun
let port = 0

const start = async () => {
  run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'], { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN })
  await run.until('Ctrl-C stops it')
}

beforeAll(async () => {
  dir = await temporaryDir()
  receiver = await startReceiver()
  port = await freePort()
  await start()
}, 120_000)

afterAll(async () => {
  await run?.interrupt()
  await receiver?.close()
  await dir?.remove()
})

it(
  'brings a range of the archive to a new destination, whatever dies meanwhile',
  { timeout: 3 * LONGEST_MS },
  async () => {
    const url = `http://127.0.0.1:${port}`
    const api = apiOf(url)
    const { writeKey, sourceId } = await connect(api, receiver.url, 'replay')
    const ids = Array.from({ length: EVENTS }, (_, n) => `r-${n}`)
    for (let from = 0; from < EVENTS; from += BATCH) {
      const batch = ids.slice(from, from + BATCH).map((messageId) => ({
        type: 'track',
        event: 'Ordered',
        userId: 'u',
        messageId,
      }))
      const reply = await fetch(`${url}/v1/batch`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ writeKey, batch }),
      })
      expect(reply.status).toBe(200)
    }
    const archived = async () =>
      (await api<{ counters: { archived: number } }>('GET', `/api/sources/${sourceId}/counters`)).counters.archived
    await waitFor(async () => (await archived()) === EVENTS, LONGEST_MS, 200)
    const { destination } = await api<{ destination: { id: string } }>('POST', '/api/destinations', {
      sourceId,
      metadataId: 'webhooks',
      name: 'New',
      settings: { urls: [`${receiver.url}/new`] },
    })
    const arrived = () =>
      receiver.received.filter(({ path }) => path === '/new').map(({ event }) => String(event.messageId))
    const from = new Date(Date.now() - 3_600_000).toISOString()
    const { replay } = await api<{ replay: { id: string } }>('POST', '/api/replays', {
      sourceId,
      destinationId: destination.id,
      from,
      share: 1,
    })
    for (let kill = 1; kill <= KILLS; kill++) {
      await waitFor(() => arrived().length > (EVENTS * kill) / (KILLS + 2), LONGEST_MS, 5)
      const tree = treeOf(run.pid)
      killAll(tree)
      expect(await waitFor(() => stillAlive(tree, dir.path).length === 0, 10_000)).toBe(true)
      expect(await waitFor(() => isFree(port), 10_000)).toBe(true)
      await start()
    }
    const state = async () => (await api<{ replay: Replay }>('GET', `/api/replays/${replay.id}`)).replay
    for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(500)) {
      const { selected, delivered, filtered, pending, dead } = await state()
      expect(delivered + filtered + pending + dead).toBe(selected)
      if ((await state()).state === 'done') break
    }
    expect(await state()).toMatchObject({ state: 'done', selected: EVENTS, delivered: EVENTS, pending: 0, dead: 0 })
    const all = arrived()
    expect(new Set(all)).toEqual(new Set(ids))
    console.log(`${all.length - EVENTS} of ${EVENTS} events were sent twice, by ${KILLS} kills`)
    // What was in flight when a worker died, and no more.
    expect(all.length - EVENTS).toBeLessThan(EVENTS / 2)
    const { ledger } = await api<{ ledger: object }>('GET', `/api/destinations/${destination.id}/ledger`)
    expect(ledger).toMatchObject({ accepted: 0, delivered: 0 })
  },
)
