import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { BI_TOOLS } from '../../../src/integrations/index.ts'
import { warehouseOf } from '../../../src/wiring.ts'
import { type Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { type World, worldIn } from '../access/world.ts'
import { newIntegration } from '../api/client.ts'

const at = freshPanel({ ctx: { log: () => undefined } })
let owner: Browser
let world: World
let slug = ''

beforeAll(async () => {
  owner = await ownerOf(at)
  world = await worldIn('ws_first')
  const made = await newIntegration(at, {
    endpoint: undefined,
    kind: 'warehouse',
    name: 'Acme DB',
    warehouse: {
      connector: 'postgres',
      settings: [
        { name: 'host', label: 'Endpoint', description: 'As <b>Acme</b> shows it.', hosts: ['*.acme.example.com'] },
        { name: 'port', default: 6432, fixed: true },
      ],
      help: ['Open the console of <Acme>.'],
    },
  })
  slug = made.slug
})

it('a partner’s entry stands in the catalogue and asks in its own words', async () => {
  const list = await owner.get('/catalogue?kind=warehouse')
  expect(list.html).toContain(`/catalogue/${slug}`)
  const entry = await owner.get(`/catalogue/${slug}`)
  expect(entry.html).toContain(`/warehouses/new?integration=${slug}`)
  const form = await owner.get(`/warehouses/new?integration=${slug}`)
  for (const { html } of [entry, form]) {
    expect(html).toContain('Endpoint')
    expect(html).toContain('As &lt;b&gt;Acme&lt;/b&gt; shows it.')
    expect(html).toContain('Open the console of &lt;Acme&gt;.')
  }
  expect(form.html).toContain('name="settings.host"')
  expect(form.html).not.toContain('name="settings.port"')
})

it('a warehouse is made from it, with what is fixed', async () => {
  const fields = {
    integration: slug,
    'settings.database': 'd',
    'settings.username': 'u',
    'settings.password': 'p-of-acme',
  }
  const schedule = { everyMinutes: '60', at: '00:00' }
  const wrong = await owner.post('/warehouses', { ...fields, ...schedule, 'settings.host': 'thief.example.com' })
  expect([wrong.status, wrong.html.includes('The host must be *.acme.example.com.')]).toEqual([422, true])
  const made = await owner.post('/warehouses', { ...fields, ...schedule, 'settings.host': 'db.acme.example.com' })
  expect(made.status).toBe(303)
  const id = /whs_\w+/.exec(made.location)?.[0] ?? ''
  const stored = await env.DB.prepare('SELECT settings FROM warehouses WHERE id = ?')
    .bind(id)
    .first<{ settings: string }>()
  expect(JSON.parse(stored?.settings ?? '')).toMatchObject({ host: 'db.acme.example.com', port: 6432 })
  const saved = await owner.post(`/warehouses/${id}/settings`, {
    name: 'Mine',
    'settings.host': 'db2.acme.example.com',
    'settings.database': 'd',
    'settings.username': 'u',
    'settings.password': 'p-of-acme-2',
    ...schedule,
  })
  expect(saved.status).toBe(303)
  expect((await owner.get('/warehouses')).html).toContain('Acme DB')
})

it('each tool has its steps, and on the page of a warehouse with its values', async () => {
  // Its sync has loaded something: the schema is there.
  await warehouseOf(env, world.warehouse).changed()
  await runInDurableObject(env.WAREHOUSE.getByName(world.warehouse), (_, { storage }) => {
    const body = JSON.stringify({ cursor: { seq: 3, index: 0 }, until: 1, last: 2, lookedAt: 1 })
    storage.sql.exec('INSERT OR REPLACE INTO sources (id, body) VALUES (?, ?)', world.source, body)
  })
  const row = await env.DB.prepare('SELECT settings FROM warehouses WHERE id = ?')
    .bind(world.warehouse)
    .first<{ settings: string }>()
  const { host, database, username } = JSON.parse(row?.settings ?? '') as Record<string, string>
  expect(BI_TOOLS.length).toBeGreaterThanOrEqual(8)
  const list = await owner.get(`/warehouses/${world.warehouse}/bi`)
  for (const tool of BI_TOOLS) {
    const entry = await owner.get(`/catalogue/${tool.slug}`)
    expect(entry.html).toContain(`/warehouses/${world.warehouse}/bi/${tool.slug}`)
    expect(entry.html).not.toContain('{host}')
    expect(entry.html).not.toContain('/new?integration')
    expect(list.html).toContain(`/warehouses/${world.warehouse}/bi/${tool.slug}`)
    const { html } = await owner.get(`/warehouses/${world.warehouse}/bi/${tool.slug}`)
    for (const value of [host, database, 'shop', 'bi_reader'])
      expect(html).toContain(`<code class="wrap">${value}</code>`)
    expect(html).toContain('alter default privileges in schema &quot;shop&quot; grant select on tables to bi_reader;')
    expect(html).toContain(`As ${username}, to whom the tables belong`)
    expect(html).not.toMatch(/[{}]host|password-of/)
  }
  expect((await owner.get(`/warehouses/${world.warehouse}/bi/nothing`)).status).toBe(404)
})

it('a tool that a partner has made is filled in alike, and only where it can read', async () => {
  const bi = { connectors: ['redshift'], steps: ['Type <i>{host}</i>.'] }
  const made = await newIntegration(at, { endpoint: undefined, kind: 'bi', name: 'Acme Charts', bi })
  expect((await owner.get(`/catalogue/${made.slug}`)).html).toContain('Type &lt;i&gt;<em>the host</em>&lt;/i&gt;.')
  expect((await owner.get(`/warehouses/${world.warehouse}/bi/${made.slug}`)).status).toBe(404)
})
