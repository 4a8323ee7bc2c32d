import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { Env } from '../../../src/env.ts'
import { VERSION } from '../../../src/version.ts'
import { databaseWith } from '../database.ts'
import { call, freshPlatform } from '../world.ts'

interface Report {
  ok: boolean
  checks: { name: string; ok: boolean; message: string }[]
}

const TOKEN = 'a-token-for-these-tests'

async function health(overrides: Partial<Env> = {}) {
  const env = { ADMIN_TOKEN: TOKEN, ...overrides }
  const platform = freshPlatform({ env, ctx: { log: () => undefined } })
  const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` }
  const { status, json } = await call<Report>(platform, 'GET', '/healthz', undefined, headers)
  return { status, ...json, failed: json.checks.filter(({ ok }) => !ok) }
}

/** A D1 whose every query fails with these words. */
const failing = (words: string) => {
  const fail = () => Promise.reject(new Error(`D1_ERROR: ${words}`))
  const statement = { bind: () => statement, all: fail, raw: fail, run: fail, first: fail }
  return { prepare: () => statement, batch: fail } as unknown as D1Database
}

/** The real D1, but for what a table of its answers has. */
const without = (table: RegExp, column?: string) => {
  const prepare = (sql: string) => {
    const real = env.DB.prepare(sql)
    const all = async () => {
      const answer = await real.all<{ name: string; sql: string }>()
      const results = answer.results.flatMap((row) => {
        if (!table.test(row.name)) return [row]
        return column === undefined ? [] : [{ ...row, sql: row.sql.replace(`\`${column}\``, '') }]
      })
      return { ...answer, results }
    }
    return { bind: () => ({ all }), all }
  }
  return { prepare } as unknown as D1Database
}

it('is well when everything is there', async () => {
  expect(await health()).toEqual({
    status: 200,
    ok: true,
    version: VERSION,
    checks: [
      ...[
        'bindings',
        'migrations',
        'secret ADMIN_TOKEN',
        'secret ENCRYPTION_KEYS',
        'variable PATH_PREFIX',
        'variable PANEL_URL',
        'secret OAUTH_CLIENTS',
        'variable QUOTAS',
      ].map((name) => ({
        name,
        ok: true,
        message: 'ok',
      })),
      { name: 'parked batches', ok: true, warning: true, message: 'ok' },
      { name: 'requests gone astray', ok: true, warning: true, message: 'ok' },
    ],
    failed: [],
  })
})

