import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { warehouseOf } from '../../../src/wiring.ts'
import { type Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { type World, worldIn } from '../access/world.ts'

const at = freshPanel({ ctx: { log: () => undefined } })
let owner: Browser
let world: World
let page = ''
let name = ''

beforeAll(async () => {
  owner = await ownerOf(at)
  world = await worldIn('ws_first')
  page = `/warehouses/${world.warehouse}`
  const row = await env.DB.prepare('SELECT name FROM warehouses WHERE id = ?')
    .bind(world.warehouse)
    .first<{ name: string }>()
  name = row?.name ?? ''
  await warehouseOf(env, world.warehouse).changed()
  await runInDurableObject(env.WAREHOUSE.getByName(world.warehouse), (_, { storage }) => {
    for (let n = 0; n < 40; n++)
      storage.sql.exec(
        "INSERT INTO tables (source, name, first, loaded, columns) VALUES (?, ?, 0, 3, '[]')",
        world.source,
        `t_${n}`,
      )
  })
})

const erasures = async () => (await warehouseOf(env, world.warehouse).jobs()).filter(({ kind }) => kind === 'erasure')
const trail = async () =>
  (
    await env.DB.prepare("SELECT count(*) AS n FROM audit_events WHERE type = 'Warehouse Users Erased'").first<{
      n: number
    }>()
  )?.n

it('says whose rows go, from where, and does nothing until the id is typed', async () => {
  const asked = await owner.post(`${page}/erasures`, { kind: 'erasure', userIds: ' <u>1 , ' })
  expect(asked.status).toBe(200)
  for (const words of ['<code class="wrap">&lt;u&gt;1</code>', 'shop.t_0', '40 tables', 'It cannot be undone', name])
    expect(asked.html).toContain(words)
  expect(asked.html).toContain('<strong class="mono">&lt;u&gt;1</strong>')
  for (const typed of ['', 'u1', name]) {
    const wrong = await owner.post(`${page}/erasures`, { kind: 'erasure', userIds: '<u>1', confirm: typed })
    expect([typed, wrong.status, wrong.html.includes('This is not what has to be typed.')]).toEqual([typed, 422, true])
  }
  expect([await erasures(), await trail()]).toEqual([[], 0])
  const done = await owner.post(`${page}/erasures`, { kind: 'erasure', userIds: '<u>1', confirm: '<u>1' })
  expect([done.status, done.location]).toEqual([303, expect.stringContaining(`${page}/jobs`)])
  expect(await erasures()).toMatchObject([{ userIds: ['<u>1'] }])
  expect(await trail()).toBe(1)
})

it('wants the warehouse’s name for several people, and says beside the field what cannot be', async () => {
  const asked = await owner.post(`${page}/erasures`, { kind: 'erasure', userIds: 'a,b,a' })
  expect(asked.html).toContain('Erase 2 people')
  expect((await owner.post(`${page}/erasures`, { userIds: 'a,b', confirm: 'a' })).status).toBe(422)
  expect((await owner.post(`${page}/erasures`, { userIds: 'a,b', confirm: name })).status).toBe(303)
  const none = await owner.post(`${page}/erasures`, { kind: 'erasure', userIds: ' , ' })
  expect([none.status, none.html.includes('At least one.')]).toEqual([422, true])
  const many = Array.from({ length: 101 }, (_, n) => `u${n}`).join()
  expect((await owner.post(`${page}/erasures`, { kind: 'erasure', userIds: many })).html).toContain(
    'At most 100 at a time.',
  )
})
