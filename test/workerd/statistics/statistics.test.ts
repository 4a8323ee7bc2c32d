import { describe, expect, it } from 'vitest'
import { placeOfCursor } from '../../../src/settings/index.ts'
import { SCHEMA_SORTS, type SchemaQuery } from '../../../src/statistics/index.ts'
import { DAY, HOUR, type Rig, T0, track, withStatistics } from './rig.ts'

const WEEK = { step: 'hour' as const, from: T0 - 7 * DAY, until: T0 + DAY }
/** Of a list all of it. */
const ALL = { count: 10_000 }
const day = { step: 'day' as const, from: T0 - 400 * DAY, until: T0 + 400 * DAY }

/** What the figures of the source's intake come to: the sum of all that was ever counted is the same. */
async function expectCaughtUp({ statistics, intake }: Rig) {
  const { arrived, progress } = await statistics.totals()
  const { requests, received, duplicates, rejected, archived } = intake.counters()
  expect(arrived).toMatchObject({ requests, received, duplicates, rejected, archived })
  expect(progress.caughtUp).toBe(true)
}

async function schemaOf({ statistics }: Rig) {
  const { events } = await statistics.schema({ sort: 'name', page: ALL })
  return Object.fromEntries(
    events.lines.map(({ type, name, total }) => [name === null ? type : `${type} ${name}`, total]),
  )
}

describe('what came in', () => {
  it('is counted by hour and day, type and name, and comes to the figures of the intake', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid'), track('Paid'), { type: 'identify', traits: {} }], {
        received: 5,
        duplicates: 2,
        rejected: { bad_request: 1 },
      })
      rig.now += HOUR
      await rig.commit([track('Paid'), { type: 'page', name: 'Home' }])
      await rig.commit([], { rejected: { bad_request: 2, event_not_defined: 1 } })
      await rig.run()
      await expectCaughtUp(rig)
      const { points } = await rig.statistics.arrived(WEEK)
      expect(points).toEqual([
        {
          at: T0,
          value: {
            requests: 1,
            received: 5,
            duplicates: 2,
            rejected: { bad_request: 1 },
            archived: 3,
            unreadable: 0,
            types: { track: 2, identify: 1 },
          },
        },
        {
          at: T0 + HOUR,
          value: {
            requests: 2,
            received: 2,
            duplicates: 0,
            rejected: { bad_request: 2, event_not_defined: 1 },
            archived: 2,
            unreadable: 0,
            types: { track: 1, page: 1 },
          },
        },
      ])
      const days = await rig.statistics.arrived(day)
      expect(days.points).toMatchObject([
        { at: Date.UTC(2030, 0, 1), value: { requests: 3, received: 7, archived: 5 } },
      ])
      const named = await rig.statistics.named({ ...WEEK, from: T0 })
      expect(named.points[0]?.value).toEqual([
        { type: 'track', name: 'Paid', events: 2 },
        { type: 'identify', name: null, events: 1 },
      ])
      expect(await schemaOf(rig)).toEqual({ identify: 1, 'page Home': 1, 'track Paid': 3 })
    })
  })

  it('is counted when somebody looks, without an alarm', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid')])
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 1 })
      await rig.commit([track('Paid')])
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 2 })
    })
  })

  it('is counted once, wherever the object dies, and however often its alarm rings', async () => {
    const dials = { portionChunks: 1, portionProperties: 3, stepChunks: 2 }
    await withStatistics(
      async (rig) => {
        const events: string[] = []
        for (let batch = 0; batch < 5; batch++) {
          const some = Array.from({ length: 40 }, (_, n) => `E${(batch * 40 + n) % 17}`)
          events.push(...some)
          // 100 KB of text are a chunk: each batch has several.
          await rig.commit(
            some.map((name) => track(name, { [`p${name}`]: 'x'.repeat(9_000) })),
            { rejected: { bad_request: batch } },
          )
        }
        const expected: Record<string, number> = {}
        for (const name of events) expected[`track ${name}`] = (expected[`track ${name}`] ?? 0) + 1
        let deaths = 0
        for (let after = 0; ; after = (after + 1) % 3) {
          rig.dieAfter = after
          await rig.statistics.alarm()
          if (rig.dieAfter >= 0) break
          deaths++
          // As after an eviction: only what is stored is known.
          rig.reopen()
        }
        expect(deaths).toBeGreaterThan(5)
        rig.dieAfter = Infinity
        await rig.run()
        await Promise.all([rig.statistics.alarm(), rig.statistics.alarm(), rig.statistics.totals()])
        expect(await schemaOf(rig)).toEqual(expected)
        await expectCaughtUp(rig)
      },
      { dials },
    )
  })

  it('is the same from two instances that work at the same time', async () => {
    await withStatistics(async (rig) => {
      const first = rig.statistics
      for (let n = 0; n < 5; n++) await rig.commit([track('Paid')])
      const second = rig.reopen()
      await Promise.all([first.alarm(), second.alarm()])
      // Whoever stored last has the place that goes with its counts.
      rig.reopen()
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 5 })
      await expectCaughtUp(rig)
    })
  })

  it('goes on over the border of a segment of the log', async () => {
    await withStatistics(
      async (rig) => {
        await rig.commit([track('One')])
        await rig.run()
        for (let n = 0; n < 6; n++) await rig.commit([track('Two'), track('Three')])
        rig.now += HOUR
        await rig.intake.alarm()
        await rig.intake.alarm()
        expect(rig.intake.log({ seq: 2 })).toHaveProperty('segment')
        await rig.commit([track('Four')])
        await rig.run()
        expect(await schemaOf(rig)).toEqual({ 'track Four': 1, 'track One': 1, 'track Three': 6, 'track Two': 6 })
        await expectCaughtUp(rig)
      },
      { intake: { segmentRows: 3, liveMs: HOUR / 2, segmentsAtOnce: 10 } },
    )
  })

  it('begins thirty days ago where a log is older, and its sum has what was before all the same', async () => {
    await withStatistics(async (rig) => {
      for (let n = 0; n < 3; n++) await rig.commit([track('Old')], { rejected: { bad_request: 1 } })
      rig.now += 40 * DAY
      await rig.commit([track('New')])
      await rig.run()
      expect(await schemaOf(rig)).toEqual({ 'track New': 1 })
      await expectCaughtUp(rig)
      expect((await rig.statistics.totals()).progress.since).toBe(new Date(T0 + 40 * DAY).toISOString())
    })
    await withStatistics(async (rig) => {
      await rig.commit([track('Old')])
      rig.now += 40 * DAY
      await rig.run()
      expect(await schemaOf(rig)).toEqual({})
      await expectCaughtUp(rig)
      await rig.commit([track('New')])
      expect(await schemaOf(rig)).toEqual({ 'track New': 1 })
      await expectCaughtUp(rig)
    })
  })

  it('is kept by the hour for 32 days and by the day for 400, and the sum stays', async () => {
    await withStatistics(async (rig) => {
      for (const days of [0, 33, 380]) {
        rig.now = T0 + days * DAY
        await rig.commit([track('Paid')])
        await rig.run()
      }
      const all = { from: 0, until: T0 + 1_000 * DAY }
      expect((await rig.statistics.arrived({ step: 'hour', ...all })).points).toHaveLength(1)
      expect((await rig.statistics.arrived({ step: 'day', ...all })).points).toHaveLength(3)
      rig.now = T0 + 420 * DAY
      await rig.commit([track('Paid')])
      await rig.run()
      expect((await rig.statistics.arrived({ step: 'day', ...all })).points).toHaveLength(3)
      await expectCaughtUp(rig)
    })
  })
})

