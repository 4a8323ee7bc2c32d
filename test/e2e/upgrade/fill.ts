import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, apiOf, ledger, type LedgerFigures, type Received } from '../local.ts'
import { codeOf } from '../totp.ts'
import type { Manifest, Owed, Visit } from './manifest.ts'
import { Visitor } from './visitor.ts'

const PASSWORD = 'correct horse battery'
const WAIT_MS = 60_000
const SECRET = 'secret-of-the-webhooks'

/** What the receiver answers at each path; a test that opens the directory has one that takes everything. */
export function answerOf({ path }: Received): number {
  const [, kind = ''] = path.split('/')
  return { refusing: 400, down: 503, busy: 429, gone: 410 }[kind] ?? 200
}

export function headersOf({ path }: Received): Record<string, string> {
  return path.startsWith('/busy') ? { 'Retry-After': '3600' } : {}
}

/** Two workspaces with people, settings and events in every state that a run of a minute can bring about. */
export async function fill(url: string, signInLink: string, receiver: string) {
  const admin = apiOf(url)
  const people = await fillPeople(url, signInLink)
  const first = await fillFirst(admin, url, receiver)
  const second = await fillSecond(url, people.grace, receiver)
  await admin('POST', '/api/tokens', { name: 'Reports', scope: 'read-only' })
  const invitation = await invite(people.owner, 'lin@example.com', {
    role: 'source-admin',
    [`source.${first.server.id}`]: 'on',
  })
  // Where nothing is set up, which is counted.
  await fetch(`${url}/batch`, { method: 'POST', body: JSON.stringify({ writeKey: first.server.key, batch: [] }) })
  return { people, invitation, first, second, admin }
}

async function fillPeople(url: string, signInLink: string) {
  const owner = new Visitor(url)
  await owner.post(new URL(signInLink).pathname)
  await owner.post('/workspace', { name: 'Wind Tunnel' })
  const ada = new Visitor(url)
  await ada.post(await invite(owner, 'ada@example.com', { role: 'member' }), {
    name: 'Ada Lovelace',
    password: PASSWORD,
  })
  const setup = (await ada.post('/profile/two-factor', { password: PASSWORD })).text
  const totp = (/<code class="mono">([A-Z2-7 ]+)</.exec(setup)?.[1] ?? '').replaceAll(' ', '')
  const [recoveryCode = ''] = /<pre[^>]*Recovery codes[^>]*>\s*<code>([^<]+)/.exec(setup)?.[1]?.split('\n') ?? []
  await ada.post('/profile/two-factor/confirm', { code: codeOf(totp) })
  const grace = new Visitor(url)
  const hers = { email: 'grace@example.com', password: PASSWORD }
  await grace.post('/sign-up', { ...hers, name: 'Grace Hopper', workspace: 'Compilers' })
  return { owner, ada, grace, adas: { email: 'ada@example.com', password: PASSWORD, totp, recoveryCode }, hers }
}

/** The path of the link. */
async function invite(by: Visitor, email: string, more: Record<string, string>): Promise<string> {
  const { text } = await by.post('/people/invites', { email, ...more })
  const [path] = /\/invites\/[\w-]+/.exec(text.slice(text.indexOf('is invited'))) ?? []
  if (!path) throw new Error(`no link was shown to invite ${email}`)
  return path
}

interface Source {
  id: string
  key: string
}

async function makeSource(api: Api, slug: string, more: object = {}): Promise<Source> {
  const made = await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', { slug, ...more })
  return { id: made.source.id, key: made.source.writeKeys[0] ?? '' }
}

async function makeDestination(api: Api, source: Source, metadataId: string, settings: object, more: object = {}) {
  const body = { sourceId: source.id, metadataId, settings, ...more }
  return (await api<{ destination: { id: string } }>('POST', '/api/destinations', body)).destination.id
}

