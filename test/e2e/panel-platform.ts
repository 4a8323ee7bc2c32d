import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN_TOKEN, apiOf, ledger, patient, temporaryDir } from './local.ts'
import { migrate, startWorker } from './worker.ts'

const DELIVERED_MS = 60_000
/** As devices name it. */
const HEAP = 'Heap Web (Actions)'

export interface PanelRun {
  url: string
  api: ReturnType<typeof apiOf>
  /** Sources and destinations in every state, at `receiver`; answers ids. */
  fill(receiver: string): Promise<{ waiting: string; busy: string; webhook: string; paused: string }>
  /** A source of web pages with a tool on them, and what they say of it; answers ids. */
  tool(): Promise<{ source: string; destination: string }>
  /** One of each with a name that is as long as it may be. */
  name(receiver: string): Promise<{ source: string; destination: string; slug: string }>
  /** Changes the database itself. */
  execute(statements: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** The platform with a panel whose visitor is signed in (`panel-worker.ts`), on this machine. `vars`: more of its variables. */
export async function startPanel(vars: Record<string, string> = {}): Promise<PanelRun> {
  const dir = await temporaryDir()
  const state = join(dir.path, 'state')
  try {
    await migrate(state)
    const secrets = { adminToken: ADMIN_TOKEN, encryptionKeys: `k1:${Buffer.alloc(32, 7).toString('base64')}` }
    const { url, stop: end } = await startWorker('test/e2e/panel-worker.ts', state, secrets, vars)
    const api = apiOf(url)
    const stop = async () => {
      await end()
      await dir.remove()
    }
    return {
      url,
      api,
      stop,
      fill: (receiver) => fill(url, api, receiver),
      tool: () => tool(url, api),
      name: (receiver) => name(url, api, receiver),
      execute: async (statements) => {
        const { ok } = await fetch(`${url}/statements`, { method: 'POST', body: JSON.stringify(statements) })
        if (!ok) throw new Error('a statement failed')
      },
    }
  } catch (error) {
    await dir.remove()
    throw error
  }
}

async function fill(url: string, api: PanelRun['api'], receiver: string) {
  const source = async (name: string, metadataId: string) =>
    (
      await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
        name,
        slug: name.toLowerCase().replaceAll(' ', '-'),
        metadataId,
      })
    ).source
  const destination = async (sourceId: string, name: string, more: object = {}, metadataId = 'webhooks') => {
    const settings = {
      urls: [`${receiver}/in`],
      headers: { Authorization: 'Bearer secret-of-a-header' },
      sharedSecret: 'secret-of-a-field',
    }
    return (
      await api<{ destination: { id: string } }>('POST', '/api/destinations', {
        sourceId,
        metadataId,
        name,
        settings,
        ...more,
      })
    ).destination.id
  }
  const waiting = await source('Web shop', 'javascript')
  const busy = await source('Order service', 'node')
  await source('iOS app', 'swift')
  await api('POST', `/api/sources/${busy.id}/writekey`)
  const webhook = await destination(busy.id, 'Order hooks')
  const paused = await destination(busy.id, 'Data team', { paused: true })
  await destination(waiting.id, 'Old hooks', { enabled: false })
  await api('POST', '/api/integrations', {
    name: 'Acme CRM',
    slug: 'acme-crm',
    endpoint: `${receiver}/direct`,
    description: 'Keeps the people and companies of your shop up to date.',
    supportedMethods: ['identify', 'group', 'track'],
    settings: [
      {
        name: 'region',
        label: 'Region',
        type: 'select',
        required: true,
        choices: ['eu', 'us'],
        description: 'Where your account lives.',
      },
      {
        name: 'sandbox',
        label: 'Sandbox',
        type: 'boolean',
        description: 'Send to the sandbox instead.',
        default: true,
      },
      {
        name: 'days',
        label: 'Days to keep',
        type: 'number',
        description: 'After these many days Acme forgets an event.',
      },
      { name: 'lists', label: 'Lists', type: 'list', description: 'Lists that new people are put on.' },
      { name: 'names', label: 'Renamed traits', type: 'map', description: 'Traits that Acme calls something else.' },
    ],
  })
  for (let i = 0; i < 7; i++)
    await send(url, busy.writeKeys[0] ?? '', {
      userId: `u${i}`,
      event: 'Order Completed',
      properties: { revenue: 10 + i },
    })
  await send(url, busy.writeKeys[0] ?? '', { event: 'Nobody did this' })
  for (const end = Date.now() + patient(DELIVERED_MS); Date.now() < end; await sleep(300)) {
    if ((await ledger(api, webhook)).delivered >= 7) return { waiting: waiting.id, busy: busy.id, webhook, paused }
  }
  throw new Error(`not delivered: ${JSON.stringify(await ledger(api, webhook))}`)
}

