import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { warehouseOf } from '../../../src/wiring.ts'
import { type Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { type World, worldIn } from '../access/world.ts'

const at = freshPanel({ env: { OPEN_SIGN_UP: '1' }, ctx: { log: () => undefined } })
let owner: Browser
let world: World
let page = ''

const stub = () => env.WAREHOUSE.getByName(world.warehouse)

beforeAll(async () => {
  owner = await ownerOf(at)
  world = await worldIn('ws_first')
  page = `/warehouses/${world.warehouse}/tables/${world.source}/paid`
  await warehouseOf(env, world.warehouse).changed()
  const columns = ['id', 'total', 'coupon'].map((name) => ({ name, type: 'bigint', firstAt: 0 }))
  await runInDurableObject(stub(), (_, { storage }) => {
    storage.sql.exec(
      "INSERT INTO tables (source, name, first, loaded, columns) VALUES (?, 'paid', 0, 3, ?)",
      world.source,
      JSON.stringify(columns),
    )
  })
})

it('offers the columns that can have another type, begins, shows how it goes and cancels', async () => {
  const { html } = await owner.get(page)
  expect(html).toContain('Give a column another type')
  expect(html).toContain('<option value="total"')
  expect(html).not.toContain('<option value="id"')
  expect((await owner.post(`${page}/retypings`, { property: 'total', type: 'text' })).status).toBe(303)
  const begun = await owner.get(page)
  expect(begun.html).toMatch(/<code class="wrap">total<\/code> as text/)
  expect(begun.html).toContain('<progress')
  const cancel = /action="([^"]*\/retypings\/rty_[^"]+)"/.exec(begun.html)?.[1] ?? ''
  expect((await owner.post(cancel, {})).status).toBe(303)
})

it('refuses what cannot be, beside its field, and keeps what was chosen', async () => {
  const kept = await owner.post(`${page}/retypings`, { property: 'id', type: 'text' })
  expect(kept.status).toBe(422)
  expect(kept.html).toContain('it keeps its type')
  const wrong = await owner.post(`${page}/retypings`, { property: 'coupon', type: 'money' })
  expect(wrong.html).toContain('Must be one of text, bigint, double, boolean, timestamp.')
  expect(wrong.html).toMatch(/<option value="coupon" selected/)
})

it('shows why it does not go on, with the SQL that mends it', async () => {
  await runInDurableObject(stub(), (_, { storage }) => {
    const body = {
      id: 'rty_view',
      kind: 'retyping',
      state: 'failed',
      sourceId: world.source,
      collection: 'paid',
      property: 'total',
      type: 'text',
      error: { code: 'view', words: 'shop.sums needs paid.total.', retry: false, sql: 'drop view shop.sums;' },
      orderedAt: 1,
      startedAt: 1,
      endedAt: 2,
      events: 0,
      filled: 0,
      read: 0,
      last: null,
      progress: 0,
      notices: [],
    }
    storage.sql.exec("INSERT INTO jobs (id, at, body) VALUES ('rty_view', 1, ?)", JSON.stringify(body))
  })
  // Jobs are read when the object begins.
  await runInDurableObject(stub(), (_, state) => state.abort()).catch(() => undefined)
  const { html } = await owner.get(page)
  expect(html).toContain('shop.sums needs paid.total.')
  expect(html).toContain('drop view shop.sums;')
})

it('is not offered for a warehouse that cannot do it', async () => {
  await env.DB.prepare("UPDATE warehouses SET integration_id = 'redshift' WHERE id = ?").bind(world.warehouse).run()
  const { html } = await owner.get(page)
  expect(html).toContain('Columns')
  expect(html).not.toContain('Give a column another type')
  expect((await owner.post(`${page}/retypings`, { property: 'total', type: 'text' })).html).toContain(
    'cannot be given another type',
  )
})
