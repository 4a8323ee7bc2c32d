import { isoTime } from '../../event/index.ts'
import { isSecret, lackingSettings } from '../../integrations/index.ts'
import { type Destination, maskSecrets } from '../../settings/index.ts'
import type { Client, ClientGrant } from './queries.ts'

const isoOrNull = (at: number | null) => (at === null ? null : isoTime(at))

/** The API's OAuthClient. */
export function presentClient({ id, integrationId, name, redirectUris, startUrl, confidential, createdAt }: Client) {
  return { id, integrationId, name, redirectUris, startUrl, confidential, createdAt: isoTime(createdAt) }
}

/** The API's Grant. */
export function presentGrant({ id, clientName, company, allowedBy, createdAt, usedAt, ended }: ClientGrant) {
  return { id, client: clientName, company, allowedBy, createdAt: isoTime(createdAt), usedAt: isoOrNull(usedAt), ended }
}

/** A destination as the client finds it that was allowed it: no secret, and of an address its host alone. */
export function presentGranted(destination: Destination) {
  const { id, name, enabled, paused, integration, settings, encrypted } = destination
  const secret = new Set([...encrypted, ...integration.fields.filter(isSecret).map((field) => field.name)])
  const shown = Object.entries(maskSecrets(destination, { addresses: false })).filter(([key]) => !secret.has(key))
  return {
    id,
    name,
    enabled,
    paused,
    slug: integration.slug,
    settings: Object.fromEntries(shown),
    secrets: Object.keys(settings).filter((key) => secret.has(key)),
    lacking: lackingSettings(integration.fields, settings).map((field) => field.name),
  }
}
