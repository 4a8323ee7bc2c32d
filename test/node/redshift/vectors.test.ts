import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Cursor, WarehouseSession } from '../../../src/connectors/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { type Client, RedshiftStandIn, SETTINGS } from '../../redshift/stand-in.ts'
import { eventOf, track } from '../tables/event.ts'
import { rowsOfAll, SCHEMA, sync } from './world.ts'

let database: TestDatabase
let world: RedshiftStandIn
let client: Client
let session: WarehouseSession
beforeAll(async () => {
  database = await openDatabase()
  world = new RedshiftStandIn(database)
})
afterAll(async () => {
  await world.end()
  await database.end()
})
let loads = 0
beforeEach(async () => {
  await database.query(`drop schema if exists ${SCHEMA} cascade`)
  loads = 0
  client = world.client()
  session = await client.connector.open(SETTINGS)
})

const at = (seq: number): Cursor => ({ seq, index: 0 })
async function bring(...events: SpecEvent[]): Promise<string[]> {
  const cursor = { from: loads === 0 ? null : at(loads), to: at(++loads) }
  const { loaded, notices } = await sync(session, client.connector.limits, events, cursor)
  expect(loaded.state).toBe('loaded')
  return notices.map(({ code, table, column, count }) => `${code} ${table}.${column ?? ''} ×${count}`)
}
const rows = async (table: string) => (await rowsOfAll(database))[table] ?? []
const columnsOf = async (table: string) => (await session.catalogue(SCHEMA))?.get(table)

