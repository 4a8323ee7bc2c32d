import type { BatchOffer, Integration, Region, SettingField } from '../../integrations/index.ts'

/** What of an integration its certification is about. */
export type CertifiedContent = Pick<Integration, 'kind' | 'endpoint' | 'fields' | 'supports' | 'rate'> & {
  maxInFlight?: number | null
  batch?: BatchOffer | null
  regions?: readonly Region[] | null
}

/**
 * Fingerprint of what of an integration is certified: where it listens, what it takes and how fast, and which settings it is
 * sent. Words (name, description, labels, help) are no part of it, nor is the order of settings and calls. 32 hex digits.
 */
export async function contentOf({
  kind,
  endpoint,
  fields,
  supports,
  rate,
  maxInFlight,
  batch,
  regions,
}: CertifiedContent): Promise<string> {
  const parts = {
    kind,
    endpoint: endpoint ?? null,
    fields: fields.map(factsOf).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    supports: [...supports].toSorted(),
    rate,
    maxInFlight: maxInFlight ?? null,
    ...(batch && { batch: [batch.maxEvents, batch.maxBytes ?? null, batch.maxSeconds ?? null] }),
    // What has none has the fingerprint that it had before there were any.
    ...(regions && regions.length > 0 && { regions: regions.map(({ id, endpoint: at }) => [id, at]) }),
  }
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)))
  return [...new Uint8Array(hash, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A setting without its words. */
function factsOf(field: SettingField) {
  const { label: _, description: __, name, ...facts } = field
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined)
  return { name, facts: entries.toSorted(([a], [b]) => (a < b ? -1 : 1)) }
}
