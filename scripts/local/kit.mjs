import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visitOf } from '../../src/shop/index.ts'
import { apiOf } from './api.mjs'
import { startArrivals } from './arrivals.mjs'

/** Between two visits of the shop: faster than in a sandbox, since somebody looks on. */
const VISIT_MS = 3_000

/**
 * Makes the manifest an integration, connects a customer to it, and has their shop send. What the platform delivers goes
 * through a page of ours to the endpoint, so that both sides are seen.
 * @param {{url: string, adminToken: string}} platform
 * @param {{data: string}} options
 * @param {(end: () => Promise<void> | void) => void} onBegun told how to end each thing that has begun
 * @param {{manifest: object, subject: {endpoint: string, settings: object}, takes: boolean, pagePort: number}} order
 */
export async function kit(platform, { data }, onBegun, { manifest, subject, takes, pagePort }) {
  const arrivals = await startArrivals(pagePort, takes ? undefined : subject.endpoint, manifest.name)
  onBegun(arrivals.close)
  const { writeKey } = await connect(apiOf(platform), join(data, 'kit.json'), {
    manifest,
    subject,
    url: arrivals.inUrl,
  })
  let number = 0
  const visit = async () => {
    const now = Date.now()
    const batch = visitOf(1, number++, now)
    const body = JSON.stringify({ writeKey, batch, sentAt: new Date(now).toISOString() })
    const headers = { 'Content-Type': 'application/json' }
    await fetch(`${platform.url}/v1/batch`, { method: 'POST', headers, body }).catch(() => undefined)
  }
  await visit()
  const timer = setInterval(() => void visit(), VISIT_MS)
  onBegun(() => clearInterval(timer))
  console.log(`\n${manifest.name} is connected, and a synthetic shop sends it a visit every ${VISIT_MS / 1_000} s.`)
  console.log(`  What arrives  ${arrivals.url}`)
  console.log(`  It goes on to ${takes ? 'nobody: the kit takes it' : subject.endpoint}`)
  console.log(
    `  Your customer ${subject.settings.apiKey === 'kit-key' ? 'has the key kit-key' : 'has the key you named'}`,
  )
  console.log('\nNext: npm run certify -- MANIFEST --local asks your endpoint all that can be asked.')
}

/** The integration as the manifest has it now, and the customer's destination made anew: secrets follow no address. */
async function connect(api, kept, { manifest, subject, url }) {
  const { manifestVersion: _, certification: __, regions: ___, slug, kind, ...content } = manifest
  const known = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : undefined
  const isSame = known?.slug === slug && known?.kind === (kind ?? 'direct')
  const sourceId = known?.sourceId
  const source = sourceId
    ? { id: sourceId, writeKeys: [known.writeKey] }
    : (await api('POST', '/api/sources', { slug: 'synthetic-shop', name: 'Synthetic shop' })).source
  if (isSame && known.destinationId) await api('DELETE', `/api/destinations/${known.destinationId}`)
  const facts = { ...content, endpoint: url }
  const { integration } = isSame
    ? await api('PATCH', `/api/integrations/${known.integrationId}`, facts)
    : await api('POST', '/api/integrations', { ...facts, slug, ...(kind && { kind }) })
  const { destination } = await api('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: integration.id,
    name: manifest.name,
    settings: subject.settings,
  })
  const [writeKey] = source.writeKeys
  const ids = { sourceId: source.id, writeKey, integrationId: integration.id, destinationId: destination.id }
  writeFileSync(kept, JSON.stringify({ slug, kind: kind ?? 'direct', ...ids }, null, 2))
  return { writeKey }
}
