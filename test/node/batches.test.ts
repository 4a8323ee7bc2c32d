import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { Batches, smaller } from '../../src/deliver/batches.ts'
import type { Archived } from '../../src/deliver/contents.ts'
import { statusesIn } from '../../src/deliver/multi-status.ts'
import { sendBatch, type Sent } from '../../src/deliver/send.ts'
import type { SpecEvent } from '../../src/event/index.ts'
import { batchTermsOf, KINDS, validateSettings } from '../../src/integrations/index.ts'
import { webhooks } from '../../src/integrations/webhook.ts'
import { cutBatches, cutsOf } from '../../src/lane/batches.ts'
import { setOf } from '../../src/lane/event-set.ts'
import { append, byPiece, numbersIn, piecesIn } from '../../src/lane/pieces.ts'
import type { WorkPart } from '../../src/lane/work.ts'
import { newEvent, virtual, webhook } from '../workerd/deliver/stand-ins.ts'

const TERMS = { maxEvents: 10, maxBytes: 500_000, maxWaitMs: 0 }
const ALL = { requests: Infinity, events: Infinity, bytes: Infinity }

/** An archived batch of so many members of so many events. */
function partOf(seq: number, members: number, each: number): WorkPart {
  return {
    seq,
    key: `raw/src/${seq}`,
    chunks: Array.from({ length: members }, (_, n) => [n * 10_000, 10_000, each]),
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

describe('archived batches that are put together', () => {
  it('number their events one behind the other, and find each again', () => {
    const part = partOf(7, 1, 3)
    expect([append(part, partOf(9, 2, 5)), append(part, { ...partOf(12, 1, 4), first: 100 })]).toEqual([3, -87])
    expect(byPiece(part, [2, 3, 12, 13, 16])).toMatchObject([
      { piece: { seq: 7, base: 0 }, events: [2] },
      { piece: { seq: 9, base: 3 }, events: [3, 12] },
      { piece: { seq: 12, base: -87, first: 13 }, events: [13, 16] },
    ])
    expect(numbersIn(part, { seq: 7, event: 2 })).toEqual([2])
    expect(numbersIn(part, { seq: 9, event: 9 })).toEqual([12])
    expect(numbersIn(part, { seq: 12, event: 103 })).toEqual([16])
    // The row has them, the part has not.
    expect([numbersIn(part, { seq: 12, event: 2 }), numbersIn(part, { seq: 8, event: 0 })]).toEqual([[], []])
    expect(piecesIn(part)).toHaveLength(3)
  })
})

describe('where batches begin', () => {
  it('is after so many events, of whatever events there are', () => {
    expect(cutsOf(range(0, 25), partOf(1, 3, 10), TERMS)).toEqual({ cuts: [10, 20], isFull: false })
    expect(cutsOf([1, 5, 9, 13], partOf(1, 3, 10), { ...TERMS, maxEvents: 2 })).toEqual({ cuts: [9], isFull: true })
  })

  it('is before a member that would be too much text', () => {
    // Members of a hundred events have 100 KB each at most: two, and the end of another.
    const { cuts } = cutsOf(range(0, 1_000), partOf(1, 10, 100), { maxEvents: 500, maxBytes: 200_000 })
    expect(cuts).toEqual([200, 400, 600, 800])
    // Members of single events are short.
    expect(cutsOf(range(0, 8), partOf(1, 8, 1), { maxEvents: 500, maxBytes: 200_000 }).cuts).toEqual([])
  })

  it('is where it was, whatever has gone since', () => {
    const part = partOf(1, 3, 10)
    const { cuts } = cutsOf(range(0, 25), part, TERMS)
    const left = range(0, 25).filter((event) => event % 10 !== 3 && (event < 10 || event >= 20))
    expect(cutsOf(left, part, TERMS, cuts).cuts).toEqual([20])
    expect(cutsOf(left, part, TERMS).cuts).not.toEqual([20])
  })

  it('is what a grant takes whole: as many requests, events and bytes as it may have, and one in any case', () => {
    const group = { events: setOf(range(0, 25)) }
    const part = partOf(1, 3, 10)
    const taken = (most: Partial<typeof ALL>) => cutBatches(group, part, TERMS, { ...ALL, ...most })
    expect(taken({})).toMatchObject({ events: range(0, 25), rest: [], cuts: [10, 20], requests: 3 })
    expect(taken({ requests: 2 })).toMatchObject({ events: range(0, 20), rest: range(20, 25), cuts: [10], requests: 2 })
    expect(taken({ events: 19 })).toMatchObject({ events: range(0, 10), cuts: [], requests: 1 })
    expect(taken({ events: 1, bytes: 1 })).toMatchObject({ events: range(0, 10), requests: 1 })
    expect(taken({ bytes: 250_000 })).toMatchObject({ requests: 2 })
  })
})

describe('what an answer says of each event', () => {
  it.each([
    ['a list', '[{"status":200},{"status":503}]', 207, [200, 503]],
    ['results', '{"results":[{"status":201},{"status":400,"message":"no"}]}', 200, [201, 400]],
  ])('is read of %s', (_, body, status, own) => {
    const told = statusesIn(body, status, 2)
    expect(Array.isArray(told) && told.map((one) => one.status)).toEqual(own)
  })

  it.each([
    ['too few', '[{"status":200}]', 207],
    ['too many', '{"results":[{"status":200},{"status":200},{"status":200}]}', 200],
    ['a status that is none', '[{"status":200},{"status":"200"}]', 200],
    ['a 207 without a list', '{"ok":true}', 207],
    ['a 207 that is no JSON', '<multistatus/>', 207],
  ])('is no list, and that is said: %s', (_, body, status) => {
    expect(statusesIn(body, status, 2)).toMatch(/counts for all/)
  })

  it.each([
    ['some JSON', '{"ok":true}'],
    ['some list', '["a","b"]'],
    ['no JSON', 'ok'],
    ['nothing', ''],
  ])('is no list, and need not be said: %s', (_, body) => {
    expect(statusesIn(body, 200, 2)).toBeNull()
  })
})

describe('a batch', () => {
  const events = ['a', 'b', 'c'].map((messageId) => newEvent({ messageId }))
  const send = async (answer: () => Response, urls?: string[]) => {
    const world = virtual(answer)
    const sent = await sendBatch(
      events,
      webhook(urls ? { urls } : {}),
      { ctx: world.ctx, allowLocal: false },
      JSON.stringify(events),
    )
    return { sent, requests: world.sent }
  }
  const kinds = (sent: readonly Sent[]) => sent.map(({ outcome }) => outcome.kind)

  it('has an id of its own: the same for the same events in the same order', async () => {
    const idOf = async (some: readonly SpecEvent[]) =>
      (await KINDS.webhook.requests(some, webhook(), 0, JSON.stringify(some)))[0]?.headers['webhook-id']
    const [a, b, c] = events as [SpecEvent, SpecEvent, SpecEvent]
    expect(await idOf([a, b])).toMatch(/^msg_src_1_batch_[\w-]{43}$/)
    expect(await idOf([a, b])).toBe(await idOf([a, b]))
    const others = await Promise.all([[b, a], [a, b, c], [a], [{ ...a, projectId: 'src_2' }, b]].map(idOf))
    expect(new Set([await idOf([a, b]), ...others]).size).toBe(5)
  })

  it('is answered for all of its events, or for each', async () => {
    expect(kinds((await send(() => new Response(null, { status: 204 }))).sent)).toEqual(Array(3).fill('delivered'))
    expect(kinds((await send(() => new Response('no', { status: 503 }))).sent)).toEqual(Array(3).fill('retry'))
    const list = [{ status: 200 }, { status: 503, message: 'busy' }, { status: 400, error: 'who?' }]
    const { sent } = await send(() => Response.json(list, { status: 207, headers: { 'retry-after': '7' } }))
    expect(kinds(sent)).toEqual(['delivered', 'retry', 'dead'])
    expect(sent.map(({ status, message, isOwn }) => [status, message, isOwn])).toEqual([
      [200, undefined, true],
      [503, 'busy', true],
      [400, 'who?', true],
    ])
    expect(sent[1]?.outcome).toMatchObject({ notBefore: 1_893_456_007_000 })
  })

  it('whose list does not fit is taken by its status, and says so', async () => {
    const { sent } = await send(() => Response.json({ results: [{ status: 503 }] }))
    expect(kinds(sent)).toEqual(Array(3).fill('delivered'))
    expect(sent[0]?.message).toBe('The answer has 1 results for 3 events: its own status counts for all.')
  })

  it('whose list breaks off is tried again: nobody knows what it said', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('[{"status":2'))
        controller.error(new Error('reset'))
      },
    })
    expect(kinds((await send(() => new Response(body, { status: 207 }))).sent)).toEqual(Array(3).fill('retry'))
  })

  it('has arrived, event by event, where one of several addresses has taken it', async () => {
    let n = 0
    const lists = [
      [200, 503, 400],
      [503, 200, 400],
    ]
    const answer = () =>
      Response.json(
        lists[n++]?.map((status) => ({ status })),
        { status: 207 },
      )
    const { sent } = await send(answer, ['https://a.example.com/', 'https://b.example.com/'])
    expect(kinds(sent)).toEqual(['delivered', 'delivered', 'dead'])
  })

  it('is too large for a 413, where it has several events', async () => {
    const { sent } = await send(() => new Response(null, { status: 413 }))
    expect(sent.map(({ isTooLarge }) => isTooLarge)).toEqual([true, true, true])
    expect(smaller([4, 5, 6], sent)).toEqual([[4, 5], [6]])
    // Where another address can still take it in halves that is better than a refusal.
    let n = 0
    const two = await send(
      () => new Response(null, { status: [400, 413][n++] ?? 500 }),
      ['https://a.example.com/', 'https://b.example.com/'],
    )
    expect(two.sent[0]?.isTooLarge).toBe(true)
  })
})