/** By the numbers of what becomes of an event, where Redshift differs. */
describe('what becomes of events in Redshift', () => {
  it('15, 16: names that Redshift reserves are escaped', async () => {
    await bring(track({ timestamp: 'x', open: 1, tag: 2, new: 3, percent: 4, order: 5 }, 'Select'))
    expect(await rows('_select')).toMatchObject([
      { _timestamp: 'x', _open: '1', _tag: '2', _new: '3', _percent: '4', _order: '5' },
    ])
  })

  it('20: a name of 70 characters stays whole', async () => {
    const name = 'n'.repeat(70)
    await bring(track({ [name]: 1 }))
    expect((await columnsOf('thing_done'))?.has(name)).toBe(true)
  })

  it('21, 22: names longer than 127 bytes are cut with an ending of their own', async () => {
    const [one, two] = ['a', 'b'].map((end) => 'n'.repeat(127) + end) as [string, string]
    await bring(track({ [one]: 1, [two]: 2, ['m'.repeat(127)]: 3 }))
    const names = [...((await columnsOf('thing_done'))?.keys() ?? [])].filter((name) => /^[mn]{50}/.test(name))
    expect(names.map((name) => name.length)).toEqual([127, 127, 127])
    expect(new Set(names).size).toBe(3)
    expect(await rows('thing_done')).toHaveLength(1)
  })

  it('23: a hostile name is only ever a name', async () => {
    await bring(track({ [`x" text);copy (select '') to program 'id';--`]: 1 }, `"; drop table tracks; --`))
    expect((await columnsOf('drop_table_tracks'))?.has('x_text_copy_select_to_program_id')).toBe(true)
  })

  it('25–33: types', async () => {
    await bring(
      track({ whole: 1, double: 1.5, text: '1', yes: true, list: [1, 'ä'], time: '2022-10-05T14:48:00.123Z' }),
    )
    expect([...((await columnsOf('thing_done'))?.values() ?? [])].slice(-6).map(({ declared }) => declared)).toEqual([
      'bigint',
      'double precision',
      'character varying(512)',
      'boolean',
      'character varying(512)',
      'timestamp without time zone',
    ])
    expect(await rows('thing_done')).toMatchObject([
      { whole: '1', double: 1.5, text: '1', yes: true, list: '[1,"ä"]', time: new Date('2022-10-05T14:48:00.123Z') },
    ])
  })

  it('36: integers up to the last stay whole, beyond they are doubles', async () => {
    await bring(
      eventOf(
        `{"type":"track","event":"Thing Done","properties":{"n":9223372036854775807,"low":-9223372036854775808,"d":1e300}}`,
      ),
    )
    expect(await rows('thing_done')).toMatchObject([
      { n: '9223372036854775807', low: '-9223372036854775808', d: 1e300 },
    ])
  })

  it('46, 47, 51–53: texts arrive as they are', async () => {
    const odd = { empty: '', nul: 'a\u0000b', half: 'x\ud800y', signs: 'test 😆\t\n\\ \\. "\' \\N', null_word: '\\N' }
    const notices = await bring(track(odd))
    expect(await rows('thing_done')).toMatchObject([
      { empty: '', nul: 'ab', half: 'x\ufffdy', signs: odd.signs, null_word: '\\N' },
    ])
    expect(notices).toContain('text_cleaned thing_done.nul ×1')
  })

  it('54: a text is cut at 512 bytes, on the border of a character, with a notice; a wider column takes more', async () => {
    const long = `a${'ä'.repeat(50_000)}`
    const fits = 'x'.repeat(512)
    expect(await bring(track({ long, fits }))).toEqual(['text_cut thing_done.long ×1'])
    expect(await rows('thing_done')).toMatchObject([{ long: `a${'ä'.repeat(255)}`, fits }])
    await database.query(`alter table ${SCHEMA}.thing_done alter column long type character varying(2000)`)
    expect(await bring(track({ long }))).toEqual(['text_cut thing_done.long ×1'])
    expect((await rows('thing_done'))[1]).toMatchObject({ long: `a${'ä'.repeat(999)}` })
  })

  it('54: an owner who widens a trait keeps users as narrow as they are', async () => {
    const bio = 'b'.repeat(600)
    await bring(eventOf({ type: 'identify', userId: 'u1', traits: { bio } }))
    await database.query(`alter table ${SCHEMA}.identifies alter column bio type character varying(1000)`)
    await bring(eventOf({ type: 'identify', userId: 'u1', traits: { bio: `${bio}!` } }))
    expect(await rows('identifies')).toMatchObject([{ bio: bio.slice(0, 512) }, { bio: `${bio}!` }])
    expect(await rows('users')).toMatchObject([{ bio: bio.slice(0, 512) }])
  })

  it('55: of 2 000 properties the first columns up to 1 500 are made, the others are notices', async () => {
    const properties = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`p_${n}`, true]))
    const notices = await bring(track(properties))
    const columns = await columnsOf('thing_done')
    expect(columns?.size).toBe(1_500)
    expect(notices.every((notice) => notice.startsWith('too_many_columns'))).toBe(true)
    const [row] = await rows('thing_done')
    expect(row).toMatchObject({ p_0: true, p_1000: true })
    expect(await bring(track({ p_0: false, p_1999: true }))).toEqual(['too_many_columns thing_done.p_1999 ×1'])
    expect((await rows('thing_done'))[1]).toMatchObject({ p_0: false })
  })

  it('57–59, 61: one row an id, and users that nothing absent clears', async () => {
    const identify = (traits: object, more: object = {}) => eventOf({ type: 'identify', userId: 'u1', traits, ...more })
    const first = identify({ a: 1, b: 1 })
    await bring(first, first, identify({ a: 2 }), identify({ b: null }))
    await bring(
      first,
      identify({ c: 1 }),
      eventOf({ type: 'identify', userId: null, anonymousId: 'x', traits: { a: 9 } }),
    )
    expect(await rows('identifies')).toHaveLength(5)
    expect(await rows('users')).toMatchObject([{ id: 'u1', a: '2', b: '1', c: '1' }])
  })
})

describe('names that together are longer than a statement', () => {
  it('are left out with a notice, and the others loaded', async () => {
    const columns = Array.from({ length: 1_000 }, (_, n) => ({
      name: `${'n'.repeat(110)}_${n}`,
      type: 'boolean' as const,
    }))
    const id = { name: 'id', type: 'text' as const }
    await session.extend(SCHEMA, [{ table: 'wide', columns: [id, ...columns] }])
    const loaded = await session.load({
      schema: SCHEMA,
      tables: [{ table: 'wide', columns: [id, ...columns], rows: [['m1', ...columns.map(() => 't')]] }],
      upserts: [],
      cursor: { reader: 'sync', from: null, to: at(1) },
    })
    expect(loaded).toMatchObject({ state: 'loaded', inserted: { wide: 1 } })
    const lost = loaded.state === 'loaded' ? loaded.notices : []
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.every(({ code }) => code === 'too_many_columns')).toBe(true)
  })
})
