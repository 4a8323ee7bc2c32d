import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { CHECKS, KEPT_RUNS } from '../../../src/certify/index.ts'
import { cursorOf, FIRST_WORKSPACE } from '../../../src/settings/index.ts'
import type { Platform } from '../../../src/wiring.ts'
import { type Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { counting } from './counting.ts'

const MOST_QUERIES = 3
const MOST_CALLS = 3
const MOST_BYTES = 60 * 1024

const MANY = 10_000
/** The first has nearly all of the destinations. */
const SOURCE = 'src_many0'
const DESTINATION = 'dst_many0'
/** Has a table of as many columns as there may be, and all the sources. */
const WAREHOUSE = 'whs_many0'
/** One that pulls. */
const CLOUD = 'src_many7'
/** Has a sandbox, and a record as long as a page shows. */
const APPLICATION = 'app_many0'
const STATUS_LINK = 's'.repeat(40)
/** One of its own, certified as often as is kept; it failed every check. */
const INTEGRATION = 'int_many0'
const CERTIFICATION = 'cert_many0'
/** Asks for a destination of that integration. */
const CLIENT = 'cli_many0'
const AUTHORIZE = `/oauth/authorize?${new URLSearchParams({
  response_type: 'code',
  client_id: CLIENT,
  redirect_uri: 'https://many.example/back',
  scope: 'destination/many',
  state: 's'.repeat(1_000),
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
}).toString()}`
/** A tool that runs on devices. */
const ON_DEVICES = 'dst_many1'

const { bindings, counts, reset } = counting()
let at: Platform
let owner: Browser

beforeAll(async () => {
  await fill()
  at = freshPanel({ env: bindings })
  owner = await ownerOf(at)
}, 60_000)

/** Pages of the router, with ids of what is there. What belongs to a link that is not known shows that it is not. */
function pages(): string[] {
  const paths = at.http.routes
    .filter(
      ({ method, path }) => method === 'GET' && !/^\/(?:api|v1|assets|healthz|analytics|next-integrations)/.test(path),
    )
    .map(({ path }) => path)
  return [...new Set(paths)].map((path) =>
    path
      .replace('/sources/:id/cloud', `/sources/${CLOUD}/cloud`)
      .replace('/sources/:id', `/sources/${SOURCE}`)
      .replace('/destinations/:id', `/destinations/${DESTINATION}`)
      .replace('/warehouses/:id', `/warehouses/${WAREHOUSE}`)
      .replace(':sourceId', SOURCE)
      .replace(':table', 'table_0')
      .replace(':sync', 'syn_many0')
      .replace('/replays/:id', '/replays/rpl_many0')
      .replace('/schema/event', '/schema/event?type=track&name=nothing')
      .replace('/applications/:id', `/applications/${APPLICATION}`)
      .replace('/partners/status/:token', `/partners/status/${STATUS_LINK}`)
      .replace('/partners/integrations/:slug', '/partners/integrations/webhooks')
      .replace('/integrations/:id', `/integrations/${INTEGRATION}`)
      .replace('/certificates/:run', `/certificates/${CERTIFICATION}`)
      .replace(':run', CERTIFICATION)
      .replace('/versions/:number', '/versions/31')
      .replace(':check', 'C104')
      .replace(':clientId', CLIENT)
      .replace('/docs/:page', '/docs/warehouse')
      .replace('/catalogue/:slug', '/catalogue/webhooks')
      .replaceAll(/:\w+(?:\{[^}]*\})?/g, 'nothing'),
  )
}

/** The cursor of what was made before the one with this number, in a list that begins with the newest. */
function after(n: number, prefix: string): string {
  return cursorOf({ after: [n, `${prefix}${n}`] })
}

/** Pages that are more with a question. */
const ASKED = [
  `/sources?q=many&page=${after(5_000, 'src_many')}`,
  `/destinations?q=many&page=${after(100, 'dst_many')}`,
  '/destinations?health=needs-you&sort=worst',
  `/alerts?page=${after(5_000, 'alt_many')}`,
  '/catalogue?q=web&kind=webhook&category=Raw+Data',
  '/destinations/new?integration=webhooks&q=many',
  `/destinations/new?integration=webhooks&source=${SOURCE}`,
  `/sources/${SOURCE}/keys/revoke?key=key_many0`,
  `/sources/${SOURCE}/setup?platform=javascript`,
  `/sources/${SOURCE}/schema?q=a&sort=total&period=30d`,
  `/destinations/${ON_DEVICES}`,
  '/usage?month=2020-01',
  `/delivery-overview?period=30d&eventType=track&page=${cursorOf({ after: [5_000, 'dst_many5000'] })}`,
  `/sources/${SOURCE}/delivery-overview?period=7d&reason=http_400`,
  '/reference/destinations',
  '/applications?view=applicant',
  '/warehouses?q=many',
  '/warehouses/new?integration=postgres',
  `/warehouses/${WAREHOUSE}/tables?q=table`,
  `/warehouses/${WAREHOUSE}/bi/metabase`,
  '/catalogue/metabase',
  '/catalogue/many',
  AUTHORIZE,
  `/replays/new?destination=${DESTINATION}`,
  `/replays?page=${after(5_000, 'rpl_many')}`,
]

