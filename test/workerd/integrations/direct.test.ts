import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import type { OutgoingRequest } from '../../../src/context.ts'
import { InvalidSettings, KINDS, type Target } from '../../../src/integrations/index.ts'
import { USER_AGENT } from '../../../src/version.ts'
import { direct, newEvent } from '../deliver/stand-ins.ts'

const event = newEvent()

async function build(target: Target): Promise<OutgoingRequest> {
  const [request, ...others] = await KINDS.direct.requests(event, target, 0, JSON.stringify(event))
  if (!request || others.length > 0) throw new Error('one request was expected')
  return request
}

const decode = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString()

it('is the request of the partner documentation', async () => {
  expect(await build(direct({ customSettingOne: 'custom setting value' }))).toEqual({
    method: 'POST',
    url: 'https://partner.example.com/in',
    headers: {
      Authorization: 'Basic c2VnbWVudDo=',
      'X-Segment-Settings': 'eyJjdXN0b21TZXR0aW5nT25lIjoiY3VzdG9tIHNldHRpbmcgdmFsdWUifQ==',
      'Content-Type': 'application/json',
      'User-Agent': USER_AGENT,
      Accept: '*/*',
      'Cache-Control': 'no-cache',
    },
    body: JSON.stringify(event),
  })
})

describe('the settings', () => {
  it.each<[Record<string, unknown>]>([
    [{}],
    [{ region: 'eu', deep: true, off: false, limit: 2.5, tags: ['a', 'b'], pairs: { a: '1' } }],
    [{ name: 'Größe 🎉 漢字', quote: '"\\' }],
    [{ long: 'x'.repeat(4_096) }],
  ])('%j arrive as they are', async (settings) => {
    const { headers } = await build(direct(settings))
    expect(JSON.parse(decode(headers['X-Segment-Settings']))).toEqual(settings)
    expect(headers['X-Segment-Settings']).toMatch(/^[A-Za-z0-9+/]+={0,2}$/)
  })
})

describe('the API key', () => {
  it.each(['segment', 'schlüssel-🔑', 'with:colon', ' spaces ', 'x'.repeat(4_096)])(
    '%j is the user name',
    async (apiKey) => {
      const { headers, body, url } = await build(direct({ apiKey, site: 's' }))
      const authorization = /^Basic (\S+)$/.exec(headers.Authorization ?? '')?.[1]
      expect(decode(authorization)).toBe(`${apiKey}:`)
      expect(decode(headers['X-Segment-Settings'])).toBe('{"site":"s"}')
      expect([body.includes(apiKey), url.includes(apiKey)]).toEqual([false, false])
    },
  )
})

it('goes to the endpoint of the integration, whatever the settings say', async () => {
  const target = direct({ endpoint: 'https://thief.example.com/', url: 'https://thief.example.com/' })
  expect((await build(target)).url).toBe('https://partner.example.com/in')
})

it('cannot be built without an endpoint', () => {
  const { endpoint: _, ...integration } = direct().integration
  expect(() => KINDS.direct.requests(event, { ...direct(), integration }, 0, JSON.stringify(event))).toThrow(
    InvalidSettings,
  )
})
