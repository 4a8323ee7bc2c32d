// Sets up by API what the other examples need: a source, a webhook, a partner and a destination of it.
// For Node 18 or newer, without dependencies. TOKEN=… node examples/set-up.mjs, with the API token that npm start prints.
import { randomBytes } from 'node:crypto'

const { TOKEN, SLUICE = 'http://127.0.0.1:8787' } = process.env
const { RECEIVER = 'http://127.0.0.1:8080', PARTNER = 'http://127.0.0.1:8081' } = process.env
const { SIGNING_SECRET = `whsec_${randomBytes(32).toString('base64')}` } = process.env
if (!TOKEN) throw new Error('Set TOKEN to the API token that npm start prints.')

/** Makes one thing, and answers it; every answer of the API has it under `data`. */
async function make(path, body) {
  const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' }
  const reply = await fetch(`${SLUICE}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const { data, errors } = await reply.json()
  if (!reply.ok) throw new Error(`${path}: ${errors.map(({ message }) => message).join(' ')}`)
  return data
}

// A slug is a name that never changes, so each run has its own.
const slug = `example-${randomBytes(3).toString('hex')}`
const { source } = await make('/api/sources', { slug, name: 'Examples' })
await make('/api/destinations', {
  sourceId: source.id,
  metadataId: 'webhooks',
  name: 'Example receiver',
  settings: { urls: [RECEIVER], signingSecret: SIGNING_SECRET },
})
const { integration } = await make('/api/integrations', {
  name: `Example Partner ${slug}`,
  slug,
  description: 'examples/partner.mjs on this machine.',
  endpoint: PARTNER,
  supportedMethods: ['identify', 'track'],
  settings: [{ name: 'region', label: 'Region', type: 'select', choices: ['eu', 'us'], default: 'eu' }],
})
await make('/api/destinations', {
  sourceId: source.id,
  metadataId: integration.id,
  name: 'Example partner',
  settings: { apiKey: 'acme-key', region: 'us' },
})

console.log(`The source "Examples" has a webhook and a partner. Now start, each in a terminal of its own:
  SIGNING_SECRET='${SIGNING_SECRET}' node examples/receiver.mjs
  node examples/partner.mjs
  WRITE_KEY=${source.writeKeys[0]} node examples/page.mjs`)