describe('with ten thousand sources and ten thousand destinations', () => {
  it(
    'no page costs more than three queries and three calls, nor weighs more than 60 KB',
    { timeout: 120_000 },
    async () => {
      const all = [...pages(), ...ASKED]
      expect(all.length).toBeGreaterThan(20)
      const table: string[] = []
      const over: string[] = []
      for (const path of all) {
        reset()
        const page = await owner.get(path)
        const [queries, calls] = [counts.queries.length, counts.calls.length]
        const bytes = gzipSync(page.html).length + (await assetBytes(page.html))
        const line = `${path}: ${page.status}, ${queries} queries, ${calls} calls, ${(bytes / 1024).toFixed(1)} KB`
        table.push(line)
        const fails = page.status >= 500 || queries > MOST_QUERIES || calls > MOST_CALLS
        if (fails || bytes > MOST_BYTES) over.push(line)
      }
      const run = `/integrations/${INTEGRATION}/certifications/${CERTIFICATION}`
      const wanted = [
        `/applications/${APPLICATION}`,
        `/partners/status/${STATUS_LINK}`,
        `/integrations/${INTEGRATION}`,
        `/integrations/${INTEGRATION}/console`,
        `/integrations/${INTEGRATION}/clients/${CLIENT}`,
        AUTHORIZE,
        run,
        `${run}/C104`,
        `/certificates/${CERTIFICATION}`,
      ]
      for (const path of wanted) expect(table.find((line) => line.startsWith(path))).toContain(': 200, ')
      console.log(table.join('\n'))
      expect(over).toEqual([])
    },
  )

  it('a list shows how many there are', async () => {
    expect((await owner.get('/sources')).html).toContain('1–50 of 10,00')
    const last = (await owner.get(`/destinations?page=${after(50, 'dst_many')}`)).html
    expect(last).toContain('9,951–10,000 of 10,000 destinations')
  })
})

/** Compressed bytes of what pages load, by address. */
const known = new Map<string, number>()

/** Everything that a page loads beside itself, compressed. */
async function assetBytes(html: string): Promise<number> {
  const urls = new Set([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url ?? ''))
  let sum = 0
  for (const url of urls) {
    const bytes = known.get(url) ?? gzipSync((await owner.get(url)).html).length
    known.set(url, bytes)
    sum += bytes
  }
  return sum
}

