import type { Context, OutgoingRequest } from '../../src/context.ts'
import { sequence, type VirtualClock } from '../../test/platform/clock.ts'

/** A receiver on the virtual clock. */
export type Receiver = (request: OutgoingRequest, timeoutMs: number) => Promise<Response>

/** What the rooms get instead of the world: the clock, a fixed sequence for randomness, a receiver, a counter of log lines. */
export function virtualContext(clock: VirtualClock, receiver: Receiver, onLog: (message: string) => void): Context {
  const random = sequence(20_300_107)
  return {
    now: () => clock.now,
    random,
    randomBytes: (length) => Uint8Array.from({ length }, () => random() * 256),
    sleep: (ms) => clock.sleep(ms),
    fetch: receiver,
    log: (_, message) => onLog(message),
  }
}
