import { closed, type Destination, disableDestination } from '../../settings/index.ts'
import type { ControlDeps } from '../request.ts'

/**
 * Tells lanes of their new settings. One that does not answer hears of them with its next batch; the change itself is
 * made, so that is no failure of the request.
 */
export async function tellLanes(
  changed: readonly Pick<Destination, 'id' | 'lane'>[],
  { ctx, lane }: Pick<ControlDeps, 'ctx' | 'lane'>,
): Promise<void> {
  const telling = changed.map(({ id, lane: config }) =>
    lane(id)
      .configure(config)
      .catch((error: unknown) => ctx.log('warn', 'lane not told of its settings', { lane: id, error: String(error) })),
  )
  await Promise.all(telling)
}

const LEAVING = 'It is being deleted. Delete it again if it is still here.'

/**
 * Disables a destination and has its lane end everything that it owes. Its row is for the caller to delete afterwards:
 * as long as there is one, whoever got no answer can ask again. Throws when the lane does not answer.
 */
export async function endLane(destination: Destination, { db, lane }: Pick<ControlDeps, 'db' | 'lane'>): Promise<void> {
  await disableDestination(db, destination.id, LEAVING)
  await lane(destination.id).configure(closed(destination).lane)
}