/** As many labels as a workspace may have, and as a source may. */
async function fillLabels(): Promise<void> {
  const labels = Array.from({ length: 200 }, (_, i) => `Value of a label, ${i}`)
  const insert = (table: string, columns: string) =>
    env.DB.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`)
  const all = insert('labels', 'workspace_id, key, value, description, created_at')
  const ofSource = insert('source_labels', 'source_id, key, value, workspace_id')
  await env.DB.batch(labels.map((value, i) => all.bind(FIRST_WORKSPACE, `Key ${i % 20}`, value, `Label ${i}`, i)))
  await env.DB.batch(labels.slice(0, 20).map((value, i) => ofSource.bind(SOURCE, `Key ${i}`, value, FIRST_WORKSPACE)))
}

/** All that is kept of an integration's certifications. */
async function fillCertifications(): Promise<void> {
  const body = 'x'.repeat(2_000)
  const exchange = {
    request: { method: 'POST', url: 'https://p.example.com/', headers: { authorization: '(hidden)' }, body },
    tookMs: 12,
    reply: { status: 500, headers: { 'x-long': body }, body, isWhole: true },
  }
  const results = CHECKS.map(({ id, grade, since, title, mend }) => ({
    check: { id, grade, since, title, mend },
    verdict: { state: 'failed', why: `It was answered with 500 "${body.slice(0, 200)}" after 12 ms.`, exchange },
    tookMs: 12,
  }))
  const counts = {
    made: CHECKS.length,
    checks: CHECKS.length,
    passed: 0,
    skipped: 0,
    errors: 20,
    tasks: 4,
    warnings: 4,
  }
  const reports = Array.from({ length: KEPT_RUNS }, (_, n) => ({
    id: `cert_many${n}`,
    state: 'ended',
    listVersion: 2,
    content: 'c'.repeat(32),
    startedBy: 'Ada Lovelace',
    startedAt: n + 1,
    endedAt: n + 2,
    ...counts,
    requests: 400,
    certified: false,
  }))
  const columns = [
    'id, integration_id, workspace_id, state, list_version, content, started_by, started_at, ended_at',
    'made, checks, passed, skipped, errors, tasks, warnings, requests, certified',
  ].join(', ')
  const insert = env.DB.prepare(
    `INSERT INTO certifications (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 28, 28, 0, 0, 20, 4, 4, 400, 0)`,
  )
  await env.DB.batch(
    reports.map((one) =>
      insert.bind(one.id, INTEGRATION, FIRST_WORKSPACE, one.state, 2, one.content, one.startedBy, one.startedAt, 2),
    ),
  )
  await runInDurableObject(env.CERTIFIER.getByName(INTEGRATION), (_, { storage: { sql } }) => {
    for (const report of reports) {
      const run = { version: 2, startedAt: report.startedAt, memory: {} }
      const stored = JSON.stringify({ order: {}, run, report, told: true })
      sql.exec('INSERT INTO runs VALUES (?, ?, ?)', report.id, report.startedAt, stored)
      for (const [n, result] of results.entries())
        sql.exec('INSERT INTO results VALUES (?, ?, ?)', report.id, n, JSON.stringify(result))
    }
  })
}

/** Warehouses, one of which has all that its object keeps. */
async function fillWarehouses(
  insert: (table: string, columns: string, row: (i: number) => unknown[]) => Promise<void>,
): Promise<void> {
  const columns = 'id workspace_id integration_id name enabled settings schedule version created_at updated_at'
  await insert('warehouses', columns, (i) => [
    `whs_many${i}`,
    FIRST_WORKSPACE,
    'postgres',
    `Warehouse of many ${i}`,
    1,
    '{"host":"db.example.com","port":5432,"database":"d","username":"u","password":"p"}',
    '{"everyMinutes":60,"atMinute":0}',
    1,
    i,
    i,
  ])
  await insert('warehouse_sources', 'warehouse_id source_id schema enabled left_out created_at', (i) => [
    WAREHOUSE,
    `src_many${i}`,
    `many_${i}`,
    1,
    '{"collections":[],"properties":{}}',
    i,
  ])
  const now = Date.now()
  const notice = { code: 'not_castable', column: 'total', count: 3 }
  const samples = Array.from({ length: 3 }, (_, n) => ({ id: `message-${n}`, value: 'v'.repeat(200) }))
  const sync = { cause: 'schedule', state: 'partial', startedAt: now, endedAt: now + 1, error: null }
  const names = Array.from({ length: 100 }, (_, n) => `table_${n}`)
  const counts = { events: 100, rows: 100, tables: Object.fromEntries(names.map((name) => [name, 1])) }
  await runInDurableObject(env.WAREHOUSE.getByName(WAREHOUSE), (_, { storage: { sql } }) => {
    for (let n = 0; n < 100; n++) {
      const one = {
        ...sync,
        n,
        id: `syn_many${n}`,
        events: 100,
        rows: 100,
        notices: 90,
        progress: 1,
        sources: 1,
        done: 1,
      }
      sql.exec('INSERT INTO syncs VALUES (?, ?, ?)', n, one.id, JSON.stringify({ ...one, after: '' }))
      const job = { kind: 'erasure', state: 'done', orderedAt: now, startedAt: now, endedAt: now, error: null }
      const removed = Object.fromEntries(names.map((name) => [`many.${name}`, 3]))
      const erasure = { ...job, id: `ers_${n}`, userIds: ['u'], tables: 100, removed, place: null, within: null }
      sql.exec(
        'INSERT INTO jobs VALUES (?, ?, ?)',
        erasure.id,
        now,
        JSON.stringify({ ...erasure, tries: 0, notBefore: 0 }),
      )
    }
    for (let i = 0; i < 20; i++) {
      const notices = names.slice(0, 30).map((table) => ({ ...notice, table, samples }))
      const part = {
        ...sync,
        ...counts,
        syncId: 'syn_many0',
        sourceId: `src_many${i}`,
        notices,
        n: 0,
        first: 0,
        last: 1,
      }
      sql.exec('INSERT INTO parts VALUES (?, ?, ?)', 0, part.sourceId, JSON.stringify({ ...part, tries: 0 }))
    }
    const wide = Array.from({ length: 1_600 }, (_, n) => ({ name: `property_${n}`, type: 'text', firstAt: now }))
    for (let n = 0; n < 1_000; n++)
      sql.exec(
        'INSERT INTO tables VALUES (?, ?, ?, 1, ?)',
        SOURCE,
        `table_${n}`,
        now,
        JSON.stringify(n === 0 ? wide : wide.slice(0, 10)),
      )
  })
}

/** Applications of ten thousand companies with one name, all of which wait; of one a record and a private link. */
async function fillApplications(
  insert: (table: string, columns: string, row: (i: number) => unknown[]) => Promise<void>,
): Promise<void> {
  const columns =
    'id company look site email kind use_case data_today customers state ball_since due_at created_at sandbox_id shop_id'
  const asked = 'W'.repeat(2_000)
  await insert('applications', columns, (i) => {
    const words = i === 0 ? [asked, asked, asked] : ['So.', 'By CSV.', '']
    const place = ['https://many.example/', `ada${i}@many.example`, 'direct', ...words, 'waiting', i, i, i]
    return [`app_many${i}`, 'Many', 'many', ...place, i === 0 ? 'ws_many0' : null, i === 0 ? SOURCE : null]
  })
  const entry = env.DB.prepare('INSERT INTO application_entries VALUES (?, ?, ?, ?, ?, ?, ?)')
  await env.DB.batch(
    Array.from({ length: 200 }, (_, i) => {
      const id = `ent_${String(i).padStart(9, '0')}`
      return entry.bind(id, APPLICATION, i, 'ask', 'Grace', `Question ${i}: ${'which? '.repeat(200)}`, i)
    }),
  )
  const hash = createHash('sha256').update(STATUS_LINK).digest('hex')
  await env.DB.prepare('INSERT INTO application_links VALUES (?, ?, ?, ?, ?)')
    .bind(hash, APPLICATION, 'status', 0, Date.now() + 86_400_000)
    .run()
}

async function fill(): Promise<void> {
  await fillLabels()
  await fillCertifications()
  const rows = (n: number) => Array.from({ length: n }, (_, i) => i)
  const insert = async (table: string, columns: string, row: (i: number) => unknown[]) => {
    const names = columns.split(' ')
    const perStatement = Math.floor(90 / names.length)
    const statements: D1PreparedStatement[] = []
    for (let from = 0; from < MANY; from += perStatement) {
      const some = rows(Math.min(perStatement, MANY - from)).map((i) => row(from + i))
      const marks = some.map(() => `(${names.map(() => '?').join()})`).join()
      statements.push(env.DB.prepare(`INSERT INTO ${table} (${names.join()}) VALUES ${marks}`).bind(...some.flat()))
    }
    for (let i = 0; i < statements.length; i += 100) await env.DB.batch(statements.slice(i, i + 100))
  }
  await insert('sources', 'id workspace_id slug name metadata_id enabled created_at updated_at', (i) => [
    `src_many${i}`,
    FIRST_WORKSPACE,
    `many-${i}`,
    `Source of many ${i}`,
    `src_many${i}` === CLOUD ? 'stripe' : 'node',
    1,
    i,
    i,
  ])
  await env.DB.prepare(
    'INSERT INTO cloud_sources (source_id, settings, left_out, paused, version, created_at, updated_at) VALUES (?, ?, ?, 0, 1, 0, 0)',
  )
    .bind(CLOUD, '{"address":"https://api.stripe.com","apiKey":"rk_1"}', '[]')
    .run()
  const selection = { from: 0, until: 1 }
  await insert('replays', 'id workspace_id source_id destination_id ordered state created_at', (i) => [
    `rpl_many${i}`,
    FIRST_WORKSPACE,
    SOURCE,
    DESTINATION,
    JSON.stringify({
      id: `rpl_many${i}`,
      sourceId: SOURCE,
      destinationId: DESTINATION,
      selection,
      share: 1,
      dryRun: true,
    }),
    'ready',
    i,
  ])
  const today = Math.floor(Date.now() / 86_400_000)
  for (const day of [today, today - 1]) {
    await insert('usage_days', 'workspace_id day source_id requests received duplicates rejected archived', (i) => [
      FIRST_WORKSPACE,
      day,
      `src_many${i}`,
      i,
      i,
      0,
      0,
      i,
    ])
  }
  // One of its own with as many settings and regions as there may be, and docs of their full length.
  const settings = Array.from({ length: 50 }, (_, at) => ({
    name: `setting_${at}`,
    label: `Setting ${at}`,
    type: 'select',
    required: true,
    description: 'What it is, in a sentence or two that are long enough. '.repeat(3),
    choices: ['one', 'two', 'three'],
    default: 'two',
  }))
  const regions = Array.from({ length: 10 }, (_, at) => ({
    id: `r${at}`,
    name: `Region ${at}`,
    endpoint: 'https://p.example/in',
  }))
  const own = 'id workspace_id slug name kind description status endpoint fields supports regions created_at updated_at'
  await env.DB.prepare(
    `INSERT INTO integrations (${own.replaceAll(' ', ', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
  )
    .bind(
      INTEGRATION,
      FIRST_WORKSPACE,
      'many',
      'Many',
      'direct',
      'd',
      'PRIVATE_BUILDING',
      'https://p.example/in',
      JSON.stringify(settings),
      '["track"]',
      JSON.stringify(regions),
    )
    .run()
  const client = env.DB.prepare(
    "INSERT INTO oauth_clients (id, workspace_id, integration_id, name, redirect_uris, secret_hash, created_at) VALUES (?, ?, ?, 'Many', ?, 'hash', 0)",
  )
  const addresses = JSON.stringify([
    'https://many.example/back',
    ...Array<string>(9).fill(`https://many.example/${'x'.repeat(1_900)}`),
  ])
  await env.DB.batch(
    Array.from({ length: 10 }, (_, i) => client.bind(`cli_many${i}`, FIRST_WORKSPACE, INTEGRATION, addresses)),
  )
  await env.DB.prepare('INSERT INTO integration_pages (integration_id, docs) VALUES (?, ?)')
    .bind(INTEGRATION, '# Set up\n\nPaste **it**, [here](https://p.example/).\n\n'.repeat(350))
    .run()
  // Every setting and all of its docs are others in what is drafted.
  const drafted = settings.map((field) => ({ ...field, label: `${field.label}, anew`, choices: ['four', 'five'] }))
  const versions = Array.from({ length: 31 }, (_, i) => {
    const state = i === 30 ? 'draft' : i === 0 ? 'live' : 'former'
    const content = { name: 'Many', fields: drafted, supports: ['page'], endpoint: 'https://p.example/v2' }
    return env.DB.prepare(
      `INSERT INTO integration_versions (integration_id, number, state, content, docs, logo, logo_type, mark, mark_type, certified_version, created_at, edited_at)
       VALUES (?, ?, ?, ?, ?, '', '', '', '', 1, 0, 0)`,
    ).bind(INTEGRATION, i + 1, state, JSON.stringify(content), 'Docs. '.repeat(3_000))
  })
  await env.DB.batch(versions)
  await insert('write_keys', 'key source_id created_at', (i) => [`key_many${i}`, `src_many${i}`, i])
  await insert(
    'destinations',
    'id workspace_id source_id integration_id name enabled settings concurrency schedule version created_at updated_at',
    (i) => [
      `dst_many${i}`,
      FIRST_WORKSPACE,
      i < 9_000 ? SOURCE : `src_many${i}`,
      'webhooks',
      `Destination of many ${i}`,
      1,
      '{"urls":["https://hooks.example.com/in"]}',
      4,
      'segment-4h',
      1,
      i,
      i,
    ],
  )
  await env.DB.prepare("UPDATE destinations SET integration_id = 'heap', mode = 'device', settings = '{}' WHERE id = ?")
    .bind(ON_DEVICES)
    .run()
  const now = Date.now()
  // As many fail as would make the longest pages.
  await insert(
    'destination_health',
    'destination_id state since why waiting oldest_at last_delivered_at accepted delivered failed_attempts dead at',
    (i) => [`dst_many${i}`, i % 2 ? 'failing' : 'ok', now, 'http_503', i, now, now, i, i, i, i, now],
  )
  await insert('source_health', 'source_id accepted rejected last_event_at at', (i) => [`src_many${i}`, i, i, now, now])
  await fillWarehouses(insert)
  await fillApplications(insert)
  await insert('alerts', 'id workspace_id rule subject_id subject_name facts opened_at', (i) => [
    `alt_many${i}`,
    FIRST_WORKSPACE,
    'dead_letters',
    `dst_many${i}`,
    `Destination of many ${i}`,
    '{"dead":12,"why":"http_400"}',
    i,
  ])
}
