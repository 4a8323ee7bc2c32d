import { describe, expect, it } from 'vitest'
import { sendEvent } from '../../../src/deliver/send.ts'
import type { Target } from '../../../src/integrations/index.ts'
import type { Sample } from '../../../src/lane/index.ts'
import { USER_AGENT } from '../../../src/version.ts'
import { direct, newEvent, virtual, webhook } from './stand-ins.ts'

const API_KEY = 'api-key-to-hide'
const SHARED = 'shared-secret-to-hide'
const SIGNING = `whsec_${btoa('signing-secret-to-hide-32-bytes!')}`

const refused = () => new Response('no', { status: 400 })

async function sampleOf(target: Target, answer: () => Response = refused, event = newEvent()) {
  const { ctx, sent } = virtual(answer)
  const { sample } = await sendEvent(event, target, { ctx, allowLocal: false }, JSON.stringify(event))
  if (!sample) throw new Error('a sample was expected')
  return { sample, request: sent[0] }
}

const values = ({ request }: Sample) => Object.values(request.headers)

describe('a sample', () => {
  it('shows request and response', async () => {
    const answer = () =>
      new Response('no', { status: 418, headers: { 'Content-Type': 'text/plain', 'X-Request-Id': '7' } })
    expect((await sampleOf(webhook(), answer)).sample).toEqual({
      at: '2030-01-01T00:00:00.000Z',
      request: {
        method: 'POST',
        url: 'https://hooks.example.com/in',
        headers: {
          'Content-Type': 'application/json',
          'User-Agent': USER_AGENT,
          'webhook-id': 'msg_src_1_m1',
          'webhook-timestamp': '1893456000',
        },
        body: JSON.stringify(newEvent()),
      },
      response: { status: 418, headers: { 'content-type': 'text/plain', 'x-request-id': '7' }, body: 'no' },
    })
  })

  it('hides the API key and the settings of a direct integration', async () => {
    const { sample, request } = await sampleOf(direct({ apiKey: API_KEY, token: 'token-to-hide' }))
    expect(sample.request.headers).toEqual({
      Authorization: '(hidden)',
      'X-Segment-Settings': '(hidden)',
      'Content-Type': 'application/json',
      'User-Agent': USER_AGENT,
      Accept: '(hidden)',
      'Cache-Control': '(hidden)',
    })
    const text = JSON.stringify(sample)
    for (const secret of [API_KEY, btoa(`${API_KEY}:`), 'token-to-hide', request?.headers['X-Segment-Settings']]) {
      expect(text).not.toContain(secret)
    }
  })

  it('hides signatures, secrets and what is in headers of the customer', async () => {
    const headers = { Authorization: 'Bearer header-to-hide', 'X-Team': 'team-to-hide', Cookie: 'a=cookie-to-hide' }
    const settings = { headers, sharedSecret: SHARED, signingSecret: SIGNING, previousSigningSecret: SIGNING }
    const { sample, request } = await sampleOf(webhook(settings))
    expect(values(sample).filter((value) => value === '(hidden)')).toHaveLength(5)
    const text = JSON.stringify(sample)
    expect(text).not.toMatch(/to-hide/)
    for (const name of ['X-Signature', 'webhook-signature']) {
      expect(request?.headers[name]).toMatch(/./)
      expect(text).not.toContain(request?.headers[name])
    }
  })

  it('hides a header of the customer whose name is one of ours elsewhere', async () => {
    const headers = { Accept: 'accept-to-hide', 'Cache-Control': 'cache-to-hide' }
    expect(JSON.stringify((await sampleOf(webhook({ headers }))).sample)).not.toMatch(/to-hide/)
  })

  it('hides them as well when there was no answer', async () => {
    const { ctx } = virtual(() => Promise.reject(new TypeError('no connection')))
    const target = direct({ apiKey: API_KEY })
    const { sample } = await sendEvent(newEvent(), target, { ctx, allowLocal: false }, JSON.stringify(newEvent()))
    expect(sample?.error).toBe('TypeError: no connection')
    expect(JSON.stringify(sample)).not.toContain(btoa(`${API_KEY}:`))
  })

  it('hides cookies of the receiver', async () => {
    const answer = () => new Response('no', { status: 400, headers: { 'Set-Cookie': 'session=cookie-to-hide' } })
    expect(JSON.stringify((await sampleOf(webhook(), answer)).sample)).not.toMatch(/cookie/)
  })

  it('is cut to a few kilobytes', async () => {
    const headers = new Headers()
    for (let index = 0; index < 60; index++) headers.set(`X-Long-${String(index).padStart(2, '0')}`, 'y'.repeat(3_000))
    const answer = () => new Response('z'.repeat(100_000), { status: 400, headers })
    const event = newEvent({ properties: { long: 'x'.repeat(100_000) } })
    const { sample, request } = await sampleOf(webhook(), answer, event)
    expect(request?.body.length).toBeGreaterThan(100_000)
    expect(sample.request.body).toBe(request?.body.slice(0, 4_096))
    expect(sample.response?.body).toBe('z'.repeat(4_096))
    expect(Object.keys(sample.response?.headers ?? {})).toHaveLength(20)
    expect(new Set(Object.values(sample.response?.headers ?? {}).map((value) => value.length > 200))).toEqual(
      new Set([false]),
    )
    expect(JSON.stringify(sample).length).toBeLessThan(16_384)
  })
})
