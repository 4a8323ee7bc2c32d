import { setTimeout as sleep } from 'node:timers/promises'
import { patient } from '../../e2e/local.ts'
import { trackOnly } from '../calls.ts'
import type { Sdk } from '../sdk.ts'
import type { Certificate } from './certificate.ts'
import { eventsOf } from './fields.ts'
import { type Front, openFront, type Recorded, type Refusal } from './front.ts'
import { RETRY_AFTER_SECONDS } from './replies.ts'
import type { End } from './job.ts'

/** How long an SDK is watched after an answer: longer than any of them waits before its first retries. */
const WATCH_MS = 7_000
/** What a scene may take at most. */
const SCENE_MS = 60_000
/** Twice, so that waiting once and then hurrying would show. */
const REFUSALS = 2
/** A page that is left is gone by then, and its events are not sent yet. */
const LEAVING_MS = 1_000
export const CLOCK_AHEAD_MS = 60_000

export interface Rig {
  platform: string
  certificate: Certificate
}

/** How an SDK took a refusal. */
export interface Reaction extends End {
  posts: Recorded[]
  /** Requests of which it heard the answer. */
  attempts: number
  /** Milliseconds between the answers and the next attempts. */
  waits: number[]
  /** The platform took it in the end. */
  taken: boolean
}

/** All calls of an SDK, without any trouble. `front` must be closed by the caller. */
export async function makeCalls(sdk: Sdk, writeKey: string, rig: Rig) {
  const front = await openFront(rig.platform, rig.certificate, { preflightMs: sdk.leaves ? LEAVING_MS : 0 })
  const began = Date.now()
  const running = await sdk.start({
    front,
    path: sdk.path ?? '',
    writeKey,
    calls: sdk.calls,
    clockAheadMs: CLOCK_AHEAD_MS,
  })
  await until(() => eventsTaken(front) >= sdk.calls.length, running.idle)
  const ended = Date.now()
  const end = await running.stop()
  await front.close()
  return { front, began, ended, ...end }
}

/**
 * One call of an SDK that is refused: a 400 for good, a 429 or a 500 twice. The second 500 comes after the platform took
 * the event, so that it gets it twice.
 */
export async function refuse(sdk: Sdk, writeKey: string, status: Refusal['status'], rig: Rig): Promise<Reaction> {
  const times = status === 400 ? Infinity : REFUSALS
  const front = await openFront(rig.platform, rig.certificate, {
    refusal: { status, times, lastIsTaken: status === 500 },
  })
  const calls = trackOnly(sdk.calls, eventRefusedWith(status))
  const running = await sdk.start({ front, path: sdk.path ?? '', writeKey, calls, clockAheadMs: 0 })
  const quiet = () => {
    const last = front.posts.at(-1)?.answeredAt
    return last !== undefined && last > 0 && Date.now() - last > patient(WATCH_MS)
  }
  await until(() => eventsTaken(front) > 0 || quiet(), running.idle)
  const end = await running.stop()
  await front.close()
  const { posts } = front
  return {
    ...end,
    posts,
    attempts: heard(front).length,
    waits: posts.slice(1).map(({ at }, index) => at - (posts[index]?.answeredAt ?? 0)),
    taken: eventsTaken(front) > 0,
  }
}

/**
 * What an SDK does with a write key that no source has: the answers that its events got, and how it took that. Where the
 * platform cannot look a key up in time, it gives settings, takes the events and decides later: then the SDK is asked again.
 */
export async function useUnknownKey(sdk: Sdk, rig: Rig) {
  for (let tries = 1; ; tries++) {
    const { isSure, ...outcome } = await tryUnknownKey(sdk, rig)
    if (isSure || tries === 3) return outcome
  }
}

async function tryUnknownKey(sdk: Sdk, rig: Rig) {
  const front = await openFront(rig.platform, rig.certificate)
  const calls = trackOnly(sdk.calls, 'Nobody’s')
  const running = await sdk.start({
    front,
    path: sdk.path ?? '',
    writeKey: 'nobodys_key',
    calls,
    clockAheadMs: 0,
    hopeless: true,
  })
  const end = Date.now() + patient(WATCH_MS)
  await until(() => Date.now() > end, running.idle)
  const ended = await running.stop()
  await front.close()
  const answers = heard(front).map(({ status }) => status)
  const hasSettings = front.others.some(({ path, status }) => path.endsWith('/settings') && status === 200)
  return { answers, isSure: !answers.includes(200) && !hasSettings, ...ended }
}

export function eventRefusedWith(status: Refusal['status']): string {
  return `Refused with ${status}`
}

/** Whether it stayed away as long as it was told. Timers may be a little early. */
export function waitedAsTold({ waits }: Reaction): boolean {
  return waits.every((ms) => ms >= RETRY_AFTER_SECONDS * 1_000 - 50)
}

/** Requests that the SDK did not give up before they were answered. */
function heard({ posts }: Front): Recorded[] {
  return posts.filter(({ abandoned }) => !abandoned)
}

function eventsTaken({ posts }: Front): number {
  return posts.filter(({ status }) => status === 200).reduce((sum, post) => sum + eventsOf(post).length, 0)
}

/** Resolves when there is what is waited for, when the SDK has nothing left to do, or when it took too long. */
async function until(condition: () => boolean, idle: Promise<void>): Promise<void> {
  const end = Date.now() + patient(SCENE_MS)
  const over = idle.then(() => 'over')
  while (!condition() && Date.now() < end) {
    if ((await Promise.race([over, sleep(50)])) === 'over') break
  }
}