describe('the batches of a grant', () => {
  const event = (n: number): Archived => {
    const facts = newEvent({ messageId: `m${n}` })
    return { facts, text: JSON.stringify(facts) }
  }

  it('go in halves where a body would be longer than it may be', () => {
    const one = Buffer.byteLength(JSON.stringify(newEvent({ messageId: 'm1' })))
    const grant = { events: range(0, 8), cuts: [4], maxBytes: 2 * one + 3 }
    const batches = new Batches(grant, webhook(), event)
    expect(batches.all).toEqual([range(0, 4), range(4, 8)])
    expect(batches.halves(range(0, 4))).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect([batches.halves([0, 1]), batches.halves([0])]).toEqual([null, null])
    expect(new Batches({ ...grant, maxBytes: 2 * one + 2 }, webhook(), event).halves([0, 1])).toEqual([[0], [1]])
  })

  it('lack what the archive lacks, and nothing else', async () => {
    const lost: Archived = { nothing: { outcome: { kind: 'retry', code: 'ARCHIVE_OBJECT_MISSING' }, tookMs: 0 } }
    const batches = new Batches({ events: [0, 1, 2], cuts: [], maxBytes: 500_000 }, webhook(), (n) =>
      n === 1 ? lost : event(n),
    )
    const world = virtual()
    const sent = await batches.send([0, 1, 2], { ctx: world.ctx, allowLocal: false })
    expect(sent.map(({ outcome, batch }) => [outcome.kind, batch?.size])).toEqual([
      ['delivered', 2],
      ['retry', undefined],
      ['delivered', 2],
    ])
    const body = JSON.parse(world.sent[0]?.body ?? '') as SpecEvent[]
    expect(body.map(({ messageId }) => messageId)).toEqual(['m0', 'm2'])
  })
})