describe('what cannot be read', () => {
  it('is passed and counted: an object that is gone, one that is damaged, a line that is none', async () => {
    await withStatistics(async (rig) => {
      const gone = await rig.commit([track('Gone'), track('Gone')])
      const damaged = await rig.commit([track('Damaged')])
      await rig.commit([track('Paid')])
      await rig.archive.delete(gone ?? '')
      const { size = 0 } = (await rig.archive.head(damaged ?? '')) ?? {}
      await rig.archive.put(damaged ?? '', new Uint8Array(size))
      await rig.run()
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 1 })
      expect((await rig.statistics.totals()).arrived).toMatchObject({ archived: 4, unreadable: 3, types: { track: 1 } })
      await expectCaughtUp(rig)
    })
  })

  it('is passed after some tries, and counted: a segment of the log that is lost', async () => {
    await withStatistics(
      async (rig) => {
        await rig.commit([track('One')])
        await rig.run()
        for (let n = 0; n < 6; n++) await rig.commit([track('Two'), track('Three')], { rejected: { bad_request: 1 } })
        rig.now += HOUR
        await rig.intake.alarm()
        await rig.intake.alarm()
        const { objects } = await rig.archive.list({ prefix: `log/${rig.source}/` })
        expect(objects).toHaveLength(2)
        // The second of them is damaged.
        await rig.archive.delete(objects[0]?.key ?? '')
        await rig.archive.put(objects[1]?.key ?? '', new Uint8Array(10))
        await rig.commit([track('Four')])
        for (let tries = 0; tries < 4; tries++) await rig.statistics.alarm()
        expect((await rig.statistics.totals()).progress.caughtUp).toBe(false)
        await rig.run()
        expect(await schemaOf(rig)).toEqual({ 'track Four': 1, 'track One': 1, 'track Three': 1, 'track Two': 1 })
        const { arrived } = await rig.statistics.totals()
        expect(arrived).toMatchObject({
          archived: 14,
          types: { track: 4 },
          unreadable: 10,
          rejected: { bad_request: 6 },
        })
        expect(rig.logged).toContain('a lost segment of the log is passed')
        await expectCaughtUp(rig)
      },
      { intake: { segmentRows: 3, liveMs: HOUR / 2, segmentsAtOnce: 10 } },
    )
  })

  it('is waited for while R2 does not answer, and counted then', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid')])
      rig.archive = { get: () => Promise.reject(new Error('R2 is down')) } as unknown as R2Bucket
      rig.reopen()
      await rig.statistics.alarm()
      expect(rig.logged).toContain('statistics wait')
      expect(rig.alarms.at(-1)).toBe(rig.now + 5_000)
      await rig.statistics.alarm()
      expect((await rig.statistics.totals()).progress.caughtUp).toBe(false)
    })
  })
})

