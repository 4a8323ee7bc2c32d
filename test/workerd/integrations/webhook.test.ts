import { Buffer } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { OutgoingRequest } from '../../../src/context.ts'
import { KINDS } from '../../../src/integrations/index.ts'
import { USER_AGENT } from '../../../src/version.ts'
import { newEvent, webhook } from '../deliver/stand-ins.ts'

const AT = 1_893_456_000_789
const event = newEvent()

async function build(settings: Record<string, unknown> = {}, of = event): Promise<OutgoingRequest[]> {
  return KINDS.webhook.requests(of, webhook(settings), AT, JSON.stringify(of))
}

async function buildOne(settings: Record<string, unknown> = {}, of = event): Promise<OutgoingRequest> {
  const [request, ...others] = await build(settings, of)
  if (!request || others.length > 0) throw new Error('one request was expected')
  return request
}

it('is one POST of the whole event as JSON', async () => {
  expect(await buildOne()).toEqual({
    method: 'POST',
    url: 'https://hooks.example.com/in',
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': USER_AGENT,
      'webhook-id': 'msg_src_1_m1',
      'webhook-timestamp': '1893456000',
    },
    body: JSON.stringify(event),
  })
})

it('goes to each of five URLs, with the same headers and body', async () => {
  const urls = [1, 2, 3, 4, 5].map((n) => `https://hooks${n}.example.com/in?n=${n}`)
  const requests = await build({ urls, sharedSecret: 's', headers: { 'X-Team': 'a' } })
  expect(requests.map(({ url }) => url)).toEqual(urls)
  for (const { method, headers, body } of requests) {
    expect({ method, headers, body }).toEqual({
      method: 'POST',
      headers: requests[0]?.headers,
      body: requests[0]?.body,
    })
  }
})

it('carries headers of the customer, which cannot replace ours', async () => {
  const headers = { Authorization: 'Bearer t', 'X-Team': 'a, b', 'X-Empty': '' }
  expect((await buildOne({ headers })).headers).toMatchObject({ ...headers, 'User-Agent': USER_AGENT })
  const replaced = await buildOne({ headers: { 'User-Agent': 'x', 'Content-Type': 'text/plain', 'webhook-id': 'x' } })
  expect(replaced.headers).toEqual((await buildOne()).headers)
})

it('is not signed without a secret', async () => {
  const { headers } = await buildOne()
  expect(Object.keys(headers).filter((name) => /signature/i.test(name))).toEqual([])
})

describe("Segment's signature", () => {
  it.each(['shared', 'größer 🔑', 'x'.repeat(4_096), ' '])(
    'is the HMAC-SHA1 of the bytes that are sent: %j',
    async (secret) => {
      const { headers, body } = await buildOne({ sharedSecret: secret })
      const bytes = Buffer.from(await new Request('https://x.example', { method: 'POST', body }).arrayBuffer())
      expect(bytes.length).toBeGreaterThan(body.length)
      expect(headers['X-Signature']).toBe(createHmac('sha1', secret).update(bytes).digest('hex'))
      expect(headers['X-Signature']).toMatch(/^[0-9a-f]{40}$/)
    },
  )

  it('is what a receiver computes from the parsed body, as Segment documents it', async () => {
    const { headers, body } = await buildOne({ sharedSecret: 'shared' })
    const again = JSON.stringify(JSON.parse(body))
    expect(headers['X-Signature']).toBe(createHmac('sha1', 'shared').update(again).digest('hex'))
  })
})

it('leaves the event as it was', async () => {
  const before = structuredClone(event)
  await build({ sharedSecret: 's', headers: { 'X-Team': 'a' } })
  expect(event).toEqual(before)
})
