import type { Destination } from '../settings/index.ts'
import type { ApiDeps } from './request.ts'

/**
 * Tells lanes of their new settings. One that does not answer hears of them with its next batch; the change itself is
 * made, so that is no failure of the request.
 */
export async function tellLanes(
  changed: readonly Pick<Destination, 'id' | 'lane'>[],
  { ctx, lane }: Pick<ApiDeps, 'ctx' | 'lane'>,
): Promise<void> {
  const telling = changed.map(({ id, lane: config }) =>
    lane(id)
      .configure(config)
      .catch((error: unknown) => ctx.log('warn', 'lane not told of its settings', { lane: id, error: String(error) })),
  )
  await Promise.all(telling)
}
