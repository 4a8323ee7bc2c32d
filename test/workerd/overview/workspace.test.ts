import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import {
  addWays,
  OVERVIEW_DIALS,
  type OverviewDials,
  type OverviewMember,
  WorkspaceOverview,
  encodeUsers,
  noteUsers,
  noUsers,
  type UsersOnDay,
  type Ways,
  type WaysAt,
} from '../../../src/overview/index.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SLOT = 600_000
const T0 = Date.UTC(2030, 0, 10, 11, 5)

/** A workspace's overview on real Durable Object storage, on a clock of its own, over members that are only figures. */
interface Rig {
  overview: WorkspaceOverview
  now: number
  members: OverviewMember[]
  /** By member and begin of a slot. */
  past: Map<string, Map<number, Ways>>
  /** By source. */
  users: Map<string, UsersOnDay[]>
  /** Calls of members so far, and how each is answered. */
  asked: string[]
  answer: (id: string) => Promise<boolean>
  alarms: number[]
  dials: Partial<OverviewDials>
  reopen(): void
  rows(): number
  written(): number
}

async function withOverview(body: (rig: Rig) => Promise<void>): Promise<void> {
  await runInDurableObject(env.OVERVIEW.getByName(`rig-${crypto.randomUUID()}`), async (_, { storage }) => {
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
    const sql = {
      exec: ((query: string, ...values: unknown[]) => {
        const cursor = storage.sql.exec(query, ...values)
        cursors.push(cursor)
        return cursor
      }) as SqlStorage['exec'],
    }
    const ways = async (id: string, step: 'hour' | 'slot', from: number, until: number) => {
      rig.asked.push(id)
      const complete = await rig.answer(id)
      const ms = step === 'hour' ? HOUR : SLOT
      const points = new Map<number, Ways>()
      for (const [slot, some] of rig.past.get(id) ?? []) {
        const at = Math.floor(slot / ms) * ms
        if (at < from || at >= until || (step === 'slot' && slot < rig.now - 2 * HOUR)) continue
        const sum = points.get(at) ?? {}
        points.set(at, sum)
        addWays(sum, some)
      }
      return { points: [...points].map(([at, some]): WaysAt => ({ at, ways: some })), complete }
    }
    const rig: Rig = {
      now: T0,
      members: [],
      past: new Map(),
      users: new Map(),
      asked: [],
      answer: () => Promise.resolve(true),
      alarms: [],
      dials: {},
      rows: () => storage.sql.exec('SELECT count(*) AS n FROM ways').one().n as number,
      written: () => cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
      reopen: () => {
        rig.overview = new WorkspaceOverview(
          {
            sql,
            transactionSync: (closure) => storage.transactionSync(closure),
            setAlarm: (at) => Promise.resolve(void rig.alarms.push(at)),
          },
          {
            ctx: { ...context, now: () => rig.now, log: () => undefined },
            members: () => Promise.resolve(structuredClone(rig.members)),
            users: (id, from) => Promise.resolve((rig.users.get(id) ?? []).filter(({ day }) => day >= from)),
            ways: ({ id }, { step, from, until }) => ways(id, step, from, until),
          },
          { ...OVERVIEW_DIALS, ...rig.dials },
        )
      },
      overview: undefined as unknown as WorkspaceOverview,
    }
    rig.reopen()
    await body(rig)
  })
}

/** Something has become of events of a member, and it has said so. */
function happen(rig: Rig, id: string, ways: Ways, at = rig.now): void {
  const past = rig.past.get(id) ?? new Map<number, Ways>()
  rig.past.set(id, past)
  const slot = Math.floor(at / SLOT) * SLOT
  const sum = past.get(slot) ?? {}
  past.set(slot, sum)
  addWays(sum, ways)
  const member = rig.members.find((one) => one.id === id)
  if (member) member.at = Math.max(member.at + 1, rig.now)
  else rig.members.push({ id, sourceId: id.split('/')[0] ?? '', at: rig.now })
}

async function look(rig: Rig, sourceId?: string, parts: string[] = []) {
  const until = (Math.floor(rig.now / HOUR) + 1) * HOUR
  const query = { step: 'hour' as const, from: until - 30 * DAY, until, stepMs: DAY, parts }
  return rig.overview.read(sourceId === undefined ? query : { ...query, sourceId })
}

function sumOf(points: Iterable<Ways>): Ways {
  const sum: Ways = {}
  for (const ways of points) addWays(sum, ways, 100_000)
  return sum
}
const sumOfPoints = (points: readonly WaysAt[]) => sumOf(points.map(({ ways }) => ways))
/** What has become of events of these members in the last thirty days. */
const expected = (rig: Rig, is: (id: string) => boolean = () => true) => {
  const until = (Math.floor(rig.now / HOUR) + 1) * HOUR
  return sumOf(
    [...rig.past]
      .filter(([id]) => is(id) && rig.members.some((one) => one.id === id))
      .flatMap(([, past]) => [...past].filter(([at]) => at >= until - 30 * DAY).map(([, ways]) => ways)),
  )
}

