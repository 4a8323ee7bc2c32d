import { env } from 'cloudflare:workers'
import type * as v from 'valibot'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { checked } from '../../../src/control/checked.ts'
import { isObject } from '../../../src/event/index.ts'
import { Refusal } from '../../../src/refusal.ts'
import { ADMIN, call, execution, freshPlatform, newSource } from '../world.ts'
import { ask, type Errors, newDestination, newIntegration } from './client.ts'

type Inputs = Record<string, v.GenericSchema<unknown, unknown>>

/** Every schema of the API, by its export's name: those of a feature are the exports of its `input.ts`. */
const SCHEMAS = Object.values(import.meta.glob<Inputs>('../../../src/control/*/input.ts', { eager: true })).flatMap(
  (inputs) => Object.entries(inputs),
)

/** A body that each of them takes, so that one thing at a time can be wrong in it: a file a feature. */
const GOOD: Readonly<Record<string, unknown>> = Object.assign(
  {},
  ...Object.values(import.meta.glob('./bodies/*.ts', { eager: true })),
) as Record<string, unknown>

const HOSTILE: unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  'x'.repeat(5_000),
  '\u0000\r\n',
  [],
  [[]],
  [null],
  ['x', 'x'],
  Array.from({ length: 1_000 }, () => 'x'),
  {},
  { constructor: 1 },
  JSON.parse('{"__proto__":{"a":1}}'),
  { a: { b: { c: [] } } },
]

/** The body with each of its values, at any depth, exchanged for `value`; and with one more in each of its objects. */
function* spoilt(body: unknown, value: unknown): Generator<unknown> {
  yield value
  if (Array.isArray(body)) {
    for (const [index, one] of body.entries()) for (const other of spoilt(one, value)) yield body.with(index, other)
  } else if (isObject(body)) {
    yield { ...body, foo: value }
    for (const [key, one] of Object.entries(body))
      for (const other of spoilt(one, value)) yield { ...body, [key]: other }
  }
}

/** Words that only who wrote the validator knows. */
const JARGON =
  /\bInvalid\b|[Ee]xpected|[Rr]eceived|\bnever\b|undefined|\bnull\b|NaN|\bArray\b|\bObject\b|valibot|schema|\bkey:|\[object|unknown\b|type:/

function expectWords(message: string): void {
  expect(message).not.toMatch(JARGON)
  expect(message).toMatch(/^[A-Z“"'a-z0-9].*[.…]$/su)
  expect(message.length).toBeLessThan(600)
}

describe.each(SCHEMAS)('%s', (name, schema) => {
  const good = GOOD[name]

  it('has a body here that it takes', () => {
    expect(good && checked(schema as never, good)).toBeTruthy()
  })

  it('says what is wrong in sentences', () => {
    const refusals: Refusal[] = []
    for (const value of HOSTILE) {
      for (const body of spoilt(good, value)) {
        try {
          checked(schema as never, body)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          refusals.push(error)
        }
      }
    }
    for (const { status, problems } of refusals) {
      expect([status, problems.length <= 21]).toEqual([400, true])
      for (const { message, field = '' } of problems) {
        expectWords(message)
        expect(field.length).toBeLessThanOrEqual(200)
      }
    }
    expect(refusals.length).toBeGreaterThan(20)
  })
})

describe('the same by the routes', () => {
  const at = freshPlatform()
  let ids = { source: '', destination: '', integration: '' }

  beforeAll(async () => {
    const source = (await newSource(at)).id
    const destination = (await newDestination(at, source)).id
    ids = { source, destination, integration: (await newIntegration(at)).id }
  })

  it('every one that takes a body', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('ok')))
    const taking = [
      ...new Set(
        at.http.routes
          .filter(({ method, path }) => ['POST', 'PATCH', 'PUT'].includes(method) && path.startsWith('/api/'))
          .map(({ method, path }) => `${method} ${path}`),
      ),
    ]
    expect(taking.length).toBeGreaterThan(10)
    const bodies = [
      ...HOSTILE,
      { foo: 1 },
      { settings: { foo: 1 } },
      { settings: { urls: 1 } },
      { settings: { urls: [{}] } },
      { event: { a: 1 } },
      { type: 'foo' },
    ]
    for (const route of taking) {
      const [method = '', path = ''] = route.split(' ')
      const kind = path.split('/')[2]?.slice(0, -1) as keyof typeof ids
      const real = path.replace(':id', ids[kind] ?? 'none').replace(/:\w+/, 'none')
      for (const body of bodies) {
        const { status, json } = await call<Partial<Errors>>(at, method, real, body)
        expect([route, status < 500]).toEqual([route, true])
        for (const { message } of json.errors ?? []) expectWords(message)
      }
      for (const text of ['', ' ', '{', 'null', '[]', '"x"', '\u0000']) {
        const request = new Request(`https://sluice.test${real}`, {
          method,
          body: text,
          headers: { ...ADMIN, 'Content-Type': 'application/json' },
        })
        const reply = await at.http.fetch(request, env, execution())
        expect([route, text, reply.status < 500]).toEqual([route, text, true])
        const { errors = [] } = await reply.json<Partial<Errors>>()
        for (const { message } of errors) expectWords(message)
      }
    }
  })

  it('a test without a body, or with an empty one, sends a sample', async () => {
    const posted: unknown[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
      posted.push(JSON.parse(String(init?.body)))
      return Promise.resolve(new Response('ok'))
    })
    const path = `https://sluice.test/api/destinations/${ids.destination}/test`
    const inits: RequestInit[] = [
      { headers: ADMIN },
      { headers: { ...ADMIN, 'Content-Type': 'application/json' } },
      { headers: { ...ADMIN, 'Content-Length': '0' }, body: '' },
      { headers: { ...ADMIN, 'Content-Type': 'application/json' }, body: ' \n' },
      { headers: ADMIN, body: '{}' },
      { headers: ADMIN, body: new ReadableStream({ start: (controller) => controller.close() }) },
    ]
    for (const init of inits) {
      const reply = await at.http.fetch(new Request(path, { method: 'POST', ...init }), env, execution())
      expect([init, reply.status]).toEqual([init, 200])
    }
    expect(posted).toMatchObject(inits.map(() => ({ type: 'track', event: 'Order Completed' })))
  })

  it('an event that is called like a route is found all the same', async () => {
    const { writeKey } = await newSource(at)
    for (const messageId of ['volume', 'a/b?c d']) {
      const event = { writeKey, userId: 'u', event: 'E', messageId }
      await at.http.fetch(
        new Request('https://sluice.test/v1/track', { method: 'POST', body: JSON.stringify(event) }),
        env,
        execution(),
      )
      const query = `/api/events?messageId=${encodeURIComponent(messageId)}`
      await vi.waitFor(async () => expect(await ask(at, 'GET', query)).toMatchObject({ event: { messageId } }), {
        timeout: 15_000,
      })
    }
  })
})
