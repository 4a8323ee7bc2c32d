import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { icebergConnector } from '../../../src/connectors/index.ts'
import { CatalogueStandIn } from './catalogue.ts'
import { readTable } from './readers.ts'
import { shopLog } from './shop.ts'
import { comparable, connect, expected, SCHEMA, seeded, sync } from './world.ts'

/** Whether a text is anywhere in the bucket, in files of Parquet too, whose pages are gzip. */
function isAnywhere(lake: CatalogueStandIn, text: string): boolean {
  const wanted = Buffer.from(text)
  return [...lake.bucket.files.values()].some((file) => {
    const bytes = Buffer.from(file)
    if (bytes.includes(wanted)) return true
    for (let at = bytes.indexOf('1f8b08', 0, 'hex'); at >= 0; at = bytes.indexOf('1f8b08', at + 1, 'hex')) {
      try {
        if (gunzipSync(bytes.subarray(at), { finishFlush: 2 }).includes(wanted)) return true
      } catch {
        // Not the beginning of a page.
      }
    }
    return false
  })
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
    expect(isAnywhere(lake, 'somebody@secret')).toBe(true)
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
    expect(isAnywhere(lake, 'somebody@secret')).toBe(false)
    expect(lake.metadata(SCHEMA, 'tracks').snapshots).toHaveLength(1)
    // Again: there is nobody left to remove.
    expect(Object.values(await eraseAll(lake, 'somebody@secret')).every((rows) => rows === 0)).toBe(true)
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