describe('the overview of a workspace', () => {
  it('is the sum of all at every look, asks only those that have moved, and survives its instances', () =>
    withOverview(async (rig) => {
      const ids = ['a', 'a/1', 'a/2', 'b', 'b/1', 'c', 'c/1']
      for (const [n, id] of ids.entries()) {
        happen(rig, id, { 'd||track Paid': n + 1, 'x|http_400|track Paid': 2 }, rig.now - n * 3 * DAY)
        happen(rig, id, { 'd||': 1 })
      }
      let random = 7
      const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below
      for (let round = 0; round < 40; round++) {
        rig.now += 11_000 + next(5) * HOUR * next(3)
        const moved = ids.filter(() => next(3) === 0)
        for (const id of moved) happen(rig, id, { [`d||track ${next(4)}`]: 1 + next(9), 'f|x|page': 1 })
        // What was counted without a name may get one.
        if (next(4) === 0) {
          const past = [...(rig.past.get('a/1')?.values() ?? [])].at(-1) ?? {}
          if (past['d||'])
            Object.assign(past, { 'd||track Late': (past['d||track Late'] ?? 0) + past['d||'], 'd||': 0 })
          happen(rig, 'a/1', { 'd||': 1 })
          moved.push('a/1')
        }
        if (next(9) === 0) rig.members = rig.members.filter(({ id }) => id !== 'c/1' && id !== 'c')
        if (next(3) === 0) rig.reopen()
        // The answer of one is lost, and it is asked again.
        const lost = next(4) === 0 ? moved[0] : undefined
        rig.answer = (id) => (id === lost ? Promise.reject(new Error('down')) : Promise.resolve(true))
        rig.asked.length = 0
        const first = await look(rig)
        rig.answer = () => Promise.resolve(true)
        await rig.overview.alarm()
        const { points, parts, progress } = lost === undefined ? first : await look(rig, undefined, ['a/1'])
        expect(progress.left).toBe(0)
        const clean = (ways: Ways) => Object.fromEntries(Object.entries(ways).filter(([, count]) => count > 0))
        expect(clean(sumOfPoints(points))).toEqual(clean(expected(rig)))
        const ofA = await look(rig, 'a', ['a/1'])
        expect(clean(sumOfPoints(ofA.points))).toEqual(clean(expected(rig, (id) => id.startsWith('a'))))
        expect(clean(ofA.parts['a/1'] ?? {})).toEqual(clean(expected(rig, (id) => id === 'a/1')))
        expect(parts).toBeDefined()
        const there = new Set(rig.members.map(({ id }) => id))
        expect(new Set(rig.asked)).toEqual(round === 0 ? there : new Set(moved.filter((id) => there.has(id))))
      }
    }))

  it('has what happened before midnight and was asked for after it', () =>
    withOverview(async (rig) => {
      const midnight = Math.ceil(T0 / DAY) * DAY
      rig.now = midnight - 20 * 60_000
      happen(rig, 'a/1', { 'd||': 1 })
      await look(rig)
      happen(rig, 'a/1', { 'd||': 2 }, midnight - 10 * 60_000)
      rig.now = midnight + 10 * 60_000
      happen(rig, 'a/1', { 'd||': 4 })
      expect(sumOfPoints((await look(rig, undefined, ['a/1'])).points)).toEqual({ 'd||': 7 })
      // Nobody looks for five days; then what an object whose clock is an hour behind decided before midnight is told after it.
      happen(rig, 'a/1', { 'd||': 8 }, rig.now + 2 * DAY)
      rig.now = midnight + 5 * DAY + 30 * 60_000
      happen(rig, 'a/1', { 'd||': 16 })
      expect(sumOfPoints((await look(rig)).points)).toEqual({ 'd||': 31 })
      happen(rig, 'a/1', { 'd||': 32 }, midnight + 5 * DAY - 30 * 60_000)
      rig.now += 11_000
      expect(sumOfPoints((await look(rig)).points)).toEqual({ 'd||': 63 })
    }))

  it('misses nothing of one that could not tell everything for days', () =>
    withOverview(async (rig) => {
      happen(rig, 'a', { 'r||': 1 })
      await look(rig)
      // It is behind: what it took in is not counted yet, and is only days later, in the hour in which it came.
      rig.answer = () => Promise.resolve(false)
      const came = rig.now + HOUR
      happen(rig, 'b', { 'r||': 2 })
      for (let day = 0; day < 3; day++) {
        rig.now += DAY
        happen(rig, 'a', { 'r||': 4 })
        await look(rig)
      }
      happen(rig, 'a', { 'r||': 100 }, came)
      happen(rig, 'b', { 'r||': 200 }, came - 9 * DAY)
      rig.answer = () => Promise.resolve(true)
      rig.now += 11_000
      const { points, progress } = await look(rig)
      expect(progress.left).toBe(0)
      expect(sumOfPoints(points)).toEqual({ 'r||': 315 })
    }))

  it('forgets what is gone, and what is older than 32 days', () =>
    withOverview(async (rig) => {
      happen(rig, 'a', { 'r||track Paid': 5 })
      happen(rig, 'a/1', { 'd||track Paid': 5 })
      await look(rig)
      expect(rig.rows()).toBe(8)
      rig.members = rig.members.filter(({ id }) => id === 'a')
      rig.now += 11_000
      expect(sumOfPoints((await look(rig)).points)).toEqual({ 'r||track Paid': 5 })
      rig.members = []
      rig.now += 11_000
      expect((await look(rig)).progress).toMatchObject({ left: 0, members: 0 })
      expect(rig.rows()).toBe(0)
      happen(rig, 'b', { 'r||track Paid': 5 })
      await look(rig)
      rig.now += 34 * DAY
      await look(rig)
      // The slots of one that has told nothing since.
      expect(rig.rows()).toBeLessThanOrEqual(3)
    }))

  it('goes on by its alarm where many have to be asked, some of whom do not answer, and says how many are left', () =>
    withOverview(async (rig) => {
      rig.dials = { asked: 50 }
      rig.reopen()
      for (let n = 0; n < 120; n++) happen(rig, `a/${n}`, { 'd||': 1 })
      rig.answer = (id) => (id === 'a/7' ? Promise.reject(new Error('down')) : Promise.resolve(id !== 'a/8'))
      const first = await look(rig)
      expect(first.progress).toMatchObject({ left: 72 })
      expect(rig.alarms.length).toBeGreaterThan(0)
      for (let n = 0; n < 3; n++) await rig.overview.alarm()
      const then = await look(rig)
      expect(then.progress).toMatchObject({ left: 2, members: 119 })
      // One that has not told everything is counted with what it has told.
      expect(sumOfPoints(then.points)).toEqual({ 'd||': 119 })
      rig.alarms.length = 0
      await rig.overview.alarm()
      expect((rig.alarms.at(-1) ?? 0) - rig.now).toBeGreaterThanOrEqual(5_000)
      rig.alarms.length = 0
      rig.now += 11 * 60_000
      await rig.overview.alarm()
      // Nobody has looked for long.
      expect(rig.alarms).toEqual([])
      rig.answer = () => Promise.resolve(true)
      expect((await look(rig)).progress).toMatchObject({ left: 0, members: 120 })
    }))

  it('costs a few rows for each that has moved, and none while nothing does', () =>
    withOverview(async (rig) => {
      for (let n = 0; n < 20; n++) happen(rig, `a/${n}`, { 'd||': 1 })
      await look(rig)
      const before = rig.written()
      rig.now += 11_000
      await look(rig)
      expect(rig.written() - before).toBe(0)
      happen(rig, 'a/3', { 'd||': 1 })
      rig.now += 11_000
      await look(rig)
      expect(rig.written() - before).toBe(7)
    }))

  it('counts people of all sources once, up to each day, and keeps what it was told', () =>
    withOverview(async (rig) => {
      const today = Math.floor(T0 / DAY)
      const usersOf = (...ids: number[]) => {
        const users = noUsers()
        for (const id of ids) noteUsers(users, { userId: `u${id}` }, () => [id * 0x01234567, id])
        return encodeUsers(users)
      }
      rig.users.set('a', [
        { day: today - 9, users: usersOf(1, 2) },
        { day: today, users: usersOf(2, 3) },
      ])
      rig.users.set('b', [{ day: today - 9, users: usersOf(2, 4) }])
      for (const id of ['a', 'b', 'b/1']) happen(rig, id, { 'r||': 1 })
      const counted = async (from = 0) =>
        (await rig.overview.trackedUsers(from, today + 1)).map(({ day, identified }) => [today - day, identified])
      expect(await counted()).toEqual([
        [9, 3],
        [0, 4],
      ])
      rig.reopen()
      rig.users.get('a')?.push({ day: today, users: usersOf(5) })
      happen(rig, 'a', { 'r||': 1 })
      expect(await counted()).toEqual([
        [9, 3],
        [0, 5],
      ])
      // Of a day alone.
      expect(await counted(today)).toEqual([[0, 3]])
      rig.members = []
      rig.now += 11_000
      expect((await counted()).at(-1)).toEqual([0, 5])
    }))
})
