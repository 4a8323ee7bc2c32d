import type { deliverer } from '../../src/deliver/index.ts'
import type { Env, WakeUp } from '../../src/env.ts'
import { laneOf } from '../../src/wiring.ts'

/** As many as the platform gives a lane by default, each with six connections: while one settles, the others send. */
export const WORKERS = 4
const MOST_RUNS = 50

/** Has workers deliver all that a lane has pending. Throws when they do not. */
export async function drain(deliver: ReturnType<typeof deliverer>, lane: string, env: Env): Promise<void> {
  const wakeUp = { body: { lane }, ack: () => undefined } as Partial<Message<WakeUp>> as Message<WakeUp>
  let pending = 1
  for (let runs = 0; runs < MOST_RUNS && pending > 0; runs++) {
    const work: Promise<void>[] = []
    const wakeUps = Array.from({ length: WORKERS }, () => wakeUp)
    await deliver(wakeUps, (run) => work.push(run))
    await Promise.all(work)
    pending = (await laneOf(env, lane).ledger()).pending
  }
  if (pending > 0) throw new Error(`${pending} events were not delivered`)
}