async function fillFirst(api: Api, url: string, receiver: string) {
  const server = await makeSource(api, 'server', { name: 'Order service', metadataId: 'node' })
  const web = await makeSource(api, 'web', { metadataId: 'javascript', writeKey: 'key-of-the-old-pages' })
  const long = await makeSource(api, 'long')
  const late = await makeSource(api, 'late')
  await makeSource(api, 'off', { enabled: false })
  const ended = await makeSource(api, 'ended')
  const { source } = await api<{ source: { writeKeys: string[] } }>('POST', `/api/sources/${server.id}/writekey`)
  await api('DELETE', `/api/sources/${server.id}/writekey/${source.writeKeys.at(-1)}`)
  await api('DELETE', `/api/sources/${ended.id}`)

  const { integration } = await api<{ integration: { id: string } }>('POST', '/api/integrations', {
    name: 'Acme CRM',
    slug: 'acme-crm',
    endpoint: `${receiver}/acme`,
    supportedMethods: ['identify', 'track'],
    rate: 500,
    settings: [
      { name: 'region', label: 'Region', type: 'select', required: true, choices: ['eu', 'us'] },
      { name: 'sandbox', label: 'Sandbox', type: 'boolean', default: true },
      { name: 'days', label: 'Days', type: 'number' },
      { name: 'lists', label: 'Lists', type: 'list' },
      { name: 'names', label: 'Names', type: 'map' },
      { name: 'pin', label: 'PIN', type: 'secret' },
    ],
  })
  await api('POST', '/api/integrations', {
    kind: 'packaged',
    name: 'Heatmaps',
    slug: 'heatmaps',
    device: {
      sdks: ['browser'],
      plugin: { type: 'remote', url: 'https://cdn.heatmaps.example/plugin.js', libraryName: 'heatmaps' },
    },
    endpoint: `${receiver}/heatmaps`,
    settings: [{ name: 'siteId', label: 'Site', type: 'string', required: true, scope: 'device' }],
  })
  const webhook = (source: Source, path: string, more: object = {}) =>
    makeDestination(
      api,
      source,
      'webhooks',
      { urls: [`${receiver}/${path}`], headers: { 'X-Key': 'secret-of-a-header' }, sharedSecret: SECRET },
      { name: path, ...more },
    )
  // Tried again every second, and not for so long that a test would have to wait.
  const patient = { schedule: { delaysSeconds: Array.from({ length: 50 }, () => 1), ageSeconds: 14_400 } }
  const lanes = {
    arriving: await webhook(server, 'arriving', { rate: 200, concurrency: 3 }),
    down: await webhook(server, 'down', patient),
    refusing: await webhook(server, 'refusing'),
    busy: await webhook(server, 'busy'),
    // One after the other: the first is told 410, the others wait.
    gone: await webhook(server, 'gone', { rate: 2, concurrency: 1 }),
    acme: await makeDestination(
      api,
      server,
      integration.id,
      {
        apiKey: SECRET,
        region: 'eu',
        sandbox: false,
        days: 7,
        lists: ['a', 'b'],
        names: { plan: 'tier' },
        pin: '1234',
      },
      { name: 'acme', paused: true },
    ),
    waiting: await webhook(long, 'waiting', { paused: true }),
    late: await webhook(late, 'late'),
  }
  await webhook(server, 'off', { enabled: false })
  await makeDestination(api, web, 'heatmaps', { siteId: 's-1', apiKey: 'key-of-heatmaps' }, { mode: 'device' })
  await makeDestination(api, web, 'fullstory', { orgId: 'o-1' })
  const removed = await webhook(server, 'removed')
  await api('DELETE', `/api/destinations/${removed}`)

  const ids = { server: await sendAll(url, server, 'server', 4), web: await sendAll(url, web, 'web', 2) }
  await send(url, server, { type: 'track', messageId: 'server-nobody' })
  const wanted = { arriving: 'delivered', refusing: 'dead', down: 'pending', busy: 'pending' } as const
  for (const [name, figure] of Object.entries(wanted)) {
    await until(name, async () => (await ledger(api, lanes[name as keyof typeof wanted]))[figure] === 4)
  }
  await until('gone', async () => {
    const { destination } = await api<{ destination: { enabled: boolean } }>('GET', `/api/destinations/${lanes.gone}`)
    return !destination.enabled
  })
  return { server, web, long, late, lanes, ids }
}

async function fillSecond(url: string, grace: Visitor, receiver: string) {
  const text = (await grace.post('/tokens', { name: 'CI', scope: 'full' })).text
  const token = /<code>(\w{20,})<\/code>/.exec(text)?.[1] ?? ''
  const api = apiOf(url, token)
  const shop = await makeSource(api, 'shop')
  const settings = { urls: [`${receiver}/shop`], sharedSecret: SECRET }
  const lane = await makeDestination(api, shop, 'webhooks', settings, { name: 'shop' })
  await sendAll(url, shop, 'shop', 2)
  await until('shop', async () => (await ledger(api, lane)).delivered === 2)
  return { token, api, shop, lane }
}

