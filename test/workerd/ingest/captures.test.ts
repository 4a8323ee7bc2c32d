import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import next170 from '../../fixtures/sdk-captures/analytics-next-1.70.0.json'
import next184 from '../../fixtures/sdk-captures/analytics-next-1.84.3.json'
import nodeLegacy from '../../fixtures/sdk-captures/analytics-node-legacy-6.2.0.json'
import node from '../../fixtures/sdk-captures/analytics-node-3.1.0.json'
import python from '../../fixtures/sdk-captures/analytics-python-2.3.4.json'
import reactNative from '../../fixtures/sdk-captures/analytics-react-native-2.24.1.json'
import { send } from '../world.ts'
import { ACCEPTED, type Desk, openDesk, replyOf } from './desk.ts'

type Json = Record<string, unknown>

interface Capture {
  method: string
  path: string
  headers: Record<string, string>
  gzipMagic?: boolean
  body?: Json | string
}

const as = (requests: unknown) => requests as Capture[]

/** What each SDK sent, and the channel of its library. */
const SDKS: [sdk: string, channel: string, requests: Capture[]][] = [
  ['analytics-next 1.70.0', 'client', as(next170.requests)],
  ['analytics-next 1.84.3, one by one', 'client', as(next184.standard)],
  ['analytics-next 1.84.3, in batches', 'client', as(next184.batching)],
  ['analytics-next 1.84.3, leaving the page', 'client', as(next184.keepalive)],
  ['analytics-next 1.84.3, by snippet', 'client', as(next184.snippet)],
  ['analytics-next 1.84.3, cross-origin', 'client', as(next184.crossOrigin)],
  ['analytics-node 3.1.0', 'server', as(node.requests)],
  ['analytics-node 6.2.0', 'server', as(nodeLegacy.requests)],
  ['analytics-python 2.3.4', 'server', as(python.requests)],
  ['analytics-react-native 2.24.1', 'mobile', as(reactNative.requests)],
]
const POSTS = SDKS.flatMap(([sdk, channel, requests]) =>
  requests
    .filter(({ method }) => method === 'POST')
    .map((request, at): [string, number, string, string, Capture] => [sdk, at, request.path, channel, request]),
)
const IP = '203.0.113.7'
/** Those that a connection makes for itself. */
const HOP_BY_HOP = new Set(['host', 'connection', 'content-length'])

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'WK')
})

function replay({ method, path, headers, body, gzipMagic }: Capture): Promise<Response> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))
  const init = { method, headers: { ...Object.fromEntries(kept), 'cf-connecting-ip': IP } }
  if (method !== 'POST') return send(desk.at, path, init)
  const text = JSON.stringify(body)
  return send(desk.at, path, { ...init, body: gzipMagic ? new Uint8Array(gzipSync(text)) : text })
}

const iso = (ms: number) => new Date(ms).toISOString()
const ms = (time: unknown) => Date.parse(String(time))
const object = (value: unknown) => (value ?? {}) as Json

/** What the protocol makes of one event, written from the protocol: sections 2 and 11. */
function expectation(event: Json, envelope: Json, channel: string, userAgent: string | undefined): Json {
  const receivedAt = desk.clock.now
  const sentAt = ms(event.sentAt ?? envelope.sentAt)
  const { writeKey: _, userId, anonymousId, ...rest } = event
  return {
    ...rest,
    ...(userId !== undefined && { userId: userId === null ? null : String(userId) }),
    ...(anonymousId !== undefined && { anonymousId: anonymousId === null ? null : String(anonymousId) }),
    context: {
      ...(channel !== 'server' && { ip: IP }),
      ...(channel === 'client' && { userAgent }),
      ...object(envelope.context),
      ...object(event.context),
    },
    integrations: { ...object(envelope.integrations), ...object(event.integrations) },
    timestamp: iso(receivedAt - (sentAt - ms(event.timestamp))),
    originalTimestamp: iso(ms(event.timestamp)),
    sentAt: iso(sentAt),
    receivedAt: iso(receivedAt),
    channel,
    projectId: desk.source,
    version: 2,
  }
}

describe('a recorded request', () => {
  it('is there of every SDK', () => {
    expect(SDKS.map(([, , requests]) => requests.filter(({ method }) => method === 'POST').length)).toEqual([
      4, 7, 3, 1, 3, 1, 1, 2, 2, 1,
    ])
  })

  it.each(POSTS)('of %s (%d, %s) becomes what the protocol prescribes', async (_sdk, _at, path, channel, request) => {
    expect(await replyOf(await replay(request))).toEqual(ACCEPTED)
    const body = request.body as Json
    const isBatch = ['/v1/b', '/v1/batch'].includes(path)
    const events = isBatch ? (body.batch as Json[]) : [body]
    const expected = events.map((event) =>
      expectation(event, isBatch ? body : {}, channel, request.headers['user-agent']),
    )
    const [taken] = await desk.taken()
    expect(taken).toMatchObject({ source: desk.source, rejected: {}, at: desk.clock.now })
    expect(taken?.events).toEqual(expected)
    expect(events.length).toBeGreaterThan(0)
  })

  it.each(
    SDKS.flatMap(([sdk, , requests]) =>
      requests.filter(({ method }) => method === 'OPTIONS').map((one) => [sdk, one] as const),
    ),
  )('of %s: its preflight is answered with what it asks for', async (_, request) => {
    const response = await replay(request)
    const allowed = (response.headers.get('access-control-allow-headers') ?? '').split(', ')
    expect(response.ok).toBe(true)
    expect(allowed).toEqual(expect.arrayContaining(request.headers['access-control-request-headers']?.split(',') ?? []))
    expect(response.headers.get('access-control-allow-origin')).toBe(request.headers.origin)
  })

  it.each(
    SDKS.flatMap(([sdk, , requests]) =>
      requests.filter(({ path }) => path.endsWith('/settings')).map((one) => [sdk, one] as const),
    ),
  )('of %s: its settings are there, and a page of another origin may read them', async (_, request) => {
    const response = await replay(request)
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(request.headers.origin ?? '*')
    expect(await response.json()).toMatchObject({ integrations: { 'Segment.io': { apiKey: 'WK' } } })
  })
})
