import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { type Chunk, writeBatch } from '../../../src/archive/index.ts'
import { encodeSet, type RedriveFilter, setOf } from '../../../src/lane/index.ts'
import { CONFIG, dead, delivered, type Rig, settlement, withLane } from './rig.ts'

type Written = { type: string; event?: string; userId?: string; anonymousId?: string }

const of = (userId: string, event = 'Bought'): Written => ({ type: 'track', event, userId })

/** A lane that looks into the real archive, and a way to bury batches in it: each event is a letter of its own. */
function withArchive(body: (rig: Rig, bury: (...events: Written[]) => Promise<string>) => Promise<void>) {
  return withLane(async (rig) => {
    rig.archive = env.ARCHIVE
    rig.reopen()
    let seq = 0
    await body(rig, async (...events) => {
      seq++
      const batch = `${rig.now}-${crypto.randomUUID()}`
      const receivedAt = new Date(rig.now).toISOString()
      const facts = { source: 'src', batch, firstReceivedAt: receivedAt, lastReceivedAt: receivedAt }
      const { key, chunks } = await writeBatch(
        env.ARCHIVE,
        facts,
        events.map((event) => JSON.stringify(event)),
      )
      register(rig, seq, { key, chunks, count: events.length })
      sendAll(rig, dead)
      rig.now += 1_000
      return key
    })
  })
}

function register(rig: Rig, seq: number, { key, chunks, count }: { key: string; chunks: Chunk[]; count: number }) {
  const events = encodeSet(setOf(Array.from({ length: count }, (_, n) => n)))
  const part = { seq, key, chunks, events, filtered: {} }
  rig.lane.register({ log: 'src', from: seq - 1, to: seq, parts: [part], config: CONFIG })
}

function sendAll(rig: Rig, outcome: typeof dead) {
  for (let grant = rig.lane.take(); grant; grant = rig.lane.take())
    rig.lane.settle(
      settlement(grant, () => outcome),
      false,
    )
}

/** Alarm after alarm, each after what the last one has begun to look for, until nothing goes on. */
async function goOn(rig: Rig, most = 50) {
  for (let n = 0; n < most && rig.lane.metrics().redriving; n++) {
    await rig.lane.looking
    rig.now += 1_000
    rig.lane.alarm()
  }
  await rig.lane.looking
}

const ask = (rig: Rig, filter: RedriveFilter) => rig.lane.redrive({ ...filter, before: null })
/** Which events are dead, as `seq.event`, the newest first. */
const left = (rig: Rig) =>
  rig.lane.deadLetters(null, 1_000).flatMap(({ seq, events }) => events.map((event) => `${seq}.${event}`))