/** A batch of events with ids that say where they came from. */
export async function sendAll(url: string, source: Source, prefix: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}-${n}`)
  await send(url, source, ...ids.map((messageId) => ({ type: 'track', event: 'Ordered', userId: 'u1', messageId })))
  return ids
}

export async function send(url: string, { key }: Pick<Source, 'key'>, ...batch: object[]): Promise<void> {
  const headers = { Authorization: `Basic ${btoa(`${key}:`)}`, 'Content-Type': 'application/json' }
  const reply = await fetch(`${url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ batch }) })
  if (reply.status !== 200) throw new Error(`the batch was answered ${reply.status}: ${await reply.text()}`)
}

/** Looks until it is so; throws after a minute. */
export async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(200)) if (await look()) return
  throw new Error(`waited in vain: ${what}`)
}

export type Filled = Awaited<ReturnType<typeof fill>>

/** What the API says of all that is settled. */
export async function readAll({ admin, first, second }: Filled): Promise<Manifest['reads']> {
  const paths = ['sources', 'destinations', 'tokens', 'audit-events?pagination[count]=200'].map(
    (path) => `/api/${path}`,
  )
  const firstPaths = [
    ...paths,
    ...['acme-crm', 'heatmaps'].map((slug) => `/api/catalog/destinations/${slug}`),
    ...Object.values(first.lanes).map((id) => `/api/destinations/${id}`),
    ...[first.server, first.web].flatMap(({ id }) => [
      `/api/sources/${id}`,
      `/api/sources/${id}/counters`,
      `/api/sources/${id}/connected-destinations`,
    ]),
    `/api/destinations/${first.lanes.refusing}/dead-letters`,
    ...first.ids.web.map((id) => `/api/events/${id}`),
  ]
  const secondPaths = [...paths, `/api/sources/${second.shop.id}/counters`, '/api/events/shop-0']
  const read = async (api: Api, as: string, path: string) => {
    const { pagination: _, ...data } = await api<{ pagination?: unknown }>('GET', path)
    return { as, path, data }
  }
  return [
    ...(await Promise.all(firstPaths.map((path) => read(admin, 'admin', path)))),
    ...(await Promise.all(secondPaths.map((path) => read(second.api, second.token, path)))),
  ]
}

/** What each lane owes, by its own ledger and by what was sent to its source. */
export async function owedBy({ admin, first, second }: Filled, long: string[]): Promise<Owed[]> {
  const { lanes, ids } = first
  const of = async (name: keyof typeof lanes, remedy: Owed['remedy'], more: Partial<Owed> = {}): Promise<Owed> => {
    const figures: LedgerFigures = await ledger(admin, lanes[name])
    const base = { destination: lanes[name], as: 'admin', remedy, path: `/${name}`, secret: SECRET }
    return { ...base, ledger: figures, pending: [], dead: [], ...more }
  }
  return [
    await of('arriving', 'none'),
    await of('down', 'try-now', { pending: ids.server }),
    await of('refusing', 'none', { dead: ids.server }),
    await of('busy', 'try-now', { pending: ids.server }),
    await of('gone', 'enable', { pending: ids.server.slice(1), dead: ids.server.slice(0, 1) }),
    await of('acme', 'resume', { pending: ids.server }),
    await of('waiting', 'resume', { pending: long }),
    {
      destination: second.lane,
      as: second.token,
      remedy: 'none',
      path: '/shop',
      secret: SECRET,
      ledger: await ledger(second.api, second.lane),
      pending: [],
      dead: [],
    },
  ]
}

export function visitsOf({ people: { owner, ada, grace, adas, hers }, invitation }: Filled): Visit[] {
  return [
    {
      who: 'an owner',
      cookies: owner.cookies,
      sees: { '/': ['Wind Tunnel'], '/people': ['ada@example.com', 'lin@example.com'] },
    },
    {
      who: 'a member with a second step',
      ...adas,
      cookies: ada.cookies,
      sees: { '/profile': ['Ada Lovelace'], '/sources': ['Order service'] },
    },
    {
      who: 'an owner of another workspace',
      ...hers,
      cookies: grace.cookies,
      sees: { '/': ['Compilers'], '/tokens': ['CI'] },
    },
    { who: 'somebody invited', cookies: {}, sees: { [invitation]: ['lin@example.com', 'Wind Tunnel'] } },
  ]
}
