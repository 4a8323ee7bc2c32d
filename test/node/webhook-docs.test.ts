import { Buffer } from 'node:buffer'
import { execFile, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { context, type OutgoingRequest } from '../../src/context.ts'
import { classify } from '../../src/deliver/classify.ts'
import { sendEvent, type Sent } from '../../src/deliver/send.ts'
import {
  API_KEY,
  BUILT_IN,
  type Integration,
  KINDS,
  refuseAddress,
  type SettingsValues,
  validateSettings,
} from '../../src/integrations/index.ts'
import { resolveIntegration } from '../../src/settings/catalog.ts'
import { ageLimitMs, delayMs } from '../../src/lane/schedule.ts'
import { EVENT_TYPES, type JsonObject, LIMITS, normalise, type SpecEvent } from '../../src/event/index.ts'
import { loadPython, type Python, type Receiver, type Secrets, startProcess } from './receivers.ts'

const docs = join(import.meta.dirname, '../../docs')
const webhooksPage = await readFile(join(docs, 'webhooks.md'), 'utf8')
const directPage = await readFile(join(docs, 'direct.md'), 'utf8')

/** The code blocks of one language, in order. */
function fences(page: string, language: string): string[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code)
}

function fence(page: string, language: string, at = 0): string {
  const code = fences(page, language)[at]
  if (code === undefined) throw new Error(`There is no ${language} block ${at}`)
  return code
}

/** The text under a heading, up to the next heading. */
function section(page: string, heading: string): string {
  const text = page.split(/^#+ /m).find((one) => one.startsWith(`${heading}\n`))
  if (text === undefined) throw new Error(`There is no section ${heading}`)
  return text
}

/** A text whose sentences go on past the ends of lines. */
const unwrapped = (text: string) => text.replaceAll(/\n(?=\S)/g, ' ')

/** The cells of the first table of a text, without its head. */
function table(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

/** What stands between backticks, blocks of code left aside. */
function codes(text: string): string[] {
  return [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

interface HttpExample {
  first: string
  headers: Record<string, string>
  body: string
}

/** A request as the documentation prints it. */
function parseHttp(text: string): HttpExample {
  const [head = '', body = ''] = text.trimEnd().split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon), line.slice(colon + 2)]
  })
  return { first, headers: Object.fromEntries(headers) as Record<string, string>, body }
}

