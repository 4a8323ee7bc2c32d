import { expect, it } from 'vitest'
import { icebergConnector } from '../../../src/connectors/index.ts'
import { archiveLines, asIntake } from '../../warehouse/archive.ts'
import { expectSameTables } from '../../warehouse/compare.ts'
import { PlainWarehouse, type PlainTable, type PlainType, rowText } from '../../warehouse/plain-loader.ts'
import { shopRequests } from '../../warehouse/shop.ts'
import { inPortions, syncPortions } from '../../warehouse/sync.ts'
import { CatalogueStandIn, type Fate } from './catalogue.ts'
import { readTable } from './readers.ts'
import { comparable, SCHEMA, seeded } from './world.ts'

const TYPES: Record<string, PlainType> = {
  string: 'text',
  long: 'bigint',
  double: 'double',
  boolean: 'boolean',
  timestamptz: 'timestamp',
}

/** Tables as icebird reads them, as the plain loader has them. */
async function tablesOf(lake: CatalogueStandIn): Promise<Map<string, PlainTable>> {
  const tables = new Map<string, PlainTable>()
  for (const table of lake.tables(SCHEMA)) {
    const metadata = lake.metadata(SCHEMA, table)
    const schema = metadata.schemas.find((of) => of['schema-id'] === metadata['current-schema-id'])
    const fields = (schema?.fields ?? []).filter(({ name }) => !name.startsWith('_sluice_'))
    const columns = new Map(fields.map(({ name, type }) => [name, TYPES[type as string] ?? 'text'] as const))
    const rows = new Map<string, string>()
    for (const [id, row] of comparable(await readTable(lake, SCHEMA, table))) {
      rows.set(id, rowText(new Map(Object.entries(row) as [string, string][])))
    }
    tables.set(table, { columns, rows })
  }
  return tables
}

/** What icebird’s dates do not carry; DuckDB is asked for it elsewhere. */
const BEYOND = /(\d{2}:\d{2}\.\d{3})\d{3}Z/g

it('holds the rows and types of a shop that a plain loader makes, whatever fails', { timeout: 120_000 }, async () => {
  const lines = asIntake(archiveLines(shopRequests({ seed: 3, events: 1_000, days: 40, drift: 0.5 })))
  const portions = [...inPortions(lines, 300)]
  const plain = new PlainWarehouse()
  for (const portion of portions) plain.load(portion)
  const random = seeded(4)
  let silent = 0
  let failed = 0
  const lake = new CatalogueStandIn({
    fate: (call): Fate => {
      // Now and then nobody answers for a while: the sync dies with it.
      if (silent > 0) silent--
      else if (random() < 0.01) silent = 8
      if (silent > 0) {
        failed++
        return 'silence'
      }
      return call === 'POST transaction' && random() < 0.2 ? 'after' : random() < 0.01 ? 'before' : 'ok'
    },
  })
  const connector = icebergConnector(lake.context(seeded(5)), false)
  const target = { schema: SCHEMA, limits: connector.limits, open: () => connector.open(lake.settings()) }
  await syncPortions(portions, target)
  expect(failed).toBeGreaterThan(5)
  const expected = plain.tables()
  for (const { rows } of expected.values()) for (const [id, row] of rows) rows.set(id, row.replaceAll(BEYOND, '$1Z'))
  expectSameTables(await tablesOf(lake), expected)
})