describe('who takes batches', () => {
  it('is said by the settings of a webhook, and by the integration of a partner', () => {
    const usual = { maxEvents: 50, maxBytes: 500_000, maxWaitMs: 1_000 }
    expect(batchTermsOf({ kind: 'webhook' }, { batchEvents: 50 })).toEqual(usual)
    expect(batchTermsOf({ kind: 'webhook' }, { batchBytes: 20_000, batchSeconds: 5 })).toBeNull()
    expect(batchTermsOf({ kind: 'direct', batch: { maxEvents: 50 } }, { batchEvents: 9 })).toEqual(usual)
    expect(batchTermsOf({ kind: 'direct' }, { batchEvents: 9 })).toBeNull()
    const all = { batchEvents: 2, batchBytes: 10_000, batchSeconds: 0.5 }
    expect(batchTermsOf({ kind: 'webhook' }, all)).toEqual({ maxEvents: 2, maxBytes: 10_000, maxWaitMs: 500 })
  })

  it.each([
    [{ batchEvents: 1 }, 'At least 2.'],
    [{ batchEvents: 501 }, 'At most 500.'],
    [{ batchEvents: 2.5 }, 'Must be a whole number.'],
    [{ batchBytes: 9_999 }, 'At least 10000.'],
    [{ batchBytes: 500_001 }, 'At most 500000.'],
    [{ batchSeconds: 61 }, 'At most 60.'],
  ])('settings %j are refused', (settings, message) => {
    const urls = ['https://hooks.example.com/in']
    const read = validateSettings(webhooks.fields, { urls, ...settings }, { allowLocal: false })
    expect(read.ok ? [] : read.issues).toEqual([{ field: Object.keys(settings)[0], message }])
  })

  it.each(['batchBytes', 'batchSeconds'])('%s alone, which changes nothing, is refused', (name) => {
    const urls = ['https://hooks.example.com/in']
    const settings = { urls, batchBytes: 20_000, batchSeconds: 5 }
    const check = (given: object) => validateSettings(webhooks.fields, given, { allowLocal: false })
    const read = check({ urls, [name]: settings[name as keyof typeof settings] })
    const message = 'Means nothing without “Events in a request”.'
    expect(read.ok ? [] : read.issues).toEqual([{ field: name, message }])
    expect(check({ ...settings, batchEvents: 10 }).ok).toBe(true)
  })
})
