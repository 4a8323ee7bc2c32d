import type { Destination, LaneConfig } from '../../../settings/index.ts'
import type { Carrier } from '../../carrier.ts'
import { metricsOf } from '../metrics.ts'

/** Sends events from the cloud, one lane a destination. */
export const LANE: Carrier = {
  can: { test: true, pause: true, replay: true },

  async configure({ id, lane: config }, { ctx, lane }) {
    await lane(id)
      .configure(config)
      .catch((error: unknown) => ctx.log('warn', 'lane not told of its settings', { lane: id, error: String(error) }))
  },

  async end(destination, { lane }) {
    await lane(destination.id).configure(closed(destination))
  },

  async pending(id, deps) {
    const metrics = await metricsOf(id, deps)
    return metrics && metrics.ledger.pending
  },
}

/** What a lane has to know of a destination that is gone. */
function closed({ lane }: Destination): LaneConfig {
  return { ...lane, enabled: false, deleted: true, version: lane.version + 1 }
}
