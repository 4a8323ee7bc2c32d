import { afterEach, describe, expect, it, vi } from 'vitest'
import { context, type OutgoingRequest } from '../../../src/context.ts'
import { sendEvent } from '../../../src/deliver/send.ts'
import type { Target } from '../../../src/integrations/index.ts'
import { direct, newEvent, virtual, webhook } from './stand-ins.ts'

const event = newEvent()

function send(target: Target, answer: (request: OutgoingRequest) => Promise<Response> | Response) {
  const world = virtual(answer)
  return sendEvent(event, target, { ctx: world.ctx, allowLocal: false }, JSON.stringify(event)).then((result) => ({
    ...world,
    result,
  }))
}

describe('what came of it', () => {
  it('is delivered, with its status and no sample', async () => {
    const { result, sent } = await send(webhook(), () => new Response('thanks', { status: 202 }))
    expect(result).toEqual({ outcome: { kind: 'delivered' }, status: 202, tookMs: 0 })
    expect(sent.map(({ url, timeoutMs }) => [url, timeoutMs])).toEqual([['https://hooks.example.com/in', 5_000]])
  })

  it('has the time that the request took', async () => {
    const world = virtual(() => {
      world.clock.now += 1_234
      return new Response('no', { status: 400 })
    })
    const result = await sendEvent(event, webhook(), { ctx: world.ctx, allowLocal: false }, JSON.stringify(event))
    expect(result.tookMs).toBe(1_234)
  })

  it('is unsupported, by the partner’s own word', async () => {
    const { result } = await send(direct(), () => new Response(null, { status: 501 }))
    expect(result).toMatchObject({ outcome: { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' }, status: 501 })
  })

  it.each<[Error, string]>([
    [new DOMException('too slow', 'TimeoutError'), 'timeout'],
    [new TypeError('connection refused'), 'network'],
  ])('is %s', async (error, code) => {
    const { result } = await send(webhook(), () => {
      throw error
    })
    expect(result).toEqual({
      outcome: { kind: 'retry', code },
      tookMs: 0,
      sample: expect.objectContaining({ error: String(error) }),
    })
  })

  it('is a redirect, which is not followed', async () => {
    const { result, sent } = await send(webhook(), () => {
      return new Response('moved', { status: 302, headers: { Location: 'https://169.254.169.254/' } })
    })
    expect(result).toMatchObject({ outcome: { kind: 'dead', code: 'http_302' }, status: 302 })
    expect(sent).toHaveLength(1)
  })
})

describe('the runtime’s own fetch', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('is told to follow no redirect and to give up in time', async () => {
    const fetches = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(() => Promise.resolve(new Response(null, { status: 307, headers: { Location: '/x' } })))
    const result = await sendEvent(event, webhook(), { ctx: context, allowLocal: false }, JSON.stringify(event))
    expect(result.outcome).toEqual({ kind: 'dead', code: 'http_307' })
    expect(fetches).toHaveBeenCalledTimes(1)
    const [url, init] = fetches.mock.calls[0] ?? []
    expect([url, init?.method, init?.redirect]).toEqual(['https://hooks.example.com/in', 'POST', 'manual'])
    expect(init?.signal).toBeInstanceOf(AbortSignal)
  })
})

describe('requests of one invocation', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('share a timer where they begin together, and none has less time than it is promised', async () => {
    const signals: { signal: AbortSignal; began: number }[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
      signals.push({ signal: init?.signal as AbortSignal, began: Date.now() })
      return Promise.resolve(new Response())
    })
    const fetch = context.fetch.sharing?.() ?? context.fetch
    const ask = (timeoutMs: number) =>
      fetch({ method: 'GET', url: 'https://hooks.example.com', headers: {} }, timeoutMs)
    await ask(400)
    await ask(400)
    await ask(4_000)
    await context.sleep(60)
    await ask(400)
    const [one, two, other, late] = signals.map(({ signal }) => signal)
    expect([two === one, other === one, late === one]).toEqual([true, false, false])
    const took = await Promise.all(
      signals
        .filter(({ signal }) => signal !== other)
        .map(
          ({ signal, began }) =>
            new Promise<number>((done) => signal.addEventListener('abort', () => done(Date.now() - began))),
        ),
    )
    for (const ms of took) expect(ms).toBeGreaterThanOrEqual(399)
    expect(one?.reason).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('the receiver’s own words', () => {
  it.each<[string, string, string | undefined]>([
    ['application/json', '{"message":"Missing email address"}', 'Missing email address'],
    ['application/json; charset=utf-8', '{"message":"größer"}', 'größer'],
    ['application/problem+json', '{"message":"a"}', 'a'],
    ['application/json', `{"message":"${'x'.repeat(600)}"}`, 'x'.repeat(500)],
    ['Application/JSON', '{"message":"a"}', 'a'],
    ['APPLICATION/PROBLEM+JSON; Charset="UTF-8"', '{"type":"about:blank","title":"t","detail":"d"}', 'd'],
    ['application/problem+json', '{"title":"Out of credit"}', 'Out of credit'],
    ['application/vnd.api+json', '{"errors":[{"detail":"No such list"}]}', 'No such list'],
    ['application/json', '{"error":"a"}', 'a'],
    ['application/json', '{"error":{"code":4,"message":"a"}}', 'a'],
    ['application/json', '{"error":"invalid_grant","error_description":"The token is over"}', 'The token is over'],
    ['application/json', '["message"]', 'message'],
    ['application/json', '{"message":""}', '{"message":""}'],
    ['application/json', '{"message":5}', '{"message":5}'],
    ['application/json', 'null', undefined],
    ['application/json', '{}', undefined],
    ['application/json', '{"message":"a"', 'a'],
    ['application/json', `{"message":"a","more":"${'x'.repeat(5_000)}"}`, 'a'],
    ['Application/JSON', `{"error":{"message":"größer \\"x\\"","stack":"${'x'.repeat(5_000)}"}}`, 'größer "x"'],
    ['application/json', `{"title":"${'x'.repeat(5_000)}"}`, 'x'.repeat(500)],
    ['application/json', `{"rows":["${'x'.repeat(5_000)}"]}`, `{"rows":["${'x'.repeat(490)}`],
    ['application/json', 'Bad gateway', 'Bad gateway'],
    ['text/plain', '{"message":"a"}', 'a'],
    ['text/plain; charset=utf-8', '  no\r\n such  list ', 'no such list'],
    ['text/plain', 'x'.repeat(5_000), 'x'.repeat(500)],
    ['text/html', '<p>no</p>', 'no'],
    [
      'Text/HTML',
      '<!DOCTYPE html><html><head><title>502</title><style>p{}</style></head><body><h1>Bad&nbsp;gateway</h1>\n<p>a &amp; b</p></body>',
      'Bad gateway a & b',
    ],
    ['text/html', '<html><head><title>Gone fishing</title></head><body></body></html>', 'Gone fishing'],
    ['text/html', `<script>${'x'.repeat(5_000)}`, undefined],
    ['', '{"message":"a"}', 'a'],
    ['', 'no', 'no'],
    ['image/png', 'PNG', undefined],
    ['application/octet-stream', 'a\u0000b', undefined],
    ['text/plain', '', undefined],
  ])('%s %s', async (type, body, message) => {
    for (const status of [400, 503, 501]) {
      const { result } = await send(direct(), () => answerOf(body, status, type))
      expect([status, result.message]).toEqual([status, message])
      expect(result.sample?.response?.body).toBe(body.slice(0, 4_096))
    }
  })

  it('are read in the charset that they name', async () => {
    const latin = new Uint8Array([0x6e, 0xe4, 0x68]).buffer
    const headers = { 'Content-Type': 'text/plain; charset=ISO-8859-1' }
    const { result } = await send(direct(), () => new Response(latin, { status: 400, headers }))
    expect(result.message).toBe('näh')
  })

  it('are not asked for when all went well', async () => {
    const { result } = await send(direct(), () => Response.json({ message: 'thanks' }))
    expect(result).toEqual({ outcome: { kind: 'delivered' }, status: 200, tookMs: 0 })
  })
})

describe('settings that allow no request', () => {
  it.each<[string, Target, string]>([
    ['a webhook without addresses', webhook({ urls: [] }), 'There is no address to send to.'],
    ['an integration without endpoint', withoutEndpoint(), 'Partner has no endpoint'],
    ['a webhook whose addresses are gone', webhook({ urls: null }), 'The request could not be built.'],
  ])('%s', async (_, target, message) => {
    const { result, sent } = await send(target, () => new Response())
    expect(result).toEqual({ outcome: { kind: 'dead', code: 'INVALID_SETTINGS' }, tookMs: 0, message })
    expect(sent).toEqual([])
  })
})

function withoutEndpoint(): Target {
  const target = direct()
  const { endpoint: _, ...integration } = target.integration
  return { ...target, integration }
}

/** Without a type when it is empty: a text alone would be given one. */
function answerOf(body: string, status: number, type: string): Response {
  const response = new Response(body, { status, headers: { 'Content-Type': type || 'x/x' } })
  if (type === '') response.headers.delete('Content-Type')
  return response
}
