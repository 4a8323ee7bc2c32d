import { once } from 'node:events'
import { request } from 'node:https'
import { gzipSync } from 'node:zlib'
import type { JsonObject } from '../../src/event/index.ts'
import type { Certificate } from './rig/certificate.ts'
import type { Front } from './rig/front.ts'
import type { Sdk } from './sdk.ts'

/** How an SDK that cannot run here builds its requests, as its source code has it. */
interface Shape {
  library: { name: string; version: string }
  channel: Sdk['channel']
  path: string
  contentType?: string
  /** With gzip; `streamed` also means without a length. */
  gzip?: 'whole' | 'streamed'
  /** The write key as Basic user name, in the body, or both. */
  key: 'basic' | 'body' | 'both'
  /** What the batch says for all its events. */
  envelope?: JsonObject
  /** What its events have beside the common fields. */
  event?: JsonObject
  /** The library is named once for the batch. */
  libraryInEnvelope?: boolean
}

const JSON_TYPE = 'application/json'
const METADATA = { _metadata: { bundled: [], unbundled: [], bundledIds: [] } }

const SHAPES: Shape[] = [
  {
    library: { name: 'analytics-go', version: '3.0.0' },
    channel: 'server',
    path: '/v1/batch',
    contentType: JSON_TYPE,
    key: 'basic',
    envelope: { messageId: 'batch-1' },
    libraryInEnvelope: true,
  },
  {
    library: { name: 'analytics-ruby', version: '2.5.0' },
    channel: 'server',
    path: '/v1/import',
    contentType: JSON_TYPE,
    key: 'basic',
  },
  {
    library: { name: 'analytics-php', version: '3.8.2' },
    channel: 'server',
    path: '/v1/batch',
    contentType: JSON_TYPE,
    gzip: 'whole',
    key: 'basic',
    // Neither milliseconds nor a Z, and an empty array for an empty object.
    event: { timestamp: '2026-01-02T03:04:05+00:00', properties: { list: [] } },
  },
  {
    library: { name: 'analytics-java', version: '3.5.4' },
    channel: 'server',
    path: '/v1/import/',
    contentType: JSON_TYPE,
    key: 'both',
    envelope: { context: { instanceId: 'i-1' }, sequence: 1 },
    libraryInEnvelope: true,
  },
  {
    library: { name: 'Analytics.NET', version: '3.8.1' },
    channel: 'server',
    path: '/v1/import',
    contentType: JSON_TYPE,
    gzip: 'whole',
    key: 'basic',
  },
  {
    library: { name: 'Analytics-CSharp', version: '2.6.0' },
    channel: 'server',
    path: '/v1/b',
    gzip: 'whole',
    key: 'body',
  },
  {
    library: { name: 'analytics-swift', version: '1.9.1' },
    channel: 'mobile',
    path: '/v1/b',
    contentType: 'application/json; charset=utf-8',
    key: 'body',
    event: METADATA,
  },
  {
    library: { name: 'analytics-kotlin', version: '1.25.0' },
    channel: 'mobile',
    path: '/v1/b',
    contentType: 'text/plain',
    gzip: 'streamed',
    key: 'body',
    event: METADATA,
  },
  {
    library: { name: 'analytics-ios', version: '4.1.8' },
    channel: 'mobile',
    path: '/v1/batch',
    contentType: JSON_TYPE,
    gzip: 'whole',
    key: 'body',
  },
  {
    library: { name: 'analytics-android', version: '4.11.3' },
    channel: 'mobile',
    path: '/v1/import',
    contentType: JSON_TYPE,
    gzip: 'streamed',
    key: 'body',
  },
]

/** The SDKs that are no npm packages: one batch each, over HTTP, in the way that they send theirs. */
export function sdksNotRun(certificate: Certificate): Sdk[] {
  return SHAPES.map((shape) => ({
    name: shape.library.name,
    version: shape.library.version,
    slug: `not-run-${shape.library.name.toLowerCase().replaceAll('.', '-')}`,
    calls: [{ method: 'track', args: [], arrives: { event: 'Order Completed', userId: 'u-1' } }],
    channel: shape.channel,
    library: shape.library,
    messageId: /^not-run-/,
    metadata: Object.keys(shape.event?._metadata ?? {}),
    replayed: true,
    start: ({ front, writeKey }) => ({
      idle: post(shape, front, writeKey, certificate),
      stop: () => Promise.resolve({ foreign: [] }),
    }),
  }))
}

async function post(shape: Shape, front: Front, writeKey: string, { cert }: Certificate): Promise<void> {
  const text = JSON.stringify(bodyOf(shape, writeKey))
  const bytes = shape.gzip ? gzipSync(text) : Buffer.from(text)
  const sent = request(front.url + shape.path, { method: 'POST', ca: cert })
  sent.setHeader('user-agent', `${shape.library.name}/${shape.library.version}`)
  if (shape.contentType) sent.setHeader('content-type', shape.contentType)
  if (shape.gzip) sent.setHeader('content-encoding', 'gzip')
  if (shape.key !== 'body') sent.setHeader('authorization', `Basic ${btoa(`${writeKey}:`)}`)
  if (shape.gzip !== 'streamed') sent.setHeader('content-length', bytes.length)
  // In two parts, so that what has no length is sent in chunks.
  sent.write(bytes.subarray(0, 50))
  sent.end(bytes.subarray(50))
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream]
  response.resume()
  await once(response, 'end')
}

function bodyOf({ library, key, envelope, event, libraryInEnvelope }: Shape, writeKey: string): JsonObject {
  const track = {
    type: 'track',
    event: 'Order Completed',
    userId: 'u-1',
    anonymousId: null,
    messageId: `not-run-${crypto.randomUUID()}`,
    timestamp: new Date().toISOString(),
    ...(!libraryInEnvelope && { context: { library } }),
    ...event,
  }
  return {
    ...envelope,
    ...(libraryInEnvelope && { context: { library, ...(envelope?.context as JsonObject | undefined) } }),
    ...(key !== 'basic' && { writeKey }),
    batch: [track],
    sentAt: new Date().toISOString(),
  }
}
