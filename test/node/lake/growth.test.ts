import { describe, expect, it } from 'vitest'
import { readManifest, readManifestList, writeManifest } from '../../../src/connectors/iceberg/manifest.ts'
import type { TableColumn, TableRows } from '../../../src/tables/index.ts'
import { CatalogueStandIn } from './catalogue.ts'
import { dataFiles, readTable } from './readers.ts'
import { connect, SCHEMA, seeded } from './world.ts'

const COLUMNS: TableColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'received_at', type: 'timestamp' },
  { name: 'plan', type: 'text' },
]

const rowsFor = (table: string, ids: readonly string[], at: number): TableRows => ({
  table,
  columns: COLUMNS,
  rows: ids.map((id) => [id, new Date(Date.UTC(2026, 0, 1) + at * 1_000).toISOString(), `plan ${at % 3}`]),
  order: ids.map((id) => `${at} ${id}`),
})

const MINUTE = 60_000
/** More than a table keeps snapshots, by far; `LAKE_COMMITS=500` says the same of more. */
const commits = Number(process.env.LAKE_COMMITS ?? 120)

describe('a lake that has been loaded often', () => {
  it('keeps metadata, manifests and files few', { timeout: 60_000 }, async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake, seeded(1))
    await session.extend(SCHEMA, [
      { table: 'paid', columns: COLUMNS },
      { table: 'users', columns: COLUMNS },
    ])
    for (let at = 0; at < commits; at++) {
      lake.now += at < commits / 2 ? 5 * MINUTE : 1_000
      await session.load({
        schema: SCHEMA,
        tables: [rowsFor('paid', [`${at} a`, `${at} b`], at)],
        upserts: [rowsFor('users', [`u${at % 50}`], at)],
        cursor: {
          reader: 'sync',
          from: at === 0 ? null : { seq: 1, index: at },
          to: { seq: 1, index: at + 1 },
        },
      })
    }
    for (const table of ['paid', 'users', '_sluice_cursor']) {
      const metadata = lake.metadata(SCHEMA, table)
      expect([table, metadata.snapshots.length <= 60, metadata['metadata-log'].length]).toEqual([table, true, 20])
      expect([table, lake.metadataBytes(SCHEMA, table) < 60_000]).toEqual([table, true])
    }
    expect((await readTable(lake, SCHEMA, 'paid')).length).toBe(2 * commits)
    expect((await readTable(lake, SCHEMA, 'users')).length).toBe(50)
    expect((await dataFiles(lake, SCHEMA, 'paid')).length).toBeLessThan(20)
    expect((await dataFiles(lake, SCHEMA, 'users')).length).toBe(1)
    // Per table: fifty snapshots with list and manifest, the files that they hold, twenty metadata files.
    expect([...lake.bucket.files.keys()].length).toBeLessThan(3 * (60 * 3 + 40))
  })

  it(
    'divides users by a hash of their ids, and a load writes only the files that it touches',
    { timeout: 60_000 },
    async () => {
      const lake = new CatalogueStandIn()
      const session = await connect(lake, seeded(2))
      await session.extend(SCHEMA, [{ table: 'users', columns: COLUMNS }])
      let index = 0
      const load = (ids: string[]) =>
        session.load({
          schema: SCHEMA,
          tables: [],
          upserts: [rowsFor('users', ids, index)],
          cursor: { reader: 'sync', from: index === 0 ? null : { seq: 1, index }, to: { seq: 1, index: ++index } },
        })
      const people = 30_000
      for (let from = 0; from < people; from += 10_000) {
        await load(Array.from({ length: 10_000 }, (_, at) => `user-${from + at}`))
      }
      const before = await dataFiles(lake, SCHEMA, 'users')
      expect(before.length).toBeGreaterThan(6)
      expect(await load(['user-7', 'somebody'])).toMatchObject({ state: 'loaded' })
      const after = await dataFiles(lake, SCHEMA, 'users')
      expect(after.filter((path) => !before.includes(path)).length).toBeLessThanOrEqual(2)
      const users = await readTable(lake, SCHEMA, 'users')
      expect(new Set(users.map(({ id }) => id)).size).toBe(people + 1)
      expect(users).toHaveLength(people + 1)
      expect(users.find(({ id }) => id === 'user-7')).toMatchObject({ plan: 'plan 0' })
      const specs = lake.metadata(SCHEMA, 'users')['partition-specs'].map(({ fields }) => fields[0]?.['transform'])
      expect(specs).toEqual([undefined, 'bucket[4]', 'bucket[16]'])
    },
  )

  it('says so when users have become too many to be written anew', async () => {
    const lake = new CatalogueStandIn()
    const session = await connect(lake, seeded(3))
    await session.extend(SCHEMA, [{ table: 'users', columns: COLUMNS }])
    const load = (index: number) =>
      session.load({
        schema: SCHEMA,
        tables: [],
        upserts: [rowsFor('users', ['u1', 'u2', 'u3'], index)],
        cursor: { reader: 'sync', from: index === 0 ? null : { seq: 1, index }, to: { seq: 1, index: index + 1 } },
      })
    await load(0)
    // The file has as many rows as its manifest says.
    const metadata = lake.metadata(SCHEMA, 'users')
    const [list] = readManifestList(
      lake.bucket.files.get(metadata.snapshots[0]?.['manifest-list'] ?? '') ?? new Uint8Array(),
    )
    if (list === undefined) throw new Error('no manifest')
    const entries = readManifest(lake.bucket.files.get(list.path) ?? new Uint8Array(), list)
    const many = entries.map((entry) => ({ ...entry, file: { ...entry.file, rows: 500_001 } }))
    const spec = { 'spec-id': 0, fields: [] }
    lake.bucket.files.set(list.path, writeManifest(many, metadata.schemas[0] as never, spec, new Uint8Array(16)))
    await expect(load(1)).rejects.toThrow('The table users has become too large for a lake')
    expect(await session.cursor(SCHEMA, 'sync')).toEqual({ seq: 1, index: 1 })
  })
})