/** Thirty page views, a fifth of them with an ad blocker, and some shopping. */
async function tool(url: string, api: PanelRun['api']) {
  const { source } = await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    name: 'Landing pages',
    slug: 'landing-pages',
    metadataId: 'javascript',
  })
  const { destination } = await api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: 'heap',
    name: 'Heap',
    settings: { appId: '1' },
  })
  const batch: object[] = []
  for (let n = 0; n < 30; n++) {
    const failed = n % 5 === 0 && { failedInitializations: [HEAP] }
    const event = {
      anonymousId: `a${n % 7}`,
      context: { library: { name: 'analytics.js', version: 'npm:next-1.84.3' } },
      _metadata: { bundled: [HEAP], unbundled: [], ...failed },
    }
    batch.push({ ...event, type: 'page', name: n % 3 === 0 ? 'Pricing' : 'Home', properties: { path: '/' } })
    if (n % 4 > 0) continue
    const products = [{ sku: `sku-${n}`, price: n % 8 === 0 ? n : String(n) }]
    const properties = { products, currency: 'EUR', coupon: null, total: n + 0.5 }
    batch.push({ ...event, type: 'track', event: 'Product Added', properties })
  }
  batch.push({ type: 'identify', anonymousId: 'a1', traits: { plan: 'pro', address: { city: 'Ulm' } } })
  batch.push({ type: 'track', event: 'Nobody did this' })
  const body = JSON.stringify({ writeKey: source.writeKeys[0], batch })
  await (await fetch(`${url}/v1/batch`, { method: 'POST', body })).body?.cancel()
  for (const end = Date.now() + patient(DELIVERED_MS); Date.now() < end; await sleep(300)) {
    const { known } = await api<{ known: number }>('GET', `/api/sources/${source.id}/schema`)
    if (known === 4) return { source: source.id, destination: destination.id }
  }
  throw new Error('what was sent is not in the schema')
}

async function name(url: string, api: PanelRun['api'], receiver: string) {
  const wide = 'W'.repeat(100)
  const slug = 'long-names'
  const { source } = await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    name: wide,
    slug: `w${'w'.repeat(50)}`,
  })
  await api('POST', '/api/integrations', {
    name: `Intégration ${'ממ'.repeat(20)}`,
    slug,
    endpoint: `${receiver}/direct`,
    description: 'x'.repeat(200),
    settings: [{ name: 'n', label: 'L'.repeat(60), type: 'string', description: 'D'.repeat(300) }],
  })
  const { destination } = await api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: slug,
    name: `👩‍👩‍👧${'שלום'.repeat(20)}${'x'.repeat(10)}`,
    settings: { apiKey: 'k' },
  })
  await send(url, source.writeKeys[0] ?? '', { userId: 'u'.repeat(300), event: 'E'.repeat(300) })
  return { source: source.id, destination: destination.id, slug }
}

async function send(url: string, writeKey: string, event: object): Promise<void> {
  const headers = {
    'Content-Type': 'application/json',
    Authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
  }
  const reply = await fetch(`${url}/v1/track`, { method: 'POST', headers, body: JSON.stringify(event) })
  await reply.body?.cancel()
}
