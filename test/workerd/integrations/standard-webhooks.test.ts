import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { OutgoingRequest } from '../../../src/context.ts'
import { KINDS } from '../../../src/integrations/index.ts'
import { newEvent, webhook } from '../deliver/stand-ins.ts'

const CURRENT = `whsec_${btoa('current-secret-of-32-bytes-long!')}`
const PREVIOUS = `whsec_${btoa('previous-secret-of-32-bytes-long')}`
const OTHER = `whsec_${btoa('other-secret-that-nobody-signs-by')}`

async function signed(
  settings: Record<string, unknown>,
  event = newEvent(),
  at = Date.now(),
): Promise<OutgoingRequest> {
  const [request] = await KINDS.webhook.requests(event, webhook(settings), at, JSON.stringify(event))
  if (!request) throw new Error('one request was expected')
  return request
}

const verify = (secret: string, { body, headers }: OutgoingRequest) => new Webhook(secret).verify(body, headers)

describe('the library of Standard Webhooks', () => {
  it('verifies what is sent', async () => {
    const request = await signed({ signingSecret: CURRENT })
    expect(verify(CURRENT, request)).toEqual(newEvent())
    expect(request.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/)
  })

  it('verifies with either secret while they are rotated', async () => {
    const request = await signed({ signingSecret: CURRENT, previousSigningSecret: PREVIOUS })
    expect(request.headers['webhook-signature']?.split(' ')).toHaveLength(2)
    expect(verify(CURRENT, request)).toEqual(newEvent())
    expect(verify(PREVIOUS, request)).toEqual(newEvent())
  })

  it('verifies with the previous secret alone', async () => {
    const request = await signed({ previousSigningSecret: PREVIOUS })
    expect(verify(PREVIOUS, request)).toEqual(newEvent())
    expect(() => verify(CURRENT, request)).toThrow()
  })

  it('verifies secrets of every permitted length', async () => {
    for (const length of [24, 25, 26, 32, 63, 64]) {
      const secret = `whsec_${btoa('s'.repeat(length))}`
      expect(verify(secret, await signed({ signingSecret: secret }))).toEqual(newEvent())
    }
  })

  it.each<[string, (request: OutgoingRequest) => OutgoingRequest]>([
    ['another body', (request) => ({ ...request, body: request.body.replace('u1', 'u2') })],
    ['one space more', (request) => ({ ...request, body: `${request.body} ` })],
    ['another id', (request) => ({ ...request, headers: { ...request.headers, 'webhook-id': 'msg_src_1_m2' } })],
    [
      'another time',
      (request) => ({
        ...request,
        headers: { ...request.headers, 'webhook-timestamp': String(Number(request.headers['webhook-timestamp']) + 1) },
      }),
    ],
    ['no signature', (request) => ({ ...request, headers: { ...request.headers, 'webhook-signature': '' } })],
  ])('refuses %s', async (_, change) => {
    const request = await signed({ signingSecret: CURRENT })
    expect(() => verify(CURRENT, change(request))).toThrow()
  })

  it('refuses another secret, and an attempt of long ago', async () => {
    const settings = { signingSecret: CURRENT }
    const request = await signed(settings)
    expect(() => verify(OTHER, request)).toThrow()
    const old = await signed(settings, newEvent(), Date.now() - 400_000)
    expect(() => verify(CURRENT, old)).toThrow()
  })

  it('verifies whatever an event holds', async () => {
    const property = fc.asyncProperty(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      async (id, text) => {
        const event = newEvent({ messageId: id || 'm', properties: { text } })
        const request = await signed({ signingSecret: CURRENT, sharedSecret: 's' }, event)
        // As the bytes arrive: lone surrogates have become U+FFFD by then, in the signature as on the wire.
        const body = await new Request('https://x.example', { method: 'POST', body: request.body }).text()
        verify(CURRENT, { ...request, body })
        expect(new Headers(request.headers).get('webhook-id')).toBe(request.headers['webhook-id'])
      },
    )
    await fc.assert(property, { numRuns: 300 })
  })
})

describe('webhook-id', () => {
  const idOf = async (messageId: string, projectId = 'src_1', at = 0) =>
    (await signed({}, newEvent({ messageId, projectId }), at)).headers['webhook-id']

  it('is the same over all attempts, the time is not', async () => {
    const settings = { signingSecret: CURRENT }
    const one = await signed(settings, newEvent(), 1_000_999)
    const two = await signed(settings, newEvent(), 5_000_000)
    expect([one.headers['webhook-id'], two.headers['webhook-id']]).toEqual(['msg_src_1_m1', 'msg_src_1_m1'])
    expect([one.headers['webhook-timestamp'], two.headers['webhook-timestamp']]).toEqual(['1000', '5000'])
    expect(one.headers['webhook-signature']).not.toBe(two.headers['webhook-signature'])
  })

  it.each(['ajs-next-1-4f_A', '0', 'a'.repeat(99)])('keeps the plain id %s', async (id) => {
    expect(await idOf(id)).toBe(`msg_src_1_${id}`)
    expect(await idOf(id, 'src_2')).toBe(`msg_src_2_${id}`)
  })

  it.each(['a b', 'a\nb', 'a\r\nX-Injected: 1', 'ü', '🎉', 'a.b', 'm1.', ' ', '\u0000', 'a,b', '{"a":1}', 'a/b'])(
    'replaces the odd id %j by a digest',
    async (id) => {
      const made = await idOf(id)
      expect(made).toMatch(/^msg_src_1_[A-Za-z0-9_-]{43}$/)
      expect(await idOf(id, 'src_1', 99_000)).toBe(made)
      expect(await idOf(`${id}x`)).not.toBe(made)
      expect(await idOf(id, 'src_2')).not.toBe(made)
    },
  )
})
