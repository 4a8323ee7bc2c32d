import { closed } from '../../../settings/index.ts'
import type { Carrier } from '../../carrier.ts'
import { metricsOf } from '../metrics.ts'

/** Sends events from the cloud, one lane a destination. */
export const LANE: Carrier = {
  can: { test: true, pause: true },

  async configure({ id, lane: config }, { ctx, lane }) {
    await lane(id)
      .configure(config)
      .catch((error: unknown) => ctx.log('warn', 'lane not told of its settings', { lane: id, error: String(error) }))
  },

  async end(destination, { lane }) {
    await lane(destination.id).configure(closed(destination).lane)
  },

  async pending(id, deps) {
    const metrics = await metricsOf(id, deps)
    return metrics && metrics.ledger.pending
  },
}