describe('what is missing is said with its remedy', () => {
  it.each<[string, Partial<Env>, string, RegExp]>([
    ['a short ADMIN_TOKEN', { ADMIN_TOKEN: 'fifteen-letters' }, 'secret ADMIN_TOKEN', /at least 16 characters/],
    ['no ENCRYPTION_KEYS', { ENCRYPTION_KEYS: '' }, 'secret ENCRYPTION_KEYS', /is not set.*wrangler secret put ENC/],
    [
      'a prefix that is no path',
      { PATH_PREFIX: 'http://x/' },
      'variable PATH_PREFIX',
      /"http:\/\/x\/".*such as \/collect/,
    ],
    ['a prefix that is taken', { PATH_PREFIX: '/v1/sub' }, 'variable PATH_PREFIX', /begins with \/v1/],
    ['an address of the panel with a path', { PANEL_URL: 'https://x/y' }, 'variable PANEL_URL', /no address such as/],
    ['a client without a secret', { OAUTH_CLIENTS: 'zendesk=id' }, 'secret OAUTH_CLIENTS', /must be vendor=id:secret/],
    ['a key without id', { ENCRYPTION_KEYS: 'c2hvcnQ=' }, 'secret ENCRYPTION_KEYS', /id:base64 of 32 bytes/],
    ['a short key', { ENCRYPTION_KEYS: 'k1:c2hvcnQ=' }, 'secret ENCRYPTION_KEYS', /openssl rand -base64 32/],
    [
      'a table that is not there',
      { DB: without(/^destinations$/) },
      'migrations',
      /: destinations\. Run: wrangler d1 migrations apply DB --remote/,
    ],
    [
      'a table that is too old',
      { DB: without(/^sources$/, 'updated_at') },
      'migrations',
      /missing or too old: sources\./,
    ],
    [
      'a new database',
      { DB: without(/./) },
      'migrations',
      /: workspaces, sources, write_keys, integrations, destinations, revision, changes, .*api_tokens, .*audit_events, .*progress\b.*\. Run: /,
    ],
    [
      'a database that does not answer',
      { DB: failing('Network connection lost.') },
      'migrations',
      /^The database does not answer \(Error: D1_ERROR: Network connection lost\.\)\. If it is new: Run/,
    ],
  ])('%s', async (_, overrides, name, message) => {
    const { status, ok, failed } = await health(overrides)
    expect([status, ok, failed]).toEqual([503, false, [{ name, ok: false, message: expect.stringMatching(message) }]])
  })

  it('bindings', async () => {
    const { status, failed } = await health({ LANE: undefined, ARCHIVE: undefined } as unknown as Partial<Env>)
    expect([status, failed]).toEqual([
      503,
      [
        {
          name: 'bindings',
          ok: false,
          message: 'Missing bindings: ARCHIVE, LANE. Compare wrangler.toml and deploy again.',
        },
      ],
    ])
  })

  it('the database itself', async () => {
    const { status, failed } = await health({ DB: undefined } as unknown as Partial<Env>)
    expect(status).toBe(503)
    expect(failed.map(({ name }) => name)).toEqual(['bindings', 'migrations'])
    expect(failed[0]?.message).toContain('Missing bindings: DB.')
    expect(failed[1]?.message).not.toContain('missing or too old')
  })

  it('all at once', async () => {
    const nothing = { ADMIN_TOKEN: 'short', ENCRYPTION_KEYS: '', DB: undefined, INTAKE: undefined }
    expect((await health(nothing as unknown as Partial<Env>)).failed).toHaveLength(4)
  })
})

it('names no secret', async () => {
  const words = 'wrong-secret-to-hide'
  const { checks } = await health({ ADMIN_TOKEN: words.slice(0, 12), ENCRYPTION_KEYS: `k1:${words}` })
  expect(JSON.stringify(checks)).not.toMatch(/wrong-secret/)
})

it('touches no destination', async () => {
  const fetches = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no request may be made'))
  await health()
  expect(fetches).not.toHaveBeenCalled()
})

describe('a stranger', () => {
  const asked = async (overrides: Partial<Env>, times = 1, headers = {}) => {
    let now = Date.now()
    let queries = 0
    const DB = databaseWith(() => {
      queries++
      return undefined
    })
    const platform = freshPlatform({ env: { DB, ...overrides }, ctx: { log: () => undefined, now: () => now } })
    const replies = []
    for (let n = 0; n < times; n++) {
      replies.push(...(await Promise.all([1, 2, 3].map(() => call(platform, 'GET', '/healthz', undefined, headers)))))
      now += 1_000
    }
    return { replies, queries }
  }

  it('is told that all is well, and nothing else', async () => {
    await env.ARCHIVE.put('parked/some', 'x')
    const { replies } = await asked({})
    expect(replies).toEqual([1, 2, 3].map(() => ({ status: 200, json: { ok: true } })))
    await env.ARCHIVE.delete('parked/some')
  })

  it.each([{}, { Authorization: 'Bearer wrong' }])('costs a query in ten seconds (%j)', async (headers) => {
    expect((await asked({}, 20, headers)).queries).toBe(2)
  })

  it('is told how to learn what is missing', async () => {
    expect((await asked({ ENCRYPTION_KEYS: '' })).replies[0]).toEqual({
      status: 503,
      json: { ok: false, message: 'Something is missing. Ask with Authorization: Bearer <ADMIN_TOKEN> to see what.' },
    })
    expect((await asked({ ADMIN_TOKEN: '' })).replies[0]).toEqual({
      status: 503,
      json: {
        ok: false,
        message: expect.stringMatching(/^The secret ADMIN_TOKEN is missing.*wrangler secret put ADMIN_TOKEN/),
      },
    })
  })
})
