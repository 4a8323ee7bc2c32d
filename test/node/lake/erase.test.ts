import { inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Erased, icebergConnector } from '../../../src/connectors/index.ts'
import { CatalogueStandIn } from './catalogue.ts'
import { readTable } from './readers.ts'
import { shopLog } from './shop.ts'
import { comparable, connect, expected, SCHEMA, seeded, sync } from './world.ts'

/** All that is in the bucket as text, and what is in pages of Parquet, which are gzip. */
function contents(lake: CatalogueStandIn): string {
  const texts: string[] = []
  for (const file of lake.bucket.files.values()) {
    const bytes = Buffer.from(file)
    texts.push(bytes.toString('latin1'))
    for (let at = bytes.indexOf('1f8b08', 0, 'hex'); at >= 0; at = bytes.indexOf('1f8b08', at + 1, 'hex')) {
      try {
        // Behind its head, since `gunzip` does not take what comes after a page.
        texts.push(inflateRawSync(bytes.subarray(at + 10)).toString('latin1'))
      } catch {
        // Not the beginning of a page.
      }
    }
  }
  return texts.join('\n')
}

async function eraseAll(lake: CatalogueStandIn, userId: string): Promise<Record<string, number>> {
  const session = await connect(lake)
  const removed: Record<string, number> = {}
  for (const table of (await session.catalogue(SCHEMA))?.keys() ?? []) {
    for (let from: string | null | undefined; from !== null;) {
      const { rows, next } = await session.erase(SCHEMA, table, userId, from ?? null)
      removed[table] = (removed[table] ?? 0) + rows
      from = next
    }
  }
  return removed
}

