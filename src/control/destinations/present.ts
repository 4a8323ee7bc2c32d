import { type Access, may } from '../../accounts/index.ts'
import { type Destination, maskSecrets } from '../../settings/index.ts'
import { isoTime } from '../../event/index.ts'
import { presentIntegration } from '../catalogue/index.ts'

/**
 * The Public API's Destination. A secret is never sent back whole, and an address only to those who may change it: often
 * it is itself the key of what is behind it.
 */
export function presentDestination(destination: Destination, access: Access) {
  const { id, name, enabled, paused, notice, sourceId, integration, mode, rate, lane, createdAt } = destination
  return {
    id,
    name,
    enabled,
    paused,
    notice,
    sourceId,
    metadata: presentIntegration(integration, access),
    settings: maskSecrets(destination, { addresses: may(access, 'destinations:write', sourceId) }),
    ...(mode && { mode }),
    rate,
    concurrency: lane.concurrency,
    schedule: lane.schedule,
    createdAt: isoTime(createdAt),
  }
}
