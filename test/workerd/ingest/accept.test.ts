import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Env } from '../../../src/env.ts'
import { ACCEPTED, type Desk, openDesk, refusal, replyOf, track } from './desk.ts'

type Send = (body: string) => Promise<unknown>

/** A queue that answers as a test says, and keeps what it was given. */
function queueThat(answers: Send): { EVENTS: Queue<string>; tried: string[] } {
  const tried: string[] = []
  const send = (body: string) => {
    tried.push(body)
    return answers(body)
  }
  return { EVENTS: { send } as unknown as Queue<string>, tried }
}

const isPointer = (body: string) => body.includes('"inbox":true')

async function inboxOf(accept: string): Promise<string | undefined> {
  return (await env.ARCHIVE.get(`inbox/${accept}`))?.text()
}

/** A source through a platform that works, for a platform that does not. */
async function deskOn(overrides: Partial<Env>, sleep?: () => Promise<void>): Promise<Desk> {
  const { source, writeKey } = await openDesk()
  const desk = await openDesk({ env: overrides, ctx: sleep ? { sleep } : {} }, null)
  return { ...desk, source, writeKey }
}

const postTo = (desk: Desk, fields: Record<string, unknown> = {}) =>
  desk.post('/v1/batch', {
    writeKey: desk.writeKey,
    batch: [track({ messageId: 'a', ...fields }), track(), { type: 'x' }],
  })

/** That the whole batch lies in the inbox under the accept id of the pointer that was tried. */
async function expectInInbox(desk: Desk, tried: string): Promise<void> {
  const { accept, ...rest } = JSON.parse(tried) as { accept: string; inbox: boolean }
  expect(rest).toEqual({ inbox: true })
  const [head = '', ...events] = ((await inboxOf(accept)) ?? '').split('\n')
  expect(JSON.parse(head)).toEqual({
    accept,
    source: desk.source,
    at: desk.clock.now,
    rejected: { bad_request: 1 },
    refused: [{ code: 'bad_request', text: '{"type":"x"}' }],
  })
  expect(events.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ messageId: 'a' }, { event: 'Paid' }])
}

/** The queue's two seconds are over soon, but not before D1 has answered; R2 has all the time it needs. */
const onlyShort = (ms = 0) => new Promise<void>((resolve) => (ms <= 2_000 ? setTimeout(resolve, 300) : undefined))

describe('a queue that', () => {
  it.each<[string, Send]>([
    ['refuses', () => Promise.reject(new Error('Queue is overloaded'))],
    [
      'throws',
      () => {
        throw new Error('payload too large')
      },
    ],
    ['takes pointers only', (body) => (isPointer(body) ? Promise.resolve() : Promise.reject(new Error('no')))],
  ])('%s: the batch waits in the inbox', async (_, answers) => {
    const { EVENTS, tried } = queueThat(answers)
    const desk = await deskOn({ EVENTS })
    expect(await replyOf(await postTo(desk))).toEqual(ACCEPTED)
    expect(tried.map(isPointer)).toEqual([false, true])
    await expectInInbox(desk, tried[1] ?? '')
  })

  it('does not answer within two seconds: the batch waits in the inbox', async () => {
    const { EVENTS, tried } = queueThat(() => new Promise(() => undefined))
    const slept: number[] = []
    const sleep = (ms?: number) => {
      slept.push(ms ?? 0)
      return onlyShort(ms)
    }
    const desk = await deskOn({ EVENTS }, sleep)
    expect(await replyOf(await postTo(desk))).toEqual(ACCEPTED)
    expect(tried.map(isPointer)).toEqual([false, true])
    expect(slept).toContain(2_000)
    await expectInInbox(desk, tried[1] ?? '')
  })

  it('refuses when it was given up on already: nobody minds', async () => {
    let refuse: (error: Error) => void = () => undefined
    const { EVENTS, tried } = queueThat((body) =>
      isPointer(body) ? Promise.resolve() : new Promise((_, reject) => (refuse = reject)),
    )
    const desk = await deskOn({ EVENTS }, onlyShort)
    expect(await replyOf(await postTo(desk))).toEqual(ACCEPTED)
    refuse(new Error('too late'))
    await expectInInbox(desk, tried[1] ?? '')
  })

  it('takes the batch: nothing is written to the inbox', async () => {
    const { EVENTS, tried } = queueThat(() => Promise.resolve())
    const put = (): Promise<R2Object> => Promise.reject(new Error('not to be used'))
    const desk = await deskOn({ EVENTS, ARCHIVE: { put } as unknown as R2Bucket })
    expect(await replyOf(await postTo(desk))).toEqual(ACCEPTED)
    expect(tried.map(isPointer)).toEqual([false])
  })
})