describe('a redrive of an event, a call or a person', () => {
  it.each<[RedriveFilter, string[]]>([
    [{ userId: 'ada' }, ['2.1', '1.1']],
    [{ event: 'Re*' }, ['2.2', '2.1', '2.0', '1.1', '1.0']],
    [{ event: 'Refund', userId: 'bob' }, ['2.2', '2.1', '2.0', '1.2', '1.1', '1.0']],
    [{ type: 'identify' }, ['2.1', '2.0', '1.2', '1.1', '1.0']],
    [{ userId: 'anon' }, ['2.1', '2.0', '1.2', '1.1', '1.0']],
    [{ userId: 'nobody' }, ['2.2', '2.1', '2.0', '1.2', '1.1', '1.0']],
    [{ userId: 'ada', reason: 'http_404' }, ['2.2', '2.1', '2.0', '1.2', '1.1', '1.0']],
  ])('%j sends all that are meant, and no others', (filter, others) =>
    withArchive(async (rig, bury) => {
      await bury(of('ada'), of('bob'), of('ada', 'Refund'))
      await bury(of('ada', 'Opened'), of('bob'), { type: 'identify', userId: 'ada', anonymousId: 'anon' })
      ask(rig, filter)
      await goOn(rig)
      expect(left(rig)).toEqual(others)
      const sent = 6 - others.length
      expect(rig.lane.ledger()).toMatchObject({ accepted: 6, dead: others.length, pending: sent })
      // Of a reason that nothing has there is nothing to look for.
      expect(rig.lane.redrives()).toMatchObject(
        filter.reason ? [] : [{ filter, events: sent, pending: sent, looked: 6, untold: 0, complete: true }],
      )
      sendAll(rig, delivered)
      expect(rig.lane.ledger()).toMatchObject({ delivered: sent, pending: 0, dead: others.length })
    }),
  )

  it('goes on over portions and evictions, at any moment of a look', () =>
    withArchive(async (rig, bury) => {
      for (let n = 0; n < 7; n++) await bury(of(n % 2 ? 'ada' : 'bob'), of('ada'))
      rig.bounds = { ...rig.bounds, look: { letters: 2, events: 5_000 } }
      rig.reopen()
      const begun = ask(rig, { userId: 'ada' })
      expect(begun).toMatchObject({ redrive: 1, events: 0 })
      for (let n = 0; rig.lane.metrics().redriving; n++) {
        expect(n).toBeLessThan(50)
        // Now before, now after what was looked for has come.
        if (n % 3 > 0) await rig.lane.looking
        if (n % 3 === 1) rig.reopen()
        rig.now += 1_000
        rig.lane.alarm()
      }
      expect(rig.lane.redrives()).toMatchObject([{ id: 1, events: 10, looked: 14, complete: true }])
      expect(left(rig)).toEqual(['7.0', '5.0', '3.0', '1.0'])
    }))

  it('looks at so many events in one go', () =>
    withArchive(async (rig, bury) => {
      for (let n = 0; n < 3; n++) await bury(of('ada'), of('ada'))
      rig.bounds = { ...rig.bounds, look: { letters: 300, events: 2 } }
      rig.reopen()
      ask(rig, { userId: 'ada' })
      await rig.lane.looking
      rig.lane.alarm()
      expect(rig.lane.redrives()).toMatchObject([{ looked: 2, events: 2, complete: false }])
      await goOn(rig)
      expect(rig.lane.redrives()).toMatchObject([{ looked: 6, events: 6, complete: true }])
    }))

  it('asked for once more while it goes on is the same one', () =>
    withArchive(async (rig, bury) => {
      await bury(of('ada'))
      expect(ask(rig, { userId: 'ada' })).toMatchObject({ redrive: 1 })
      expect(ask(rig, { userId: 'ada' })).toMatchObject({ redrive: 1 })
      expect(ask(rig, { userId: 'bob' })).toMatchObject({ redrive: 2 })
      await goOn(rig)
      expect(ask(rig, { userId: 'ada' })).toEqual({ redrive: null, deadLetters: 0, events: 0, next: null })
      expect(rig.lane.redrives()).toMatchObject([
        { id: 2, events: 0, complete: true },
        { id: 1, events: 1, complete: true },
      ])
    }))

  it('does not take what was given up after it was asked for: what fails again is not sent for ever', () =>
    withArchive(async (rig, bury) => {
      await bury(of('ada'))
      await bury(of('ada'))
      rig.bounds = { ...rig.bounds, look: { letters: 1, events: 5_000 } }
      rig.reopen()
      ask(rig, { userId: 'ada' })
      for (let n = 0; n < 20 && rig.lane.metrics().redriving; n++) {
        await goOn(rig, 1)
        sendAll(rig, dead)
      }
      expect(rig.lane.redrives()).toMatchObject([{ events: 2, dead: { http_400: 2 }, complete: true }])
      expect(rig.lane.deadLetters(null, 9).map(({ redrive }) => redrive)).toEqual([1, 1])
    }))

  it('sends nothing twice that was sent while it looked', () =>
    withArchive(async (rig, bury) => {
      await bury(of('ada'), of('ada'))
      ask(rig, { userId: 'ada' })
      await rig.lane.looking
      const [letter] = rig.lane.deadLetters(null, 1)
      rig.lane.redrive({ ids: [letter!.id] })
      await goOn(rig)
      expect(rig.lane.redrives().map(({ events }) => events)).toEqual([1, 1])
      expect(rig.lane.ledger()).toMatchObject({ accepted: 2, dead: 0, pending: 2 })
    }))

  it('is ended by whoever cancels it: what it has found goes on, and a look that is under way changes nothing', () =>
    withArchive(async (rig, bury) => {
      for (let n = 0; n < 3; n++) await bury(of('ada'))
      rig.bounds = { ...rig.bounds, look: { letters: 1, events: 5_000 } }
      rig.reopen()
      ask(rig, { userId: 'ada' })
      await goOn(rig, 1)
      await rig.lane.looking
      expect(rig.lane.cancelRedrive(1)).toMatchObject({ cancelled: true, complete: true, events: 1 })
      rig.lane.alarm()
      rig.reopen()
      await goOn(rig)
      const books = rig.lane.redrives()
      expect(books).toMatchObject([{ events: 1, pending: 1, looked: 1, complete: true, cancelled: true }])
      expect(rig.lane.cancelRedrive(1)).toEqual(books[0])
      expect(rig.lane.cancelRedrive(2)).toBeNull()
      expect(left(rig)).toEqual(['2.0', '1.0'])
      // The next one of the same filter is another.
      expect(ask(rig, { userId: 'ada' })).toMatchObject({ redrive: 2 })
      await goOn(rig)
      expect(left(rig)).toEqual([])
      expect(rig.lane.cancelRedrive(2)).toMatchObject({ complete: true })
      expect(rig.lane.cancelRedrive(2)!.cancelled).toBeUndefined()
    }))

  it('waits for an archive that does not answer, and passes what is gone', () =>
    withArchive(async (rig, bury) => {
      await bury(of('ada'))
      const gone = await bury(of('ada'))
      await bury(of('ada'))
      let failures = 3
      rig.archive = {
        get: (...args: Parameters<R2Bucket['get']>) =>
          failures-- > 0 ? Promise.reject(new Error('R2 is away')) : env.ARCHIVE.get(...args),
      } as R2Bucket
      rig.reopen()
      await env.ARCHIVE.delete(gone)
      ask(rig, { userId: 'ada' })
      await rig.lane.looking
      rig.now += 500
      rig.lane.alarm()
      await rig.lane.looking
      // It has not asked again within a second, and nothing counts as looked at.
      expect([failures, rig.lane.redrives()]).toMatchObject([0, [{ looked: 0, untold: 0, complete: false }]])
      await goOn(rig)
      expect(rig.lane.redrives()).toMatchObject([{ events: 2, looked: 3, untold: 1, complete: true }])
      expect(left(rig)).toEqual(['2.0'])
    }))

  it('stands beside those that go by reason: neither waits for the other', () =>
    withArchive(async (rig, bury) => {
      for (let n = 0; n < 4; n++) await bury(of('ada'))
      rig.bounds = { ...rig.bounds, slice: 1, look: { letters: 1, events: 5_000 } }
      rig.reopen()
      ask(rig, { userId: 'bob' })
      ask(rig, { reason: 'http_400' })
      await goOn(rig, 3)
      expect(rig.lane.redrives()).toMatchObject([
        { id: 2, events: 4 },
        { id: 1, events: 0 },
      ])
      await goOn(rig)
      expect(rig.lane.redrives().map(({ complete }) => complete)).toEqual([true, true])
    }))
})
