import { expect, it } from 'vitest'
import { foldNotices } from '../../../src/tables/index.ts'
import { archiveLines } from '../../warehouse/archive.ts'
import { expectSameTables } from '../../warehouse/compare.ts'
import { MemoryWarehouse } from '../../warehouse/memory-warehouse.ts'
import { PlainWarehouse } from '../../warehouse/plain-loader.ts'
import { Random } from '../../warehouse/random.ts'
import { shopRequests } from '../../warehouse/shop.ts'
import { inPortions, syncPortions } from '../../warehouse/sync.ts'
import { POSTGRES } from './event.ts'

const PORTION = 700
const lines = [...archiveLines(shopRequests({ seed: 1, events: 4_000, days: 60, drift: 0.5 }))]
const portions = [...inPortions(lines, PORTION)]

const plain = new PlainWarehouse()
for (const portion of portions) plain.load(portion)
const expected = plain.tables()

async function loaded(all: readonly (readonly string[])[], fails?: () => boolean) {
  const warehouse = new MemoryWarehouse(fails)
  const target = { schema: 'shop', limits: POSTGRES, open: () => Promise.resolve(warehouse.session()) }
  return { notices: await syncPortions(all, target), tables: warehouse.tables() }
}

it('makes the rows and types of a shop that a plain loader makes', async () => {
  const { tables, notices } = await loaded(portions)
  expectSameTables(tables, expected)
  const counts = Object.fromEntries([...tables].map(([table, { rows }]) => [table, rows.size]))
  expect(counts.tracks).toBeGreaterThan(2_000)
  expect(counts.users).toBeGreaterThan(30)
  expect(Object.keys(counts)).toEqual(
    expect.arrayContaining(['_users', '_select', '_2nd_visit', 'signed_up', 'accounts']),
  )
  const codes = new Set(foldNotices(notices).map(({ code }) => code))
  expect([...codes].toSorted()).toEqual(
    ['digits_lost', 'fraction_lost', 'name_empty', 'name_taken', 'not_castable', 'text_cleaned'].toSorted(),
  )
})

it('makes the same when every statement may fail before or after it took effect', async () => {
  const random = new Random(2)
  let failed = 0
  const { tables } = await loaded(portions, () => random.chance(0.15) && ++failed > 0)
  expect(failed).toBeGreaterThan(10)
  expectSameTables(tables, expected)
})

it('changes nothing by what comes once more', async () => {
  const { tables } = await loaded([...portions, ...portions])
  expectSameTables(tables, expected)
})