describe('the schema', () => {
  it('has properties and traits by path, with types, first and last time and an example', async () => {
    await withStatistics(async (rig) => {
      const products = [{ sku: 'a', price: 1 }, { sku: 'b', price: '2' }, null]
      await rig.commit([track('Order', { total: 12.5, coupon: null, products, shipping: { to: { city: 'Ulm' } } })])
      rig.now += HOUR
      await rig.commit([track('Order', { total: '13', password: 'hunter2', note: 'n'.repeat(200) })])
      await rig.commit([{ type: 'identify', traits: { plan: 'pro' } }])
      const order = await rig.statistics.event('track', 'Order')
      const at = (n: number) => T0 + n * HOUR
      const once = { events: 1, first: at(0), last: at(0) }
      const late = { events: 1, first: at(1), last: at(1) }
      expect(order).toMatchObject({ total: 2, day: 2, week: 2, first: at(0), last: at(1), otherProperties: 0 })
      expect(order?.properties).toEqual([
        { path: 'total', events: 2, types: { number: 1, string: 1 }, first: at(0), last: at(1), example: '13' },
        { path: 'coupon', ...once, types: { null: 1 } },
        { path: 'note', ...late, types: { string: 1 }, example: `${'n'.repeat(99)}…` },
        { path: 'password', ...late, types: { string: 1 } },
        { path: 'products', ...once, types: { array: 1 } },
        { path: 'products.$', ...once, types: { object: 1, null: 1 } },
        { path: 'products.$.price', ...once, types: { number: 1, string: 1 }, example: '2' },
        { path: 'products.$.sku', ...once, types: { string: 1 }, example: 'b' },
        { path: 'shipping', ...once, types: { object: 1 } },
        { path: 'shipping.to', ...once, types: { object: 1 } },
        { path: 'shipping.to.city', ...once, types: { string: 1 }, example: 'Ulm' },
      ])
      const identify = await rig.statistics.event('identify', null)
      expect(identify?.properties.map(({ path, example }) => [path, example])).toEqual([['plan', 'pro']])
      expect(await rig.statistics.event('track', 'None')).toBeNull()
    })
  })

  it('takes names that are none of JavaScript’s for names', async () => {
    await withStatistics(async (rig) => {
      const properties = JSON.parse('{"__proto__":1,"constructor":{"__proto__":"x"},"toString":true}') as object
      await rig.commit([track('__proto__', properties), track('constructor'), { type: 'page', name: '' }])
      rig.reopen()
      expect(await schemaOf(rig)).toEqual({ 'page ': 1, 'track __proto__': 1, 'track constructor': 1 })
      const one = await rig.statistics.event('track', '__proto__')
      expect(one?.properties.map(({ path }) => path)).toEqual([
        '__proto__',
        'constructor',
        'constructor.__proto__',
        'toString',
      ])
    })
  })

  it('counts the last 24 hours and 7 days, and forgets which hours were before', async () => {
    await withStatistics(async (rig) => {
      for (const hours of [0, 5 * 24, 6 * 24 + 12, 7 * 24 - 1]) {
        rig.now = T0 + hours * HOUR
        await rig.commit([track('Paid')])
      }
      const of = async () => (await rig.statistics.schema({ sort: 'name', page: ALL })).events.lines[0]
      expect(await of()).toMatchObject({ total: 4, day: 2, week: 4 })
      rig.now = T0 + 8 * DAY
      await rig.commit([track('Paid')])
      expect(await of()).toMatchObject({ total: 5, day: 1, week: 4, first: T0, last: rig.now })
      expect((await rig.statistics.event('track', 'Paid'))?.hours).toHaveLength(4)
    })
  })

  it('tells so many names and properties apart, and counts the others', async () => {
    const bounds = { names: 3, properties: 2, namesOfStep: 2, toolsOfStep: 1, nameMs: 90 * DAY }
    await withStatistics(
      async (rig) => {
        await rig.commit(['A', 'B', 'A', 'C', 'D', 'D', 'E'].map((name) => track(name, { x: 1, y: 2, z: name })))
        await rig.commit([track('D'), track('A', { z: 'late', x: 2 })])
        const { events, known, others } = await rig.statistics.schema({ sort: 'name', page: ALL })
        expect(events.lines.map(({ name, total }) => [name, total])).toEqual([
          ['A', 3],
          ['B', 1],
          ['C', 1],
        ])
        expect([known, others]).toEqual([3, 4])
        const a = await rig.statistics.event('track', 'A')
        expect(a?.properties.map(({ path, events }) => [path, events])).toEqual([
          ['x', 3],
          ['y', 2],
        ])
        expect(a?.otherProperties).toBe(3)
        const { points } = await rig.statistics.named({ ...WEEK })
        expect(points[0]?.value.map(({ name, events }) => [name, events])).toEqual([
          ['A', 3],
          ['B', 1],
        ])
        expect((await rig.statistics.arrived(WEEK)).points[0]?.value.types).toEqual({ track: 9 })
        // What nobody has sent for ninety days makes room.
        rig.now += 91 * DAY
        await rig.commit([track('New')])
        const later = await rig.statistics.schema({ sort: 'name', page: ALL })
        expect(later.events.lines.map(({ name }) => name)).toEqual(['New'])
        expect([later.known, later.others]).toEqual([1, 9])
        await expectCaughtUp(rig)
      },
      { dials: { bounds } },
    )
  })

  it('holds 4,000 names of 300 properties at its real bounds', { timeout: 120_000 }, async () => {
    await withStatistics(async (rig) => {
      const wide = Object.fromEntries(Array.from({ length: 320 }, (_, n) => [`p${n}`, n]))
      await rig.commit([track('Wide', wide)])
      for (let from = 0; from < 4_010; from += 802) {
        await rig.commit(Array.from({ length: 802 }, (_, n) => track(`Name ${from + n}`)))
      }
      await rig.run()
      const { known, others, events } = await rig.statistics.schema({ sort: 'total', page: ALL })
      expect([known, others, events.total]).toEqual([4_000, 11, 4_000])
      const details = await rig.statistics.event('track', 'Wide')
      expect([details?.properties.length, details?.otherProperties]).toEqual([300, 20])
      await expectCaughtUp(rig)
    })
  })

  it('is found by a part of the name or type, and sorted', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Signed Up'), track('Paid'), track('Paid'), { type: 'page', name: 'Sign in' }])
      const names = async (query: Omit<SchemaQuery, 'page'>) =>
        (await rig.statistics.schema({ ...query, page: ALL })).events.lines.map(({ name }) => name)
      expect(await names({ sort: 'total', text: 'SIGN' })).toEqual(['Sign in', 'Signed Up'])
      expect(await names({ sort: 'total' })).toEqual(['Paid', 'Sign in', 'Signed Up'])
      expect(await names({ sort: 'name', type: 'page' })).toEqual(['Sign in'])
      expect(await names({ sort: 'name', text: 'track' })).toEqual(['Paid', 'Signed Up'])
      for (const sort of SCHEMA_SORTS) {
        const whole = await rig.statistics.schema({ sort, page: ALL })
        const first = await rig.statistics.schema({ sort, page: { count: 2 } })
        const rest = await rig.statistics.schema({
          sort,
          page: { count: 2, from: placeOfCursor(first.events.next ?? '') },
        })
        expect([sort, ...first.events.lines, ...rest.events.lines]).toEqual([sort, ...whole.events.lines])
        expect([rest.events.total, rest.events.earlier]).toEqual([3, 2])
      }
    })
  })
})

