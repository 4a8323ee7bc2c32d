import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WarehouseSession } from '../../../src/connectors/index.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import { eventOf, track } from '../tables/event.ts'
import { connector, SCHEMA, settingsOf, sync } from './sync.ts'

let database: TestDatabase
let session: WarehouseSession
beforeAll(async () => {
  database = await openDatabase()
  session = await connector.open(settingsOf(database))
})
beforeEach(() => database.query(`drop schema if exists ${SCHEMA} cascade`))
afterAll(async () => {
  await session.end()
  await database.end()
})

const identify = (userId: string, traits: object, more: object = {}) =>
  eventOf({ type: 'identify', userId, traits, ...more })
const users = (columns: string) => database.query(`select ${columns} from ${SCHEMA}.users order by id`)
const count = async (table: string) =>
  Number((await database.query<{ n: string }>(`select count(*) as n from ${SCHEMA}.${table}`))[0]?.n)

describe('rows, by the vectors of the reference', () => {
  it('57: the same messageId twice, in one load or in two, is one row; the first wins', async () => {
    const [first, second] = [track({ n: 1 }), track({ n: 2 })].map((event) => ({ ...event, messageId: 'm' }))
    expect((await sync(session, [first, second] as never)).inserted).toEqual({ tracks: 1, thing_done: 1 })
    expect((await sync(session, [second] as never)).inserted).toEqual({})
    expect(await database.query(`select id, n from ${SCHEMA}.thing_done`)).toEqual([{ id: 'm', n: '1' }])
  })

  it.each(['one', 'two'])('58: what is absent clears nothing, in %s', async (chunks) => {
    const [first, second] = [identify('u1', { plan: 'a', seats: 1 }), identify('u1', { plan: 'b' })]
    if (chunks === 'one') await sync(session, [first, second])
    else for (const one of [first, second]) await sync(session, [one])
    expect(await count('identifies')).toBe(2)
    expect(await users('id, plan, seats')).toEqual([{ id: 'u1', plan: 'b', seats: '1' }])
  })

  it('59: null clears nothing either', async () => {
    await sync(session, [identify('u1', { seats: 1, plan: 'a' })])
    await sync(session, [identify('u1', { seats: null, plan: 'b' })])
    expect(await users('plan, seats')).toEqual([{ plan: 'b', seats: '1' }])
  })

  it('60: what was received last stays, whatever is loaded first', async () => {
    const [first, second] = [identify('u1', { plan: 'a', seats: 1 }), identify('u1', { plan: 'b' })]
    // By its own clock the second came before.
    second.timestamp = '2020-01-01T00:00:00.000Z'
    await sync(session, [second])
    await sync(session, [first], { reader: 'backfill:b1' })
    const receivedAt = new Date(second.receivedAt)
    expect(await users('plan, seats, received_at')).toEqual([{ plan: 'b', seats: '1', received_at: receivedAt }])
  })

  it('60: also where identifies are not loaded', async () => {
    const selection = (table: string) => table === 'users'
    const [first, second, third] = [
      identify('u1', { plan: 'a', seats: 1 }),
      identify('u1', { plan: 'b' }),
      identify('u1', { city: 'Oslo' }),
    ]
    await sync(session, [second, third], { selection })
    await sync(session, [first], { selection, reader: 'backfill:b1' })
    expect(await users('plan, seats, city')).toEqual([{ plan: 'b', seats: '1', city: 'Oslo' }])
    await expect(count('identifies')).rejects.toThrow('does not exist')
  })

  it('60: received at one moment, the later by its own clock counts', async () => {
    const [first, second] = [identify('u1', { plan: 'a' }), identify('u1', { plan: 'b' })]
    second.receivedAt = first.receivedAt
    first.timestamp = '2026-01-01T00:00:00.001Z'
    second.timestamp = '2026-01-01T00:00:00.000Z'
    await sync(session, [first, second])
    expect(await users('plan')).toEqual([{ plan: 'a' }])
  })

  it('61, 62, 63: no users of the unidentified; accounts by group', async () => {
    const anonymous = eventOf({ type: 'identify', userId: undefined, anonymousId: 'a1', traits: { plan: 'x' } })
    delete anonymous.userId
    await sync(session, [anonymous, eventOf({ type: 'group', groupId: 'g1', traits: { name: 'Acme' } })])
    await sync(session, [eventOf({ type: 'group', groupId: 'g1', traits: { size: 3 } })])
    expect(await count('identifies')).toBe(1)
    await expect(count('users')).rejects.toThrow('does not exist')
    expect(await database.query(`select id, name, size from ${SCHEMA}.accounts`)).toEqual([
      { id: 'g1', name: 'Acme', size: '3' },
    ])
  })

  it('65, 66: what is replayed is not loaded again; what comes late is a row as any other', async () => {
    const [one, late] = [track({ n: 1 }), track({ n: 2 })]
    late.timestamp = '2025-01-01T00:00:00.000Z'
    await sync(session, [one])
    expect((await sync(session, [late, one])).inserted).toEqual({ tracks: 1, thing_done: 1 })
    expect(await count('thing_done')).toBe(2)
  })

  it('67: a table dropped by hand is made again with what comes from then on', async () => {
    await sync(session, [track({ n: 1 })])
    await database.query(`drop table ${SCHEMA}.thing_done`)
    await sync(session, [track({ n: 2 })])
    expect(await database.query(`select n from ${SCHEMA}.thing_done`)).toEqual([{ n: '2' }])
    expect(await count('tracks')).toBe(2)
  })

  it('68: types changed by hand are kept, and what comes is cast to them', async () => {
    await sync(session, [track({ n: 1, code: 'abcdef', at: '2026-01-02T03:04:05.678Z', obj: [1] })])
    await database.query(`alter table ${SCHEMA}.thing_done alter n type numeric(6, 2), alter code type varchar(3) using 'abc',
      alter at type date, alter obj type jsonb using obj::jsonb`)
    const { plan } = await sync(session, [
      track({ n: 2.256, code: '12345', at: '2026-02-03T23:59:59Z', obj: { sku: 1 } }),
    ])
    expect(
      await database.query(`select n, code, at::text, obj from ${SCHEMA}.thing_done order by n desc limit 1`),
    ).toEqual([{ n: '2.25', code: '123', at: '2026-02-03', obj: null }])
    expect(plan.notices.map(({ code, column }) => [code, column])).toEqual([
      ['fraction_lost', 'n'],
      ['text_cut', 'code'],
    ])
    await sync(session, [track({ n: 3, obj: [{ sku: 'A\u0000' }] })])
    expect(await database.query(`select obj from ${SCHEMA}.thing_done where n = 3`)).toEqual([{ obj: [{ sku: 'A' }] }])
  })

  it('69: a column that a view needs does not keep others from being added', async () => {
    await sync(session, [track({ n: 1 })])
    await database.query(`create view ${SCHEMA}.v as select n from ${SCHEMA}.thing_done`)
    await sync(session, [track({ n: 2, more: true })])
    expect(await database.query(`select n, more from ${SCHEMA}.thing_done order by n`)).toEqual([
      { n: '1', more: null },
      { n: '2', more: true },
    ])
  })

  it('70: a person is removed from every table, in aliases by both names', async () => {
    await sync(session, [
      identify('u1', { plan: 'a' }),
      identify('u2', { plan: 'b' }),
      track({ n: 1 }),
      eventOf({ type: 'track', event: 'Thing Done', userId: 'u2', properties: { n: 2 } }),
      eventOf({ type: 'alias', userId: 'u2', previousId: 'u1' }),
      eventOf({ type: 'alias', userId: 'u1', previousId: 'x' }),
      eventOf({ type: 'alias', userId: 'u2', previousId: 'x' }),
    ])
    const erased: Record<string, number> = {}
    for (const table of (await session.catalogue(SCHEMA))?.keys() ?? []) {
      const { rows, next } = await session.erase(SCHEMA, table, 'u1', null)
      expect(next).toBeNull()
      erased[table] = rows
      expect((await session.erase(SCHEMA, table, 'u1', null)).rows).toBe(0)
    }
    expect(erased).toEqual({ aliases: 2, identifies: 1, thing_done: 1, tracks: 1, users: 1 })
    expect(await users('id')).toEqual([{ id: 'u2' }])
    expect(await count('aliases')).toBe(1)
  })
})
