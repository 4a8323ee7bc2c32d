import { describe, expect, it } from 'vitest'
import { sendEvent } from '../../../src/deliver/send.ts'
import type { Outcome } from '../../../src/lane/index.ts'
import { newEvent, virtual, webhook } from './stand-ins.ts'

type Answer = number | 'timeout' | 'network'

/** One answer for each URL, in their order. */
async function send(...answers: Answer[]) {
  const urls = answers.map((_, index) => `https://hooks${index}.example.com/in`)
  const world = virtual(({ url }) => {
    const answer = answers[urls.indexOf(url)]
    if (answer === 'timeout') throw new DOMException('too slow', 'TimeoutError')
    if (answer === undefined || answer === 'network') throw new TypeError('no connection')
    const headers = new Headers({ 'Retry-After': '60' })
    return new Response(answer === 204 ? null : `from ${url}`, { status: answer, headers })
  })
  const result = await sendEvent(
    newEvent(),
    webhook({ urls }),
    { ctx: world.ctx, allowLocal: false },
    JSON.stringify(newEvent()),
  )
  return { result, sent: world.sent, at: world.clock.now }
}

describe('five URLs', () => {
  it.each<[Answer[], Outcome['kind'], string | undefined]>([
    [[200, 200, 200, 200, 200], 'delivered', undefined],
    [[204, 500, 404, 'timeout', 'network'], 'delivered', undefined],
    [['network', 'timeout', 404, 500, 204], 'delivered', undefined],
    [[400, 400, 200, 400, 400], 'delivered', undefined],
    [[501, 400, 400, 400, 201], 'delivered', undefined],
    [[400, 404, 410, 302, 503], 'retry', 'http_503'],
    [[503, 404, 410, 302, 400], 'retry', 'http_503'],
    [[400, 400, 400, 400, 'timeout'], 'retry', 'timeout'],
    [[400, 400, 'network', 400, 400], 'retry', 'network'],
    [[501, 501, 501, 501, 429], 'retry', 'http_429'],
    [[400, 404, 501, 410, 302], 'filtered', 'UNSUPPORTED_EVENT_TYPE'],
    [[400, 404, 410, 302, 401], 'dead', 'http_400'],
  ])('that answer %j', async (answers, kind, code) => {
    const { result, sent } = await send(...answers)
    expect([result.outcome.kind, 'code' in result.outcome ? result.outcome.code : undefined]).toEqual([kind, code])
    expect(sent.map(({ url }) => url)).toEqual(answers.map((_, index) => `https://hooks${index}.example.com/in`))
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    expect(new Set(sent.map(({ headers }) => JSON.stringify(headers))).size).toBe(1)
  })
})

it('shows the request whose answer decided', async () => {
  const { result, at } = await send(400, 503, 404)
  expect(result.outcome).toEqual({ kind: 'retry', code: 'http_503', notBefore: at + 60_000 })
  expect(result.status).toBe(503)
  expect(result.sample?.request.url).toBe('https://hooks1.example.com/in')
  expect(result.sample?.response?.body).toBe('from https://hooks1.example.com/in')
})

it('takes one success for delivered, so that nothing is to be repeated', async () => {
  const { result } = await send(503, 'timeout', 200)
  expect(result).toEqual({ outcome: { kind: 'delivered' }, status: 200, tookMs: 0 })
})

it('keeps quiet as long as the most patient of them asks', async () => {
  const waits = [undefined, '60', '600', '6']
  const urls = waits.map((_, index) => `https://hooks${index}.example.com/in`)
  const world = virtual(({ url }) => {
    const wait = waits[urls.indexOf(url)]
    return new Response('', { status: 429, ...(wait !== undefined && { headers: { 'Retry-After': wait } }) })
  })
  const { outcome } = await sendEvent(
    newEvent(),
    webhook({ urls }),
    { ctx: world.ctx, allowLocal: false },
    JSON.stringify(newEvent()),
  )
  expect(outcome).toEqual({ kind: 'retry', code: 'http_429', notBefore: world.clock.now + 600_000 })
})
