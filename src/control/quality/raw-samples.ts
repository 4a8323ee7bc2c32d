import type { Failure } from '../../lane/index.ts'
import { within } from '../../settings/index.ts'
import type { ControlDeps } from '../request.ts'
import { withShownSample } from '../shown-sample.ts'
import { listConsenting } from './queries.ts'

/** Milliseconds that a lane may take. */
const ASKED_MS = 3_000

/** Failures with events of a customer who has agreed to that, as they were sent. */
export interface RawSamples {
  /** `null`: the customer has not agreed to be named. */
  customer: string | null
  failures: Failure[]
}

/**
 * Asks lanes of customers who agree now for their last failures: nothing of them is kept, so a consent that is taken back is in
 * force with the next request. A query, and a call of each of three lanes at most.
 */
export async function readRawSamples(
  { db, lane, ctx }: Pick<ControlDeps, 'db' | 'lane' | 'ctx'>,
  integrationId: string,
): Promise<RawSamples[]> {
  const consenting = await listConsenting(db, integrationId)
  const read = await Promise.all(
    consenting.map(async ({ destinationId, name }) => {
      const failures = await within(ctx, lane(destinationId).metrics(), ASKED_MS).then(
        (metrics) => metrics.failures.map((one) => withShownSample(one)),
        (): Failure[] => [],
      )
      return { customer: name, failures }
    }),
  )
  return read.filter(({ failures }) => failures.length > 0)
}
