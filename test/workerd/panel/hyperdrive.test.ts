import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import type { Env } from '../../../src/env.ts'
import { type Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { ask, otherWorkspace, refusal } from '../api/client.ts'
import { call } from '../world.ts'

/** As a Worker has it: what it says is only for the Worker. */
const BOUND = {
  connectionString: 'postgresql://u:secret-of-it@shop.hyperdrive.local:5432/shop',
  host: 'shop.hyperdrive.local',
  port: 5432,
  user: 'u',
  password: 'secret-of-it',
  database: 'shop',
}
const quiet = { log: () => undefined }
const at = freshPanel({ env: { SHOP_DB: BOUND } as Partial<Env>, ctx: quiet })
const without = freshPanel({ ctx: quiet })
let owner: Browser

beforeAll(async () => {
  owner = await ownerOf(at)
})

const NAME = 'settings.hyperdrive'
const missing = (name: string) =>
  `${NAME}: This deployment has no Hyperdrive bound as ${name}: choose another one, or have it bound in wrangler.toml.`

it('is a choice of the form where one is bound, and no question where none is', async () => {
  const page = '/warehouses/new?integration=postgres'
  const { html } = await owner.get(page)
  expect(html).toMatch(/<select[^>]*name="settings.hyperdrive"/)
  expect(html).toContain('<option value="SHOP_DB"')
  expect(html).not.toContain('secret-of-it')
  // Without a host, which the browser would ask for.
  expect(html).toContain('novalidate')
  const none = await owner.on(without).get(page)
  expect([none.html.includes(NAME), none.html.includes('novalidate')]).toEqual([false, false])
})

it('is chosen by the form: what is left away is not asked for, nor kept, and the test goes through it', async () => {
  const fields = {
    integration: 'postgres',
    name: 'Through it',
    everyMinutes: '60',
    at: '00:00',
    'settings.port': '5432',
  }
  const made = await owner.post('/warehouses', {
    ...fields,
    'settings.hyperdrive': 'SHOP_DB',
    'settings.password': 'typed',
  })
  expect(made.status).toBe(303)
  const id = /whs_\w+/.exec(made.location)?.[0] ?? ''
  const row = await env.DB.prepare('SELECT settings, secrets FROM warehouses WHERE id = ?').bind(id).first()
  expect(row).toEqual({ settings: '{"hyperdrive":"SHOP_DB","discards":false}', secrets: null })
  const tested = await owner.post(`/warehouses/${id}/test`)
  expect(tested.html).toContain('shop.hyperdrive.local')
  expect(tested.html).not.toContain('secret-of-it')
  expect((await owner.get(`/warehouses/${id}/settings`)).html).toMatch(/<option value="SHOP_DB" selected/)
  // Whoever deploys has taken it away since.
  const gone = await owner.on(without).post(`/warehouses/${id}/test`)
  expect(gone.html).toContain('This deployment has no Hyperdrive bound as SHOP_DB')
  const kept = await owner.on(without).get(`/warehouses/${id}/settings`)
  expect(kept.html).toContain('<option value="SHOP_DB" selected')
  // Back to an address: everything has to be given again.
  const back = { ...fields, 'settings.hyperdrive': '', 'settings.ssl': 'require' }
  const empty = await owner.post(`/warehouses/${id}/settings`, back)
  expect([empty.status, empty.html.match(/This setting is required/g)?.length]).toEqual([422, 4])
})

it('is a setting of the API, refused where it is not bound and for workspaces that have not deployed it', async () => {
  const body = (hyperdrive: string) => ({ metadataId: 'postgres', enabled: false, settings: { hyperdrive } })
  const tried = (hyperdrive: string) => ({ metadataId: 'postgres', settings: { hyperdrive } })
  const { warehouse } = await ask<{ warehouse: { id: string; settings: unknown } }>(
    at,
    'POST',
    '/api/warehouses',
    body('SHOP_DB'),
  )
  expect(warehouse.settings).toEqual({ hyperdrive: 'SHOP_DB', discards: false, name: 'PostgreSQL' })
  for (const name of ['DB', 'WAREHOUSE', 'ASSETS', 'ADMIN_TOKEN', 'constructor', 'NONE']) {
    expect((await refusal(at, 'POST', '/api/warehouses', body(name))).problems).toEqual([missing(name)])
    expect((await refusal(at, 'POST', '/api/warehouses/validation', tried(name))).problems).toContain(missing(name))
    const path = `/api/warehouses/${warehouse.id}`
    expect((await refusal(at, 'PATCH', path, { settings: { hyperdrive: name } })).problems).toEqual([missing(name)])
  }
  const { connectionState, checks } = await ask<{ connectionState: string; checks: { words: string }[] }>(
    at,
    'GET',
    `/api/warehouses/${warehouse.id}/connection-state`,
  )
  expect([connectionState, JSON.stringify(checks)]).toEqual([
    'FAILED',
    expect.stringContaining('shop.hyperdrive.local'),
  ])
  const other = await otherWorkspace()
  const theirs = await call(at, 'POST', '/api/warehouses', body('SHOP_DB'), other.headers)
  expect([theirs.status, JSON.stringify(theirs.json)]).toEqual([400, expect.stringContaining('no Hyperdrive bound')])
})
