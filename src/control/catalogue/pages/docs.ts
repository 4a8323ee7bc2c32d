import type { Integration } from '../../../integrations/index.ts'

/** Where an integration is described at length; `undefined`: nowhere that we know of. */
export function docsOf(integration: Integration & { docs?: unknown; website?: unknown }): string | undefined {
  return [integration.docs, integration.website].find(isLink)
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('https://')
}
