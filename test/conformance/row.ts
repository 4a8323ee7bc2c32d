import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject } from '../../src/event/index.ts'
import { type Api, archived, connect, type Received } from '../e2e/local.ts'
import { eventsOf, faults } from './rig/fields.ts'
import { differences, missing } from './rig/prescribed.ts'
import {
  CLOCK_AHEAD_MS,
  eventRefusedWith,
  makeCalls,
  type Reaction,
  refuse,
  type Rig,
  waitedAsTold,
} from './rig/measure.ts'
import type { Sdk } from './sdk.ts'

/** The platform with a webhook on this machine. */
export interface World extends Rig {
  api: Api
  receiver: { url: string; received: Received[] }
}

/** A row of the table, and what is wrong with it. */
export interface Row {
  cells: string[]
  faults: string[]
}

/** A machine that has too much to do may not answer the first attempt in time; the second comes seconds later. */
const DELIVERY_MS = 90_000

/** Whether it is there to try again when it is refused, and no other row says what it does then. */
export function tries({ leaves, replayed, path }: Sdk): boolean {
  return !leaves && !replayed && path === undefined
}

/** Runs one SDK through all scenes at once and says what came of it. */
export async function measure(sdk: Sdk, world: World): Promise<Row> {
  const { sourceId, writeKey, webhook } = await connect(world.api, world.receiver.url, sdk.slug, sdk.recordedKey)
  const arrived = () => distinct(world.receiver.received.filter(({ path }) => path === `/webhook/${sdk.slug}`))
  const named = (name: string) => arrived().filter(({ event }) => event === name).length
  const [calls, on400, on429, on500] = await Promise.all([
    makeCalls(sdk, writeKey, world),
    ...([400, 429, 500] as const).map((status) => (tries(sdk) ? refuse(sdk, writeKey, status, world) : undefined)),
  ])
  const posts = [calls.front, on400, on429, on500].flatMap((scene) => scene?.posts ?? [])
  const taken = posts.filter((post) => post.taken).flatMap((post) => eventsOf(post).map(({ event }) => event.messageId))
  const ids = new Set(taken).size
  const late = await until(() => arrived().length >= ids)
  const events = arrived().filter(({ event }) => !String(event ?? '').startsWith('Refused'))
  const { front, foreign, began, ended } = calls
  const times = sdk.replayed ? undefined : { began, ended, aheadMs: CLOCK_AHEAD_MS }
  const wrong = [
    ...(late ? [`the webhook waits: ${await whatHolds(world.api, webhook)}`] : []),
    ...faults(
      {
        ...sdk,
        path: sdk.path ?? '',
        settings: sdk.channel !== 'server' && !sdk.replayed,
        writeKey,
        projectId: sourceId,
        posts: front.posts,
        others: front.others,
        ...(times && { times }),
      },
      events,
    ),
    ...(await archiveFaults(world.api, arrived())),
    ...(await counterFaults(world.api, sourceId, ids, taken.length - ids)),
  ]
  const elsewhere = [foreign, on400?.foreign, on429?.foreign, on500?.foreign].flatMap((hosts) => hosts ?? [])
  const cells = [
    sdk.name,
    sdk.version,
    [...new Set(sdk.calls.map(({ method }) => method))].join(' '),
    `${events.length} of ${sdk.calls.length}`,
    wrong.length === 0 ? 'all' : `${wrong.length} wrong`,
    on400 ? refusedForGood(on400, named(eventRefusedWith(400))) : '—',
    on429 ? toldToWait(on429, named(eventRefusedWith(429))) : '—',
    on500 ? tried(on500, named(eventRefusedWith(500))) : '—',
    sdk.replayed ? '—' : String(elsewhere.length),
  ]
  return { cells, faults: [...wrong, ...elsewhere.map((host) => `a request to ${host}`)] }
}

/** Delivery is at least once: what came a second time to the letter is the same. What was accepted twice is not. */
function distinct(received: Received[]): JsonObject[] {
  return [...new Map(received.map(({ body, event }) => [body, event])).values()]
}

/** What lies in the archive is what was delivered. */
async function archiveFaults(api: Api, arrived: JsonObject[]): Promise<string[]> {
  const kept = await Promise.all(arrived.map(({ messageId }) => archived(api, String(messageId))))
  return kept.flatMap((event, at) => differences(event, arrived[at]).map((fault) => `archive: ${fault}`))
}

/** Each event was kept once, every repeat was seen through, and nothing was rejected. */
async function counterFaults(api: Api, sourceId: string, archived: number, duplicates: number): Promise<string[]> {
  const wanted = { archived, duplicates, rejected: {} }
  const read = () => api<{ counters: JsonObject }>('GET', `/api/sources/${sourceId}/counters`)
  let faults: string[] = []
  for (const end = Date.now() + DELIVERY_MS; Date.now() < end; await sleep(100)) {
    faults = missing((await read()).counters, wanted, 'counters')
    if (faults.length === 0) break
  }
  return faults
}

function refusedForGood({ attempts, crashed }: Reaction, delivered: number): string {
  const tries = attempts === 1 ? 'dropped' : `${attempts} requests`
  return [tries, crashed, delivered > 0 && `delivered ${times(delivered)}`].filter(Boolean).join(', ')
}

function toldToWait(reaction: Reaction, delivered: number): string {
  if (!reaction.taken) return lost(reaction)
  return `${waitedAsTold(reaction) ? 'waits' : 'does not wait'}, delivered ${times(delivered)}`
}

function tried(reaction: Reaction, delivered: number): string {
  return reaction.taken ? `retried, delivered ${times(delivered)}` : lost(reaction)
}

function lost({ attempts, crashed }: Reaction): string {
  return `lost after ${attempts === 1 ? '1 request' : `${attempts} requests`}${crashed ? `, ${crashed}` : ''}`
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`)

/** What its lane says of a destination that has not got everything. */
async function whatHolds(api: Api, destination: string): Promise<string> {
  const path = `/api/destinations/${destination}`
  const { deliveryMetrics } = await api<{ deliveryMetrics: unknown }>('GET', `${path}/delivery-metrics`)
  return JSON.stringify({ ...(await api<JsonObject>('GET', `${path}/ledger`)), deliveryMetrics })
}

/** Whether it took too long. */
async function until(condition: () => boolean): Promise<boolean> {
  for (const end = Date.now() + DELIVERY_MS; !condition() && Date.now() < end;) await sleep(50)
  return !condition()
}