describe('tools on devices', () => {
  it('are counted by what each event says of them', async () => {
    await withStatistics(async (rig) => {
      const page = (_metadata?: object) => ({
        type: 'page',
        name: 'Home',
        channel: 'client',
        ...(_metadata && { _metadata }),
      })
      await rig.commit([
        page({ bundled: ['Heap', 'Segment.io'], unbundled: ['Braze'], failedInitializations: [] }),
        page({ bundled: ['Heap', '__proto__'], unbundled: [], failedInitializations: ['Heap'] }),
        { ...page({ bundled: ['Heap'] }), type: 'track', event: 'E' },
        page(),
        // What a server repeats of a device is not the device's word.
        { ...page({ bundled: ['Heap'] }), channel: 'server' },
      ])
      const { said, tools } = await rig.statistics.tools(WEEK)
      const counts = (loaded: number, failed: number, left: number) => ({ loaded, failed, left })
      expect(said).toEqual({ events: 3, views: 2 })
      expect(tools).toEqual([
        { name: 'Heap', events: counts(2, 1, 0), views: counts(1, 1, 0) },
        { name: 'Braze', events: counts(0, 0, 1), views: counts(0, 0, 1) },
        { name: '__proto__', events: counts(1, 0, 0), views: counts(1, 0, 0) },
      ])
    })
  })
})

