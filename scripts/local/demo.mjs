import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Analytics } from '@segment/analytics-node'
import { apiOf } from './api.mjs'
import { startReceiver } from './receiver.mjs'

const GIVE_UP_MS = 30_000

/**
 * Seeds the demo workspace on the first run, sends a handful of events with the real SDK, and prints how each gets on.
 * The receiver goes on printing whatever arrives later; `onBegun` is told how to stop it.
 */
export async function demo(platform, { data }, onBegun) {
  const watched = new Map()
  const kept = join(data, 'demo.json')
  const known = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : undefined
  const receiver = await startReceiver((path, event) => {
    const sent = watched.get(event.messageId)
    if (sent) sent.arrived(path)
    else console.log(`  ${label(event)} delivered to ${path.slice(1)}`)
  }, known?.receiver)
  onBegun(receiver.close)
  const seed = await prepare(platform, kept, known, receiver.url)
  console.log(
    `  Write key   ${seed.writeKey}  (source "demo": a webhook and a direct destination, both at ${receiver.url})`,
  )
  console.log('\nSending five events with @segment/analytics-node:')
  await sendEvents(platform, seed, watched)
  console.log(`
Now yours. Point any Segment SDK at this host:
  new Analytics({ writeKey: '${seed.writeKey}', host: '${platform.url}' })
or use curl; what arrives is printed here:
  curl ${platform.url}/v1/track -u ${seed.writeKey}: -H 'Content-Type: application/json' \\
    -d '{"userId":"u1","event":"Hello"}'`)
}

async function sendEvents(platform, seed, watched) {
  const analytics = new Analytics({ writeKey: seed.writeKey, host: platform.url, flushAt: 1 })
  analytics.on('error', (error) => console.log(`  the SDK reports: ${JSON.stringify(error)}`))
  const user = { userId: `demo-${randomUUID().slice(0, 8)}` }
  const calls = [
    ['identify', { ...user, traits: { email: 'ada@example.com', plan: 'pro' } }],
    ['group', { ...user, groupId: 'acme', traits: { name: 'Acme' } }],
    ['page', { ...user, name: 'Pricing', properties: { path: '/pricing' } }],
    ['track', { ...user, event: 'Signed Up', properties: { plan: 'pro' } }],
    ['track', { ...user, event: 'Order Completed', properties: { orderId: 'o-1', total: 49.5 } }],
  ]
  const width = Math.max(...calls.map(([type, facts]) => label({ type, ...facts }).length))
  const fates = await Promise.all(
    calls.map(async ([type, facts]) => {
      const fate = await sendOne(analytics, type, facts, platform, seed, watched)
      console.log(`  ${label({ type, ...facts }).padEnd(width)}  ${fate.words}`)
      return fate
    }),
  )
  await analytics.closeAndFlush()
  const many = (which) => fates.filter((fate) => fate[which]).length
  const arrived = many('webhook') + many('direct')
  console.log(
    `${many('accepted')} accepted, ${many('archived')} archived, ${arrived} of ${2 * calls.length} delivered.`,
  )
  if (arrived < 2 * calls.length) console.log(`What is missing is still on its way; ${platform.logFile} tells more.`)
}

/** What became of one event, in milliseconds since it was sent, and in words. */
async function sendOne(analytics, call, facts, platform, seed, watched) {
  const messageId = randomUUID()
  const began = Date.now()
  const fate = {}
  watched.set(messageId, { arrived: (path) => void (fate[path.slice(1)] ??= Date.now() - began) })
  await new Promise((done) => analytics[call]({ ...facts, messageId }, done))
  fate.accepted = Date.now() - began
  const event = await poll(() => find(platform, seed, messageId))
  if (event) fate.archived = Date.parse(event.archive.committedAt) - began
  await poll(() => fate.webhook !== undefined && fate.direct !== undefined)
  watched.delete(messageId)
  const steps = { accepted: 'accepted', archived: 'archived', webhook: 'at the webhook', direct: 'at the direct one' }
  const reached = Object.entries(steps).filter(([step]) => fate[step] !== undefined)
  return { ...fate, words: reached.map(([step, words]) => `${words} ${fate[step]} ms`).join(', ') }
}

/** Asks every 100 ms until there is an answer, or half a minute is over. */
async function poll(ask) {
  for (const end = Date.now() + GIVE_UP_MS; Date.now() < end; await sleep(100)) {
    const answer = await ask()
    if (answer) return answer
  }
  return undefined
}

async function find(platform, seed, messageId) {
  const reply = await api(platform, 'GET', `/api/events/${messageId}?source=${seed.sourceId}`)
  return reply.status === 200 ? reply.json.data.event : undefined
}

/** A source with a webhook and a direct destination, kept in `data`; they follow the receiver when it has another port. */
async function prepare(platform, kept, known, receiver) {
  const seed = known ?? (await create(platform, receiver))
  if (seed.receiver !== receiver) await move(platform, seed, receiver)
  writeFileSync(kept, JSON.stringify({ ...seed, receiver }, null, 2))
  return seed
}

async function create(platform, receiver) {
  const { source } = await must(platform, 'POST', '/api/sources', { slug: 'demo', name: 'Demo' })
  const { destination: webhook } = await must(platform, 'POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: 'webhooks',
    name: 'Demo webhook',
    settings: { urls: [`${receiver}/webhook`], sharedSecret: randomUUID() },
  })
  const { integration } = await must(platform, 'POST', '/api/integrations', {
    name: 'Demo Partner',
    slug: 'demo-partner',
    description: 'A partner on this machine.',
    endpoint: `${receiver}/direct`,
  })
  await connectPartner(platform, source.id, integration.id)
  const [writeKey] = source.writeKeys
  return { sourceId: source.id, writeKey, webhookId: webhook.id, integrationId: integration.id, receiver }
}

/** Secrets do not follow an address to another place, so they are given anew, and the partner's destination is made anew. */
async function move(platform, { sourceId, webhookId, integrationId }, receiver) {
  await must(platform, 'PATCH', `/api/destinations/${webhookId}`, {
    settings: { urls: [`${receiver}/webhook`], sharedSecret: randomUUID() },
  })
  const { destinations } = await must(platform, 'GET', `/api/sources/${sourceId}/connected-destinations`)
  for (const { id, metadata } of destinations) {
    if (metadata.id === integrationId) await must(platform, 'DELETE', `/api/destinations/${id}`)
  }
  await must(platform, 'PATCH', `/api/integrations/${integrationId}`, { endpoint: `${receiver}/direct` })
  await connectPartner(platform, sourceId, integrationId)
}

function connectPartner(platform, sourceId, integrationId) {
  return must(platform, 'POST', '/api/destinations', {
    sourceId,
    metadataId: integrationId,
    name: 'Demo partner',
    settings: { apiKey: 'demo-key' },
  })
}

function must(platform, method, path, body) {
  return apiOf(platform)(method, path, body)
}

async function api({ url, adminToken }, method, path) {
  const reply = await fetch(url + path, { method, headers: { Authorization: `Bearer ${adminToken}` } })
  return { status: reply.status, json: await reply.json() }
}

function label({ type, event, name }) {
  return `${type}${event || name ? ` "${event ?? name}"` : ''}`
}