describe('a batch of 300 KB', () => {
  const large = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`f${at}`, 'x'.repeat(3_000)]))
  const batchFor = ({ writeKey }: Desk) => ({ writeKey, batch: Array.from({ length: 11 }, () => track(large)) })

  it('goes to the inbox, and a pointer to the queue', async () => {
    const { EVENTS, tried } = queueThat(() => Promise.resolve())
    const desk = await deskOn({ EVENTS })
    const body = JSON.stringify(batchFor(desk))
    expect(body.length).toBeGreaterThan(290_000)
    expect(await replyOf(await desk.post('/v1/batch', body))).toEqual(ACCEPTED)
    expect(tried.map(isPointer)).toEqual([true])
    const { accept } = JSON.parse(tried[0] ?? '') as { accept: string }
    expect((await inboxOf(accept))?.split('\n')).toHaveLength(12)
  })

  it('is answered only when its pointer is out, since what is left then is cancelled', async () => {
    let out = false
    const { EVENTS } = queueThat(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      out = true
    })
    const desk = await deskOn({ EVENTS })
    expect(await replyOf(await desk.post('/v1/batch', batchFor(desk)))).toEqual(ACCEPTED)
    expect(out).toBe(true)
  })
})

describe('a message', () => {
  it.each<[string, number, string, boolean]>([
    ['of 120 KB at most is sent', 90, 'x', false],
    ['that is larger is not tried', 140, 'x', true],
    ['is measured in bytes', 50, '€', true],
  ])('%s', async (_, thousands, char, pointer) => {
    const { EVENTS, tried } = queueThat(() => Promise.resolve())
    const desk = await deskOn({ EVENTS })
    const batch = Array.from({ length: thousands / 10 }, () => track({ fill: char.repeat(10_000) }))
    await desk.post('/v1/batch', { writeKey: desk.writeKey, batch })
    expect(tried.map(isPointer)).toEqual([pointer])
    expect(new TextEncoder().encode(tried[0]).length).toBeLessThan(128_000)
  })
})

describe('with ACCEPT=inbox', () => {
  it('every batch goes through the inbox', async () => {
    const { EVENTS, tried } = queueThat(() => Promise.resolve())
    const desk = await deskOn({ EVENTS, ACCEPT: 'inbox' })
    expect(await replyOf(await postTo(desk))).toEqual(ACCEPTED)
    expect(tried.map(isPointer)).toEqual([true])
    await expectInInbox(desk, tried[0] ?? '')
  })

  it('a batch that R2 does not take is not accepted, whatever the queue does', async () => {
    const { EVENTS, tried } = queueThat(() => Promise.resolve())
    const put = () => Promise.reject(new Error('R2 is down'))
    const desk = await deskOn({ EVENTS, ACCEPT: 'inbox', ARCHIVE: { put } as unknown as R2Bucket })
    expect((await postTo(desk)).status).toBe(503)
    expect(tried).toEqual([])
  })
})

describe('when neither queue nor R2 takes a batch', () => {
  const down = () => Promise.reject(new Error('down'))

  it.each<[string, Send]>([
    ['refused', down],
    ['slow', () => new Promise(() => undefined)],
  ])('the client is told to come again (queue %s)', async (_, answers) => {
    const { EVENTS } = queueThat(answers)
    const ARCHIVE = { put: down } as unknown as R2Bucket
    const desk = await deskOn({ EVENTS, ARCHIVE }, () => Promise.resolve())
    const response = await postTo(desk)
    expect(await refusal(response)).toMatchObject({ status: 503, code: 'internal' })
    for (const name of ['retry-after', 'x-ratelimit-reset']) {
      const seconds = response.headers.get(name)
      expect(seconds).toMatch(/^[1-9]\d{0,2}$/)
      expect(Number(seconds)).toBeLessThanOrEqual(300)
    }
  })
})
