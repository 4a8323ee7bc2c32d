import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { once } from 'node:events'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Call } from './calls.ts'
import type { Certificate } from './rig/certificate.ts'
import type { Front } from './rig/front.ts'
import { type Sdk, UUID } from './sdk.ts'

interface Capture {
  method: string
  path: string
  headers: Record<string, string>
  rawLength: number
  gzipMagic?: boolean
  body: unknown
}

const CAPTURE = join(import.meta.dirname, '../fixtures/sdk-captures/analytics-python-2.3.4.json')

/** The key that the recordings were made with: whoever moves over brings it along. */
const RECORDED_KEY = 'WK'

const PROGRAM: Call[] = [
  { method: 'identify', args: [], arrives: { userId: 'u1', traits: { email: 'a@b.c' } } },
  { method: 'track', args: [], arrives: { userId: 'u1', event: 'Order Completed', properties: { revenue: 9.9 } } },
  { method: 'page', args: [], arrives: { userId: 'u1', category: 'Main', name: 'Home' } },
  { method: 'screen', args: [], arrives: { userId: 'u1', category: 'Cat', name: 'S', properties: {} } },
  { method: 'group', args: [], arrives: { userId: 'u1', groupId: 'g1', traits: { name: 'Acme' } } },
  { method: 'alias', args: [], arrives: { userId: 'u1', previousId: 'anon' } },
]

/** What was called when the recordings were made: once without gzip, once with it. */
const RECORDED_CALLS: Call[] = [...PROGRAM, ...PROGRAM]

/** A Python program, as its requests were recorded. */
export function recordedPython(certificate: Certificate): Sdk {
  return {
    name: 'analytics-python, recorded',
    version: '2.3.4',
    slug: 'python',
    calls: RECORDED_CALLS,
    channel: 'server',
    library: { name: 'analytics-python', version: '2.3.4' },
    messageId: new RegExp(`^${UUID}$`),
    metadata: [],
    replayed: true,
    recordedKey: RECORDED_KEY,
    start: ({ front }) => ({
      idle: replayPython(front, certificate),
      stop: () => Promise.resolve({ foreign: [] }),
    }),
  }
}

/**
 * The requests of a Python program, byte for byte: one plain, one with gzip. Resolves when they are answered. Where a
 * recording has its length, ours has the same.
 */
async function replayPython(front: Front, certificate: Certificate): Promise<void> {
  const { requests } = JSON.parse(await readFile(CAPTURE, 'utf8')) as { requests: Capture[] }
  for (const { method, path, headers, rawLength, gzipMagic, body } of requests) {
    const text = pythonJson(body)
    if (!gzipMagic && text.length !== rawLength) throw new Error(`${text.length} bytes instead of ${rawLength}`)
    const bytes = gzipMagic ? gzipSync(text) : Buffer.from(text)
    const sent = request(front.url + path, {
      method,
      headers: { ...headers, host: front.host, 'content-length': bytes.length },
      ca: certificate.cert,
    })
    sent.end(bytes)
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream]
    response.resume()
    await once(response, 'end')
  }
}

/** JSON as Python's `json.dumps` writes it: a space after each comma and colon, nothing but ASCII. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${pythonJson(key)}: ${pythonJson(one)}`)
      .join(', ')}}`
  }
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
