/** The consumer of the queue `deliveries`: take a grant, send, classify, settle. */
import type { WakeUp } from '../env.ts'
import { type DeliverDeps, runLane } from './run.ts'

export { bothLoopbacks } from './loopback.ts'
export { classify } from './classify.ts'
export { statusesIn } from './multi-status.ts'
export { notBeforeOf } from './retry-after.ts'
export { buildRequests } from './send.ts'
export { SAMPLES, type TriedOut, tryOut } from './try-out.ts'

/**
 * Workers of one isolate at once, beyond which the queue is kept waiting: those of a lane with 300 requests in flight and some
 * of others. Where there are many each holds half a megabyte of text at most (`cut-grant.ts`).
 */
const MOST_RUNS = 64

/**
 * Answers wake-ups. The message is acknowledged first and the work goes on behind it, so that a lane that hangs does not
 * hold up the next one; a wake-up that is lost is made up for by the lane's alarm.
 */
export function deliverer(deps: DeliverDeps) {
  let runs = 0
  return async (messages: readonly Message<WakeUp>[], waitUntil: (work: Promise<void>) => void): Promise<void> => {
    for (const message of messages) {
      message.ack()
      runs++
      const run = runLane(message.body, deps).finally(() => runs--)
      if (runs <= MOST_RUNS) waitUntil(run)
      else await run
    }
  }
}
