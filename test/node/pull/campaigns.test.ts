import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type CollectedObject, looseRows, Names, objectRows, planLoad } from '../../../src/tables/index.ts'
import { openDatabase } from '../../postgres/database.ts'
import { eventOf } from '../tables/event.ts'
import { connector, settingsOf } from '../postgres/sync.ts'

const DOCS = readFileSync(join(import.meta.dirname, '../../../docs/cloud-sources.md'), 'utf8')
const QUERY = /```sql\n([\s\S]*?)```/.exec(DOCS)?.[1] ?? ''

it('the query of the docs says what each campaign brought, over events and objects', async () => {
  const database = await openDatabase()
  onTestFinished(() => database.end())
  const session = await connector.open(settingsOf(database))
  onTestFinished(() => session.end())
  const names = new Names(connector.limits.nameBytes)
  const { limits } = connector
  const load = async (schema: string, rows: Parameters<typeof planLoad>[0]) => {
    const plan = planLoad(rows, {
      catalogue: await session.catalogue(schema),
      limits,
      loadedAt: '2026-03-01T00:00:00.000Z',
    })
    await session.extend(schema, plan.additions)
    const { tables, upserts, merges } = plan
    await session.load({
      schema,
      tables,
      upserts,
      merges,
      cursor: { reader: 'sync', from: null, to: { seq: 1, index: 0 } },
    })
  }
  const view = (userId: string, campaign: string, at: number) =>
    eventOf({
      type: 'page',
      messageId: `${userId}-${at}`,
      userId,
      receivedAt: `2026-03-0${at}T00:00:00.000Z`,
      context: { campaign: { name: campaign } },
    })
  const views = [view('u1', 'spring', 1), view('u1', 'summer', 2), view('u2', 'summer', 1)]
  await load(
    'shop',
    views.flatMap((event) => looseRows(event, names).rows),
  )
  const object = (collection: string, id: string, properties: CollectedObject['properties']): CollectedObject => ({
    collection,
    id,
    properties: { ...properties, is_deleted: false },
    receivedAt: '2026-03-03T00:00:00.000Z',
    whole: true,
  })
  const customers = ['u1', 'u2', 'u3'].map((user, n) =>
    object('customers', `cus_${n + 1}`, { metadata: { user_id: user } }),
  )
  const charge = (n: number, customer: string, amount: number, more = {}) =>
    object('charges', `ch_${n}`, { customer, amount, paid: true, refunded: false, ...more })
  const charges = [
    charge(1, 'cus_1', 1_000),
    charge(2, 'cus_1', 250),
    charge(3, 'cus_2', 5_000),
    charge(4, 'cus_2', 700, { refunded: true }),
    charge(5, 'cus_3', 99),
  ]
  await load('stripe', objectRows([...customers, ...charges], names, { isAlone: true }).rows)
  const rows = await database.query(QUERY)
  expect(rows.map(({ campaign, charges: n, revenue }) => [campaign, Number(n), Number(revenue)])).toEqual([
    ['summer', 1, 50],
    ['spring', 2, 12.5],
    ['(none)', 1, 0.99],
  ])
})