/** A request of the project, as the documentation has to print it. */
function printed({ method, url, headers, body }: OutgoingRequest): HttpExample {
  const { host, pathname } = new URL(url)
  return {
    first: `${method} ${pathname} HTTP/1.1`,
    headers: { Host: host, ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    body,
  }
}

function builtIn(slug: string): Integration {
  const found = BUILT_IN.find((one) => one.slug === slug)
  if (!found) throw new Error(`There is no integration ${slug}`)
  return found
}

const webhooks = builtIn('webhooks')

/** An event as it comes out of the pipeline. */
function eventOf(raw: JsonObject): SpecEvent {
  const result = normalise(raw, {
    receivedAt: Date.parse('2030-01-01T00:00:02.100Z'),
    projectId: 'src_shop',
    ip: '203.0.113.9',
    userAgent: 'Mozilla/5.0',
    newMessageId: () => 'made-by-the-server',
  })
  if (!result.ok) throw new Error(result.code)
  return result.event
}

/** What the platform makes of answers, one from each address, and how long it would wait for them. */
async function deliver(
  target: { integration: Integration; settings: SettingsValues },
  answers: Response[],
): Promise<Sent & { timeouts: Set<number> }> {
  const timeouts = new Set<number>()
  const rest = answers.values()
  const fetch = (_: OutgoingRequest, timeoutMs: number) => {
    timeouts.add(timeoutMs)
    return Promise.resolve(rest.next().value ?? Response.error())
  }
  const ctx = { ...context, fetch }
  const event = eventOf(track)
  const deps = { ctx, allowLocal: false }
  const sent = await sendEvent(event, { destinationId: 'dst_1', ...target }, deps, JSON.stringify(event))
  return { ...sent, timeouts }
}

async function build(event: SpecEvent, settings: SettingsValues, at: number): Promise<OutgoingRequest> {
  const target = { destinationId: 'dst_1', integration: webhooks, settings }
  const [request] = await KINDS.webhook.requests(event, target, at, JSON.stringify(event))
  if (!request) throw new Error('no request')
  return request
}

/** What each status leads to, by the documentation's table: the first row that fits decides. */
function documentedOutcome(rows: string[][], status: number): string | undefined {
  const row = rows.find(([answer = '']) =>
    answer.split(', ').some((part) => {
      const [from, to = from] = codes(part).map(Number)
      return from !== undefined && to !== undefined && from <= status && status <= to
    }),
  )
  return row?.at(-2)
}

const STATES = { delivered: 'delivered', filtered: 'filtered', retry: 'pending', dead: 'dead', unsent: 'unsent' }

const track: JsonObject = {
  type: 'track',
  event: 'Order Completed',
  anonymousId: 'anon-1',
  userId: 'u-1',
  messageId: 'ajs-next-1-x',
  timestamp: '2030-01-01T00:01:00.000Z',
  sentAt: '2030-01-01T00:01:02.000Z',
  writeKey: 'wk_1',
  properties: { orderId: 'o1', total: 12.5, products: [{ sku: 'A' }], shipTo: { City: 'Oslo' }, coupon: null },
  context: { library: { name: 'analytics.js', version: 'npm:next-1.84.1' }, page: { path: '/buy' } },
  integrations: {},
  _metadata: { bundled: ['Segment.io'], unbundled: ['Some Tool'], bundledIds: [] },
}

describe('docs/webhooks.md', () => {
  const settings = JSON.parse(fence(webhooksPage, 'json')) as SettingsValues
  const rotated = JSON.parse(fence(webhooksPage, 'json', 1)) as SettingsValues
  const example = parseHttp(fence(webhooksPage, 'http'))
  const at = Number(example.headers['webhook-timestamp']) * 1_000

  it('has settings that may be saved', () => {
    expect(validateSettings(webhooks.fields, settings, { allowLocal: false })).toMatchObject({ ok: true })
    expect(validateSettings(webhooks.fields, { ...settings, ...rotated }, { allowLocal: false }).ok).toBe(true)
    const names = table(section(webhooksPage, 'Setting one up')).map(([name = '']) => codes(name)[0])
    expect(new Set(names)).toEqual(new Set(webhooks.fields.map(({ name }) => name)))
  })

  it('shows the request that is really sent', async () => {
    expect(example).toEqual(printed(await build(eventOf(track), settings, at)))
  })

  it('has the receiver that lies among the examples', async () => {
    expect(fences(webhooksPage, 'js')).toContain(await readFile(join(docs, '../examples/receiver.mjs'), 'utf8'))
  })

  it('shows signatures that others come to as well', () => {
    const { 'webhook-id': id = '', 'webhook-signature': signature, 'X-Signature': shared } = example.headers
    expect(signature).toBe(new Webhook(String(settings.signingSecret)).sign(id, new Date(at), example.body))
    expect(shared).toBe(createHmac('sha1', String(settings.sharedSecret)).update(example.body).digest('hex'))
  })

  it('explains every header of the example, and every field of its body', () => {
    const headers = table(section(webhooksPage, 'Headers')).map(([name = '']) => codes(name)[0])
    expect(new Set(headers)).toEqual(new Set(Object.keys(example.headers)))
    const fields = table(section(webhooksPage, 'Body'))
    const names = fields.flatMap(([names = '']) => codes(names))
    expect(new Set(names)).toEqual(new Set(Object.keys(JSON.parse(example.body) as JsonObject)))
    const type = fields.find(([name]) => name === '`type`')?.[1] ?? ''
    expect(codes(type).slice(0, EVENT_TYPES.length)).toEqual(webhooks.supports)
  })

  it('shows the signatures of a rotation', async () => {
    const request = await build(eventOf(track), { ...settings, ...rotated }, at)
    expect(fence(webhooksPage, 'http', 1)).toBe(`webhook-signature: ${request.headers['webhook-signature']}\n`)
    expect(rotated.previousSigningSecret).toBe(settings.signingSecret)
  })

  it('says of every status what the platform makes of it', () => {
    expectStatuses(section(webhooksPage, 'What to answer'))
  })

  it('says how long an answer may take and how much of it is kept', async () => {
    await expectAnswer(section(webhooksPage, 'What to answer'), { integration: webhooks, settings })
  })

  it.each([
    [[503, 200, 400], 'delivered'],
    [[501, 400, 503], 'retry'],
    [[400, 404, 301], 'dead'],
  ])('is true about several addresses: %j', async (statuses, kind) => {
    expect(unwrapped(section(webhooksPage, 'Several addresses'))).toMatch(
      /If none does and at least one may be tried again, all /,
    )
    const urls = statuses.map((_, at) => `https://${at}.example/`)
    const answers = statuses.map((status) => new Response(null, { status }))
    const { outcome } = await deliver({ integration: webhooks, settings: { ...settings, urls } }, answers)
    expect(outcome.kind).toBe(kind)
  })

  it('has the true schedule', () => {
    const wait = (n: number, random: number) => delayMs({ random: () => random }, 'segment-4h', n) ?? Infinity
    const [part = ''] = section(webhooksPage, 'Retries').split('With `standard-webhooks-3d`')
    const rows = table(part)
    rows.forEach(([, waits], index) => {
      expect(waits).toBe(`${duration(wait(index + 1, 0))} to ${duration(wait(index + 1, 1))}`)
    })
    // The last row stands for all that follow.
    expect(rows.at(-1)?.[0]).toBe(`${rows.length} and later`)
    expect(wait(rows.length, 1)).toBe(wait(1_000, 1))

    const age = ageLimitMs('segment-4h')
    const attempts = (random: number) => {
      let n = 1
      for (let time = wait(1, random); time <= age; time += wait(n, random)) n++
      return n
    }
    const text = section(webhooksPage, 'Retries')
    expect(text).toContain(`That makes ${attempts(1)} to ${attempts(0)} attempts.`)
    expect(text).toContain(`tried for ${age / 3_600_000} hours`)
  })

  it('has the true schedule of Standard Webhooks', () => {
    const wait = (n: number) => delayMs({ random: () => 1 }, 'standard-webhooks-3d', n)
    const text = section(webhooksPage, 'Retries')
    const rows = table(text.slice(text.indexOf('With `standard-webhooks-3d`')))
    expect(rows.map(([n]) => Number(n))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(rows.map(([, waits]) => waits)).toEqual(rows.map((_, n) => duration(wait(n) ?? 0) || 'none'))
    expect([wait(rows.length), delayMs({ random: () => 0 }, 'standard-webhooks-3d', 1)]).toEqual([null, 4_500])
    expect(text).toContain(`or ${ageLimitMs('standard-webhooks-3d') / 86_400_000} days`)
  })

  it('has the true numbers', () => {
    const limits = Object.fromEntries(table(section(webhooksPage, 'Limits')).map(([what, limit = '']) => [what, limit]))
    const urls = webhooks.fields.find(({ name }) => name === 'urls')
    expect(limits.Addresses).toContain(`1 to ${urls?.maxItems},`)
    expect(limits['Time to answer']).toBe(`${webhooks.timeoutMs / 1_000} seconds.`)
    expect(limits['Size of a body']).toContain(`up to ${LIMITS.eventBytes / 1_024} KB`)
    expect(section(webhooksPage, 'Body')).toContain(`Fewer than ${LIMITS.messageIdChars} characters.`)

    const headers = (count: number, length: number) => {
      const map = Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-${n}`, 'v'.repeat(length)]))
      return validateSettings(webhooks.fields, { ...settings, headers: map }, { allowLocal: false }).ok
    }
    expect(limits['Headers of your own']).toMatch(/^50, .* up to 1,024 characters/)
    expect([headers(50, 1_024), headers(51, 1), headers(1, 1_025)]).toEqual([true, false, false])

    const secret = (bytes: number) => {
      const signingSecret = `whsec_${Buffer.alloc(bytes).toString('base64')}`
      return validateSettings(webhooks.fields, { ...settings, signingSecret }, { allowLocal: false }).ok
    }
    expect(limits['Signing secret']).toBe('24 to 64 bytes.')
    expect([secret(23), secret(24), secret(64), secret(67)]).toEqual([false, true, true, false])

    const local = codes(section(webhooksPage, 'Trying it out')).find((code) => code.startsWith('http://localhost'))
    expect(refuseAddress(local ?? '', true)).toBeUndefined()
    expect(refuseAddress(local ?? '', false)).toBeDefined()
  })
})

/** How long an answer may take, and how much of it is kept. */
async function expectAnswer(
  page: string,
  target: { integration: Integration; settings: SettingsValues },
): Promise<void> {
  const text = unwrapped(page)
  const answer = JSON.stringify({ message: 'm'.repeat(1_000), more: 'x'.repeat(10_000) })
  const headers = { 'content-type': 'application/json' }
  const long = await deliver(target, [new Response(answer, { status: 400, headers })])
  const [timeout] = long.timeouts
  expect(text).toContain(`Answer within ${Number(timeout) / 1_000} seconds`)
  expect(text.toLowerCase()).toContain(
    `the first ${long.sample?.response?.body.length.toLocaleString('en')} characters`,
  )

  const told = await deliver(target, [
    new Response(JSON.stringify({ message: 'm'.repeat(1_000) }), { status: 400, headers }),
  ])
  expect(text).toContain(`up to ${told.message?.length} characters`)
  for (const example of codes(text).filter((code) => code.startsWith('{'))) {
    const { message } = JSON.parse(example) as { message: string }
    expect((await deliver(target, [new Response(example, { status: 400, headers })])).message).toBe(message)
    expect((await deliver(target, [new Response(example, { status: 400 })])).message).toBe(message)
  }
}

/** Every status that an answer can have, against the table, and how long `Retry-After` is believed. */
function expectStatuses(text: string): void {
  const rows = table(text)
  for (let status = 200; status <= 599; status++) {
    const real = classify(status, new Headers(), 0)
    expect([status, documentedOutcome(rows, status)]).toEqual([status, STATES[real.kind]])
    const asked = classify(status, new Headers({ 'retry-after': '999999999' }), 0)
    const row = rows.find((cells) => documentedOutcome([cells], status) !== undefined)
    const honoured = row?.at(-1)?.includes('`Retry-After` is honoured') ?? false
    expect([status, asked.kind === 'retry' && asked.notBefore]).toEqual([status, honoured && 3_600_000])
  }
}

/** 67500 → `1 min 7.5 s`. */
function duration(ms: number): string {
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = (ms % 60_000) / 1_000
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', seconds > 0 ? `${seconds} s` : '']
    .filter(Boolean)
    .join(' ')
}

const SIGNING_SECRET = `whsec_${Buffer.from('the signing secret of this test.').toString('base64')}`
const OTHER_SECRET = `whsec_${Buffer.from('one that is not the receiver`s!').toString('base64')}`
const SHARED_SECRET = 'the shared secret of this test: ÆØÅ'
const SENT = { urls: ['https://receiver.example/hooks'], signingSecret: SIGNING_SECRET, sharedSecret: SHARED_SECRET }
const MINUTE = 60_000

const CONFIGURATIONS = {
  both: { SIGNING_SECRET, SHARED_SECRET },
  signing: { SIGNING_SECRET },
  shared: { SHARED_SECRET },
} satisfies Record<string, Secrets>

interface Case {
  title: string
  /** What the receiver knows. Default: both secrets. */
  knows?: keyof typeof CONFIGURATIONS
  /** The requests, in order, made of one event. */
  requests(event: SpecEvent): Promise<OutgoingRequest>[]
  statuses: number[]
  /** How many of them were handled. */
  handled: number
}

/** A request built for `at` with some settings changed, and then changed itself. */
async function sent(
  event: SpecEvent,
  changes: { settings?: SettingsValues; age?: number; alter?: (request: OutgoingRequest) => OutgoingRequest } = {},
): Promise<OutgoingRequest> {
  const request = await build(event, { ...SENT, ...changes.settings }, Date.now() - (changes.age ?? 0))
  return changes.alter?.(request) ?? request
}

const withBody = (change: (body: string) => string) => (request: OutgoingRequest) => ({
  ...request,
  body: change(request.body),
})

const withHeaders = (change: (headers: Record<string, string>) => Record<string, string>) => {
  return (request: OutgoingRequest) => ({ ...request, headers: { ...request.headers, ...change(request.headers) } })
}

const without = (header: string) => (request: OutgoingRequest) => {
  if (!(header in request.headers)) throw new Error(`There is no header ${header} to leave out`)
  const { [header]: _, ...headers } = request.headers
  return { ...request, headers }
}

/** With another `webhook-timestamp`, and a signature that is right for it. */
const signedAt = (timestamp: string) => (request: OutgoingRequest) => {
  const key = Buffer.from(SIGNING_SECRET.replace('whsec_', ''), 'base64')
  const text = `${request.headers['webhook-id']}.${timestamp}.${request.body}`
  const signature = `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  const headers = { ...request.headers, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  return { ...request, headers }
}

const accepted = { statuses: [204], handled: 1 }
const refused = { statuses: [401], handled: 0 }

const CASES: Case[] = [
  { title: 'accepts a valid request', requests: (event) => [sent(event)], ...accepted },
  {
    title: 'accepts text of any language',
    requests: (event) => [sent({ ...event, event: 'Kjøp fullført ✓ 購入 🛒', properties: { 'ключ\u2028': '\ud800' } })],
    ...accepted,
  },
  {
    title: 'accepts the largest body',
    requests: (event) => [sent({ ...event, properties: { text: 'x'.repeat(LIMITS.eventBytes + LIMITS.bodyBytes) } })],
    ...accepted,
  },
  {
    title: 'accepts header names in any case',
    requests: (event) => [
      sent(event, {
        alter: (request) => ({
          ...request,
          headers: Object.fromEntries(
            Object.entries(request.headers).map(([name, value]) => [name.toUpperCase(), value]),
          ),
        }),
      }),
    ],
    ...accepted,
  },
  {
    title: 'refuses a changed body',
    requests: (event) => [sent(event, { alter: withBody((body) => body.replace('Order', 'Orden')) })],
    ...refused,
  },
  {
    title: 'refuses a body with other spaces',
    requests: (event) => [sent(event, { alter: withBody((body) => `${body}\n`) })],
    ...refused,
  },
  {
    title: 'refuses an empty body',
    requests: (event) => [sent(event, { alter: withBody(() => '') })],
    ...refused,
  },
  {
    title: 'refuses a wrong signing secret',
    requests: (event) => [sent(event, { settings: { signingSecret: OTHER_SECRET } })],
    ...refused,
  },
  {
    title: 'refuses a wrong shared secret',
    requests: (event) => [sent(event, { settings: { sharedSecret: 'another' } })],
    ...refused,
  },
  { title: 'refuses an old timestamp', requests: (event) => [sent(event, { age: 6 * MINUTE })], ...refused },
  { title: 'refuses a timestamp to come', requests: (event) => [sent(event, { age: -6 * MINUTE })], ...refused },
  {
    title: 'accepts clocks that are four minutes off',
    requests: (event) => [
      sent(event, { age: 4 * MINUTE }),
      sent({ ...event, projectId: 'src_other' }, { age: -4 * MINUTE }),
    ],
    statuses: [204, 204],
    handled: 2,
  },
  {
    title: 'refuses an old request with a new timestamp',
    requests: (event) => [
      sent(event, {
        age: 6 * MINUTE,
        alter: withHeaders(() => ({ 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) })),
      }),
    ],
    ...refused,
  },
  {
    title: 'refuses a changed id',
    requests: (event) => [sent(event, { alter: withHeaders(({ 'webhook-id': id }) => ({ 'webhook-id': `${id}x` })) })],
    ...refused,
  },
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'X-Signature'].map((header): Case => {
    return {
      title: `refuses a request without ${header}`,
      requests: (event) => [sent(event, { alter: without(header) })],
      ...refused,
    }
  }),
  ...['nan', 'inf', '1e400', '-1', '9'.repeat(5_000), 'soon'].map((timestamp): Case => {
    return {
      title: `refuses the timestamp ${timestamp.slice(0, 9)}, whoever signed it`,
      requests: (event) => [sent(event, { alter: signedAt(timestamp) })],
      ...refused,
    }
  }),
  ...['v1,', 'v1', 'v2,AAAA', ' ', 'v1,é'].map((signature): Case => {
    return {
      title: `refuses the signature ${JSON.stringify(signature)}`,
      requests: (event) => [sent(event, { alter: withHeaders(() => ({ 'webhook-signature': signature })) })],
      ...refused,
    }
  }),
  {
    title: 'handles an event once, whatever it is sent',
    requests: (event) => [sent(event, { age: MINUTE }), sent(event), sent(event)],
    statuses: [204, 204, 204],
    handled: 1,
  },
  {
    title: 'handles an event that was refused before',
    requests: (event) => [sent(event, { alter: without('webhook-signature') }), sent(event)],
    statuses: [401, 204],
    handled: 1,
  },
  {
    title: 'tells the same messageId of two sources apart',
    requests: (event) => [sent(event), sent({ ...event, projectId: 'src_other' })],
    statuses: [204, 204],
    handled: 2,
  },
  {
    title: 'accepts a rotation while it knows the old secret',
    requests: (event) => [
      sent(event, { settings: { signingSecret: OTHER_SECRET, previousSigningSecret: SIGNING_SECRET } }),
    ],
    ...accepted,
  },
  {
    title: 'accepts a rotation when it knows the new secret',
    requests: (event) => [sent(event, { settings: { previousSigningSecret: OTHER_SECRET } })],
    ...accepted,
  },
  {
    title: 'refuses a rotation of which it knows neither secret',
    requests: (event) => [
      sent(event, { settings: { signingSecret: OTHER_SECRET, previousSigningSecret: OTHER_SECRET } }),
    ],
    ...refused,
  },
  {
    title: 'needs no X-Signature without a shared secret',
    knows: 'signing',
    requests: (event) => [sent(event, { alter: without('X-Signature') })],
    ...accepted,
  },
  {
    title: 'does not take X-Signature for webhook-signature',
    knows: 'signing',
    requests: (event) => [sent(event, { alter: without('webhook-signature') })],
    ...refused,
  },
  {
    title: 'needs no webhook-signature without a signing secret',
    knows: 'shared',
    requests: (event) => [sent(event, { alter: without('webhook-signature') })],
    ...accepted,
  },
  ...(
    [
      ['a changed body', withBody((body) => body.replace('Order', 'Orden'))],
      ['no header', without('X-Signature')],
      ['an empty header', withHeaders(() => ({ 'X-Signature': '' }))],
      ['a header beyond ASCII', withHeaders(() => ({ 'X-Signature': 'é'.repeat(20) }))],
    ] satisfies [string, (request: OutgoingRequest) => OutgoingRequest][]
  ).map(([what, alter]): Case => {
    return {
      title: `refuses ${what} with X-Signature alone`,
      knows: 'shared',
      requests: (event) => [sent(event, { alter })],
      ...refused,
    }
  }),
]

const hasPython3 = works('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'])
const hasShell = works('sh', ['-c', 'command -v openssl curl od'])

function works(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

const javascript = fence(webhooksPage, 'js')
const python = fence(webhooksPage, 'python')
let directory: string
let pyodide: Python

beforeAll(async () => {
  directory = await mkdtemp(join(await realpath(tmpdir()), 'webhook-docs-'))
  await writeFile(join(directory, 'receiver.mjs'), javascript)
  await writeFile(join(directory, 'receiver.py'), python)
  pyodide = await loadPython()
}, 60_000)

afterAll(() => rm(directory, { recursive: true, force: true }))

const startJavascript = (secrets: Secrets) => startProcess(process.execPath, [join(directory, 'receiver.mjs')], secrets)
const startPython3 = (secrets: Secrets) => startProcess('python3', [join(directory, 'receiver.py')], secrets)

describe('the receivers', () => {
  it('are one program in each language, of at most fifty lines', () => {
    for (const language of ['js', 'python']) {
      const programs = fences(webhooksPage, language)
      expect(programs).toHaveLength(1)
      expect(programs[0]?.trimEnd().split('\n').length).toBeLessThanOrEqual(50)
    }
  })

  it('allow what the text says: five minutes', () => {
    expect(section(webhooksPage, 'Checking that it is genuine')).toContain('more than five minutes')
    for (const code of [javascript, python]) expect(code).toMatch(/TOLERANCE_SECONDS.* = 5 \* 60/)
  })
})

describe.each([
  { name: 'in JavaScript', start: startJavascript, runs: true },
  {
    name: 'in Python, in WebAssembly',
    start: (secrets: Secrets) => Promise.resolve(pyodide.start(python, secrets)),
    runs: true,
  },
  { name: 'in Python, as a server', start: startPython3, runs: hasPython3 },
])('the receiver $name', ({ start, runs }) => {
  const receivers = new Map<string, Receiver>()
  let count = 0

  beforeAll(async () => {
    if (!runs) return
    for (const [name, secrets] of Object.entries(CONFIGURATIONS)) receivers.set(name, await start(secrets))
  })

  afterAll(() => Promise.all([...receivers.values()].map((receiver) => receiver.stop())))

  const newEvent = () => eventOf({ ...track, messageId: `message-${++count}` })

  it.skipIf(!runs).each(CASES)('$title', async ({ knows = 'both', requests, statuses, handled }) => {
    const receiver = receivers.get(knows)
    if (!receiver) throw new Error('not started')
    const event = newEvent()
    const answers: number[] = []
    for (const request of await Promise.all(requests(event))) answers.push(await receiver.post(request))
    expect(answers).toEqual(statuses)

    // It prints in order: once a later event is there, nothing more will come of this one.
    const last = newEvent()
    expect(await receiver.post(await sent(last))).toBe(204)
    await vi.waitFor(() => expect(receiver.lines).toContain(`handled track ${last.messageId}`), 10_000)
    const line = `handled track ${event.messageId}`
    expect(receiver.lines.filter((one) => one === line)).toHaveLength(handled)
  })
})

describe('a list of events', () => {
  it.each([
    ['in JavaScript', startJavascript],
    ['in Python', (secrets: Secrets) => Promise.resolve(pyodide.start(python, secrets))],
  ])('is verified whole and handled event by event by the receiver %s', async (_, start) => {
    const receiver = await start({ SIGNING_SECRET, SHARED_SECRET })
    const events = ['one', 'two', 'one'].map((id) => eventOf({ ...track, messageId: `listed-${id}` }))
    const target = { destinationId: 'dst_1', integration: webhooks, settings: SENT }
    const [request] = await KINDS.webhook.requests(events, target, Date.now(), JSON.stringify(events))
    if (!request) throw new Error('no request')
    expect(await receiver.post({ ...request, body: request.body.replace('listed-two', 'listed-oox') })).toBe(401)
    expect(await receiver.post(request)).toBe(204)
    const handled = ['handled track listed-one', 'handled track listed-two']
    await vi.waitFor(() => expect(receiver.lines.filter((line) => line.includes('listed-'))).toEqual(handled), 10_000)
    await receiver.stop()
  })
})

describe('the receiver in JavaScript, started wrongly', () => {
  it('does not run without a secret', async () => {
    await expect(startJavascript({})).rejects.toThrow('Set SIGNING_SECRET, SHARED_SECRET or both.')
  })
})

describe('the receiver in Python, started wrongly', () => {
  it.skipIf(!hasPython3)('does not run without a secret', async () => {
    await expect(startPython3({})).rejects.toThrow('Set SIGNING_SECRET, SHARED_SECRET or both.')
  })

  it('accepts nothing without a secret, wherever it runs', async () => {
    expect(await pyodide.start(python, {}).post(await sent(eventOf(track)))).toBe(401)
  })
})

describe("the Python program's verify, on its own", () => {
  it.each([
    ['a valid request', SIGNING_SECRET, 0, true],
    ['a wrong secret', OTHER_SECRET, 0, false],
    ['an old request', SIGNING_SECRET, 6 * MINUTE, false],
  ])('%s', async (_, secret, age, expected) => {
    const { headers, body } = await sent(eventOf(track), { age })
    expect(pyodide.call(python, 'verify', headers, body, secret)).toBe(expected)
  })
})

describe('the request by hand', () => {
  it.skipIf(!hasShell)('is accepted, once', async () => {
    const script = fence(webhooksPage, 'bash')
    const secret = /^secret=(\S+)$/m.exec(script)?.[1] ?? ''
    const receiver = await startJavascript({ SIGNING_SECRET: secret })
    try {
      const address = receiver.lines[0]?.replace('listening on ', '') ?? ''
      const run = async (text: string) => {
        const command = text.replace(/^url=.*$/m, `url=${address}`)
        const env = { ...process.env, NO_PROXY: '*', no_proxy: '*' }
        const { stdout } = await promisify(execFile)('sh', ['-c', command], { env })
        return stdout.split('\r\n')[0]
      }
      expect(await run(script)).toBe('HTTP/1.1 204 No Content')
      expect(await run(script)).toBe('HTTP/1.1 204 No Content')
      expect(await run(script.replace('curl', 'body="$body "; curl'))).toBe('HTTP/1.1 401 Unauthorized')
      const [, said] = codes(section(webhooksPage, 'Trying it out')).filter((code) => /^(?:204|handled)/.test(code))
      await vi.waitFor(() => expect(receiver.lines.slice(1)).toEqual([said]), 10_000)
    } finally {
      await receiver.stop()
    }
  })
})

/** As the catalogue makes it of what a partner registers. */
function directIntegration(endpoint: string): Integration {
  const facts = {
    id: 'int_1',
    workspaceId: 'wsp_1',
    slug: 'partner',
    look: 'partner',
    name: 'Partner',
    description: '',
    rate: null,
    maxInFlight: null,
    batch: null,
    version: 1,
  }
  const times = { createdAt: 0, updatedAt: 0 }
  const supports = [...EVENT_TYPES]
  const row = {
    ...facts,
    ...times,
    endpoint,
    categories: null,
    site: '',
    support: '',
    logoAt: null,
    markAt: null,
    regions: null,
    warehouse: null,
    bi: null,
    device: null,
    live: 1,
    rollout: null,
    measure: null,
    certifiedVersion: 1,
    supports,
    kind: 'direct',
    status: 'PUBLIC',
    fields: [API_KEY],
  } as const
  const found = resolveIntegration(row.id, { ...row, fields: [...row.fields] })
  if (!found) throw new Error('There is no such integration')
  return found
}

describe('docs/direct.md', () => {
  const settings = JSON.parse(fence(directPage, 'json')) as SettingsValues
  const example = parseHttp(fence(directPage, 'http'))
  const identify: JsonObject = {
    type: 'identify',
    anonymousId: 'anon-1',
    userId: 'u-1',
    messageId: 'ajs-next-2-x',
    timestamp: '2030-01-01T00:00:01.000Z',
    sentAt: '2030-01-01T00:00:02.000Z',
    traits: { email: 'ada@example.com' },
    context: { library: { name: 'analytics.js', version: 'npm:next-1.84.1' } },
  }

  const integration = directIntegration(`https://${example.headers.Host}${example.first.split(' ')[1]}`)

  async function buildDirect(some: SettingsValues): Promise<OutgoingRequest> {
    const target = { destinationId: 'dst_1', integration, settings: some }
    const [request] = await KINDS.direct.requests(eventOf(identify), target, 0, JSON.stringify(eventOf(identify)))
    if (!request) throw new Error('no request')
    return request
  }

  it('shows the request that is really sent', async () => {
    expect(example).toEqual(printed(await buildDirect(settings)))
  })

  it('explains every header that is Sluice`s own', () => {
    const { Host: _host, 'Content-Length': _length, ...own } = example.headers
    const named = table(directPage.slice(directPage.indexOf('| Header'))).map(([name = '']) => codes(name)[0])
    expect(named.slice(0, 6)).toEqual(Object.keys(own))
  })

  it('says what stands in place of no settings', async () => {
    const { headers } = await buildDirect({ apiKey: 'segment' })
    expect(directPage).toContain(`\`${headers['X-Segment-Settings']}\` is \`{}\``)
  })

  it('decodes API key and settings', async () => {
    expect(fences(directPage, 'js')).toHaveLength(1)
    const code = `${fence(directPage, 'js')}\nexport { customer }`
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
    const { customer } = (await import(/* @vite-ignore */ url)) as {
      customer(headers: Record<string, string>): { apiKey: string; settings: SettingsValues }
    }
    for (const some of [settings, { apiKey: 'clé:' }, { apiKey: 'k', text: 'Ærø 🛒' }]) {
      const { headers } = await buildDirect(some)
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
      const { apiKey, ...others } = some
      expect(customer(lower)).toEqual({ apiKey, settings: others })
    }
    expect(customer({})).toEqual({ apiKey: '', settings: {} })
  })

  it('says of every status what the platform makes of it', () => {
    expectStatuses(section(directPage, 'What to answer'))
  })

  it('says how long an answer may take and how much of it is kept', async () => {
    await expectAnswer(section(directPage, 'What to answer'), { integration, settings })
  })

  it('has the true hours', () => {
    expect(directPage).toContain(`tried for ${ageLimitMs('segment-4h') / 3_600_000} hours`)
  })

  it('names the event types', () => {
    const row = table(section(directPage, 'What you register')).find(([name]) => name === '`supportedMethods`')
    expect(codes(row?.[1] ?? '')).toEqual(EVENT_TYPES)
  })
})