describe('erasing a person from a lake', () => {
  it('leaves nothing of them, in no file and no snapshot, and everything of the others', async () => {
    const lake = new CatalogueStandIn()
    const log = shopLog(seeded(21), 100).map((event, at) =>
      at % 9 === 4 ? { ...event, userId: 'somebody@secret', previousId: event['previousId'] } : event,
    )
    const first = log.find(({ type }) => type === 'alias')
    if (first !== undefined) first['previousId'] = 'somebody@secret'
    await sync(await connect(lake), log, 20)
    expect(contents(lake).includes('somebody@secret')).toBe(true)
    const should = expected(log, 20)
    const removed = await eraseAll(lake, 'somebody@secret')
    for (const [table, rows] of should) {
      const left = [...rows.values()].filter(
        (row) => ![table === 'users' ? row['id'] : row['user_id'], row['previous_id']].includes('somebody@secret'),
      )
      expect([table, removed[table]]).toEqual([table, rows.size - left.length])
      const found = left.length === 0 ? [] : await readTable(lake, SCHEMA, table)
      expect([table, comparable(found)]).toEqual([table, comparable(left)])
    }
    expect(Object.values(removed).reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(10)
    expect(contents(lake).includes('somebody@secret')).toBe(false)
    expect(lake.metadata(SCHEMA, 'tracks').snapshots).toHaveLength(1)
    // Again: there is nobody left to remove.
    expect(Object.values(await eraseAll(lake, 'somebody@secret')).every((rows) => rows === 0)).toBe(true)
  })

  it('removes what is told of the rows that go, in no file and no snapshot, whatever fails', async () => {
    const random = seeded(24)
    const lake = new CatalogueStandIn()
    const log = shopLog(seeded(25), 60, 4)
    await sync(await connect(lake), log, 20)
    const session = await connect(lake)
    // A load a notice, so that each is a file of its own.
    const tracks = log.filter(({ type }) => type === 'track')
    for (const [at, { messageId }] of tracks.entries()) {
      const samples = [{ id: messageId, value: `secret of ${messageId}.` }]
      const discards = [{ code: 'not_castable' as const, table: 'tracks', column: 'total', count: 1, samples }]
      const from = at === 0 ? null : { seq: 2, index: at - 1 }
      const cursor = { reader: 'other', from, to: { seq: 2, index: at } }
      await session.load({ schema: SCHEMA, tables: [], upserts: [], cursor, discards })
    }
    lake.options.fate = (call) => (call === 'POST table' && random() < 0.3 ? 'conflict' : 'ok')
    const ofOthers = tracks.filter(({ userId }) => userId !== 'u1')
    expect(tracks.length - ofOthers.length).toBeGreaterThan(3)
    const parts: Erased[] = []
    for (let from: string | null | undefined; from !== null; from = parts.at(-1)?.next) {
      parts.push(await session.erase(SCHEMA, 'tracks', 'u1', from ?? null))
    }
    const removed = tracks.length - ofOthers.length
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(removed)
    expect(parts.reduce((sum, { discards = 0 }) => sum + discards, 0)).toBe(removed)
    // They go while the rows are there by which they are found.
    expect(parts.findLastIndex(({ discards = 0 }) => discards > 0)).toBeLessThan(
      parts.findIndex(({ rows }) => rows > 0),
    )
    const told = await readTable(lake, SCHEMA, '_sluice_discards')
    expect(told).toHaveLength(ofOthers.length)
    const all = contents(lake)
    for (const { messageId, userId } of tracks) {
      expect([messageId, all.includes(`secret of ${messageId}.`)]).toEqual([messageId, userId !== 'u1'])
    }
  })

  it('goes on whatever fails, and says so where older snapshots are kept by name', async () => {
    const random = seeded(22)
    const lake = new CatalogueStandIn()
    const log = shopLog(seeded(23), 80, 4)
    await sync(await connect(lake), log, 20)
    lake.options.fate = (call) => {
      const chance = random()
      return call === 'POST table' && chance < 0.3 ? 'after' : call === 'POST table' && chance < 0.5 ? 'conflict' : 'ok'
    }
    await eraseAll(lake, 'u1')
    const rows = await readTable(lake, SCHEMA, 'tracks')
    expect(rows.filter(({ user_id: userId }) => userId === 'u1')).toEqual([])
    expect(rows).toHaveLength(log.filter(({ type, userId }) => type === 'track' && userId !== 'u1').length)
    lake.options.fate = () => 'ok'
    lake.metadata(SCHEMA, 'tracks').refs['kept'] = {
      type: 'tag',
      'snapshot-id': lake.metadata(SCHEMA, 'tracks')['current-snapshot-id'],
    }
    await expect((await connect(lake)).erase(SCHEMA, 'tracks', 'u2', null)).rejects.toThrow('branch or a tag')
  })
})

describe('the connection test of a lake', () => {
  const check = (lake: CatalogueStandIn, changes: Record<string, unknown> = {}) =>
    icebergConnector(lake.context(), false).check({ ...lake.settings(), ...changes })
  const codes = async (lake: CatalogueStandIn, changes: Record<string, unknown> = {}) =>
    (await check(lake, changes)).map(({ code, ok }) => `${code} ${ok ? 'ok' : 'not'}`)
  const words = async (lake: CatalogueStandIn, changes: Record<string, unknown> = {}) =>
    (await check(lake, changes)).find(({ ok }) => !ok)?.words

  it('writes, reads and leaves nothing', async () => {
    const lake = new CatalogueStandIn()
    expect(await codes(lake)).toEqual(['catalogue ok', 'create ok', 'storage ok', 'clean ok', 'together ok'])
    expect([...lake.namespaces.keys()]).toEqual([])
    expect([...lake.bucket.files.keys()].filter((path) => path.includes('/data/'))).toEqual([])
  })

  it('says in words what is wrong', async () => {
    const lake = new CatalogueStandIn()
    expect(await words(lake, { uri: 'ftp://x' })).toBe('The address of the catalogue must begin with https://.')
    expect(await words(lake, { token: 'other' })).toBe('The catalogue does not let this token in (401): no such token')
    expect(await words(lake, { warehouse: 'other' })).toBe(
      'The catalogue knows no warehouse “other”: no such warehouse',
    )
    expect(await words(new CatalogueStandIn({ fate: () => 'silence' }))).toBe('The catalogue does not answer.')
    const keys = { accessKeyId: 'AKIDLAKE', secretAccessKey: 'wrong' }
    expect(await words(new CatalogueStandIn({ vends: false }), keys)).toMatch(
      /^A file of the lake could not be written: the storage says 403, the signature does not match/,
    )
    const without = { accessKeyId: undefined, secretAccessKey: undefined }
    expect(await words(new CatalogueStandIn({ vends: false }), without)).toMatch(/^The catalogue hands out no keys/)
    expect(await words(new CatalogueStandIn({ storage: 'https://10.0.0.7' }))).toBe(
      'The address of the catalogue’s storage, https://10.0.0.7, must be a public host: private, local and reserved addresses are refused.',
    )
    expect((await check(new CatalogueStandIn({ transactional: false }))).at(-1)?.words).toMatch(/table by table/)
  })
})