describe('usage', () => {
  it('is published at once, then every five minutes at most while something comes, and never when nothing does', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid')], { rejected: { bad_request: 2 } })
      await rig.run()
      const users = { identified: 1, anonymous: 0, anonymousIdentified: 0 }
      const first = {
        day: Math.floor(T0 / DAY),
        requests: 1,
        received: 1,
        duplicates: 0,
        rejected: 2,
        archived: 1,
        ...users,
      }
      expect(rig.published).toEqual([[first]])
      expect(rig.alarms).toEqual([])
      rig.now += 60_000
      await rig.commit([track('Paid')])
      await rig.statistics.alarm()
      expect(rig.published).toHaveLength(1)
      expect(rig.alarms).toEqual([T0 + 5 * 60_000])
      rig.reopen()
      rig.now = T0 + 5 * 60_000
      rig.alarms.length = 0
      await rig.statistics.alarm()
      expect(rig.published[1]).toEqual([{ ...first, requests: 2, received: 2, archived: 2 }])
      expect(rig.alarms).toEqual([])
    })
  })

  it('is published later when D1 does not answer, and counting goes on', async () => {
    await withStatistics(async (rig) => {
      rig.publish = () => Promise.reject(new Error('D1 is down'))
      await rig.commit([track('Paid')])
      await rig.statistics.alarm()
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 1 })
      expect(rig.logged).toContain('usage not published')
      rig.publish = () => Promise.resolve(true)
      rig.now += 5 * 60_000
      await rig.statistics.alarm()
      expect(rig.published).toHaveLength(1)
    })
  })

  it('has what was counted while it was being written the next time', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid')])
      rig.publish = async () => {
        rig.publish = () => Promise.resolve(true)
        await rig.commit([track('Paid')])
        return (await rig.statistics.totals()).arrived.received === 2
      }
      await rig.statistics.alarm()
      rig.now += 5 * 60_000
      await rig.statistics.alarm()
      expect(rig.published.map(([one]) => one?.received)).toEqual([1, 2])
    })
  })
})

describe('a source that is deleted', () => {
  it('has its statistics emptied, and nothing is counted of what still comes', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid', { x: 1 })])
      await rig.run()
      await rig.statistics.leave()
      expect(rig.alarms.at(-1)).toBe(rig.now + 5_000)
      // It is not gone yet: nothing is lost.
      await rig.statistics.alarm()
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 1 })
      rig.exists = false
      rig.reopen()
      await rig.statistics.alarm()
      const rows = (table: string) => rig.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n
      expect(['names', 'hours', 'days'].map(rows)).toEqual([0, 0, 0])
      await rig.commit([track('Late')])
      await rig.statistics.nudge()
      await rig.run()
      rig.reopen()
      expect(await schemaOf(rig)).toEqual({})
      expect(['names', 'hours', 'days'].map(rows)).toEqual([0, 0, 0])
    })
  })

  it('is noticed by the next publication, if nobody has said so', async () => {
    await withStatistics(async (rig) => {
      rig.publish = () => Promise.resolve(false)
      await rig.commit([track('Paid')])
      await rig.run()
      expect(await schemaOf(rig)).toEqual({})
      expect(rig.alarms).toEqual([])
    })
  })

  it('goes on counting when the deletion was given up', async () => {
    await withStatistics(async (rig) => {
      await rig.commit([track('Paid')])
      await rig.run()
      await rig.statistics.leave()
      await rig.run()
      expect(rig.now - T0).toBeGreaterThan(10 * 60_000 - 5_000)
      await rig.commit([track('Paid')])
      await rig.run()
      expect(await schemaOf(rig)).toEqual({ 'track Paid': 2 })
    })
  })
})
