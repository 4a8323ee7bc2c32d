import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Platform } from '../../../src/wiring.ts'
import { ADMIN, call, execution, freshPlatform } from '../world.ts'
import { type Errors, refusal } from './client.ts'

const at = freshPlatform()

async function raw({ http }: Platform, path: string, init: RequestInit): Promise<Response> {
  const headers = { ...ADMIN, 'Content-Type': 'application/json' }
  return http.fetch(new Request(`https://sluice.test${path}`, { headers, ...init }), env, execution())
}

describe('a body that is no JSON', () => {
  it.each(['', '{', 'slug=a', '{"slug":"a"', '[1,]', 'undefined', '\u0000'])('%j is 400', async (body) => {
    const reply = await raw(at, '/api/sources', { method: 'POST', body })
    expect([reply.status, await reply.json()]).toEqual([
      400,
      { errors: [{ type: 'bad-request', message: 'The body is not JSON.', status: 400 }] },
    ])
  })

  it.each(['null', '[]', '"text"', '5', 'true'])('%s is JSON, but not what is asked for', async (body) => {
    for (const [method, path] of [
      ['POST', '/api/sources'],
      ['POST', '/api/destinations'],
      ['POST', '/api/integrations'],
      ['POST', '/api/tokens'],
      ['PATCH', '/api/sources/src_x'],
      ['PATCH', '/api/destinations/dst_x'],
      ['PATCH', '/api/integrations/int_x'],
    ] as const) {
      const reply = await raw(at, path, { method, body })
      const { errors } = await reply.json<Errors>()
      expect([path, reply.status, errors[0]?.message]).toEqual([path, 400, 'The body is not a JSON object.'])
    }
  })
})

describe('a body over 1 MB', () => {
  const large = JSON.stringify({ name: 'x'.repeat(1024 * 1024) })
  const tooLarge = {
    errors: [{ type: 'payload-too-large', message: 'The body is larger than 1 MB.', status: 413 }],
  }

  it('is 413 by its length', async () => {
    const reply = await raw(at, '/api/tokens', { method: 'POST', body: large })
    expect([reply.status, await reply.json()]).toEqual([413, tooLarge])
  })

  it('is 413 when it has no length', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const writer = writable.getWriter()
    const writing = writer.write(new TextEncoder().encode(large)).then(() => writer.close())
    const reply = await raw(at, '/api/tokens', { method: 'POST', body: readable })
    expect([reply.status, await reply.json()]).toEqual([413, tooLarge])
    await writing.catch(() => undefined)
  })

  it('is taken when it is just below', async () => {
    const reply = await raw(at, '/api/tokens', { method: 'POST', body: `{"name":"x"}${' '.repeat(1024 * 1024 - 12)}` })
    expect(reply.status).toBe(201)
  })
})

describe('a route that is not there', () => {
  it.each([
    ['GET', '/api/nothing'],
    ['GET', '/api/sources/src_x/nothing'],
    ['POST', '/api/catalog'],
    ['GET', '/api/destinations/dst_x/ledger/more'],
  ])('%s %s is 404 in the shape of the API', async (method, path) => {
    expect(await refusal(at, method, path)).toEqual({
      status: 404,
      type: 'not-found',
      problems: [`There is no ${method} ${path}.`],
    })
  })
})

describe('a method that a route does not have', () => {
  it.each([
    ['PUT', '/api/sources', 'GET, HEAD, POST'],
    ['DELETE', '/api/sources', 'GET, HEAD, POST'],
    ['POST', '/api/sources/src_x', 'GET, HEAD, PATCH, DELETE'],
    ['PATCH', '/api/tokens', 'GET, HEAD, POST'],
    ['GET', '/api/tokens/tok_x', 'DELETE'],
    ['DELETE', '/api/destinations/dst_x/ledger', 'GET, HEAD'],
    ['POST', '/api', 'GET, HEAD'],
  ])('%s %s is 405', async (method, path, allow) => {
    const reply = await raw(at, path, { method })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, allow])
    expect(await reply.json()).toEqual({
      errors: [
        { type: 'method-not-allowed', message: `${method} is not possible here, but ${allow} is.`, status: 405 },
      ],
    })
  })

  it('does not touch a 404 that a route gave', async () => {
    expect((await refusal(at, 'PATCH', '/api/sources/src_x', {})).problems).toEqual(['There is no source src_x.'])
  })
})

it('says all that is wrong with a body, each beside its field', async () => {
  const body = { slug: 'no spaces', enabled: 'yes', writeKey: 'a/b', extra: 1 }
  const { status, problems } = await refusal(at, 'POST', '/api/sources', body)
  expect(status).toBe(400)
  expect(problems.toSorted()).toEqual([
    'enabled: Must be true or false.',
    expect.stringMatching(/^extra: /),
    'slug: A slug has letters, digits, - and _, at most 63.',
    'writeKey: A write key has letters, digits, - and _, at most 64.',
  ])
})

it('answers an unexpected exception with 500 and nothing of its inside', async () => {
  const logged: unknown[] = []
  const prepare = () => {
    throw new Error('inside: SELECT secret FROM db.internal:5432')
  }
  const broken = freshPlatform({
    env: { DB: { prepare, batch: prepare } as unknown as D1Database },
    ctx: { log: (...line) => void logged.push(line) },
  })
  for (const [method, path] of [
    ['GET', '/api/sources'],
    ['GET', '/api/destinations/dst_x'],
    ['DELETE', '/api/tokens/tok_x'],
    ['GET', '/api/events/m'],
  ] as const) {
    const { status, json } = await call(broken, method, path)
    expect([status, json]).toEqual([
      500,
      {
        errors: [
          {
            type: 'internal',
            message:
              'Something went wrong on our side. GET /healthz with ADMIN_TOKEN says whether something is missing.',
            status: 500,
          },
        ],
      },
    ])
  }
  expect(JSON.stringify(logged)).toContain('inside: SELECT secret')
})

it('answers 500 in the same shape when the token cannot be looked up', async () => {
  const prepare = () => {
    throw new Error('inside')
  }
  const broken = freshPlatform({
    env: { DB: { prepare } as unknown as D1Database },
    ctx: { log: () => undefined },
  })
  const { status, json } = await call<Errors>(broken, 'GET', '/api', undefined, { Authorization: 'Bearer sluice_x' })
  expect([status, json.errors[0]?.type, JSON.stringify(json).includes('inside')]).toEqual([500, 'internal', false])
})
