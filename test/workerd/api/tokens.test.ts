import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { call, freshPlatform } from '../world.ts'
import { ask, refusal } from './client.ts'

interface Token {
  id: string
  name: string
  createdAt: string
  token?: string
}

const at = freshPlatform()

const create = async (name: string) =>
  (await ask<{ token: Required<Token> }>(at, 'POST', '/api/tokens', { name })).token
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

it('makes a token that opens its workspace', async () => {
  const made = await call<{ data: { token: Token } }>(at, 'POST', '/api/tokens', { name: ' CI ' })
  expect(made.status).toBe(201)
  expect(made.json.data.token).toEqual({
    id: expect.stringMatching(/^tok_[0-9a-z]{20}$/),
    name: 'CI',
    scope: 'full',
    madeBy: null,
    ended: false,
    lastUsedAt: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    token: expect.stringMatching(/^sluice_[0-9a-z]{40}$/),
  })
  const headers = bearer(made.json.data.token.token ?? '')
  expect(await ask(at, 'GET', '/api', undefined, headers)).toMatchObject({ workspace: { id: 'ws_first' } })
})

it('shows a token once and keeps only its hash', async () => {
  const { id, token } = await create('secret')
  const listed = await ask<{ tokens: Token[] }>(at, 'GET', '/api/tokens')
  expect(listed.tokens.find((one) => one.id === id)).toEqual({
    id,
    name: 'secret',
    scope: 'full',
    madeBy: null,
    ended: false,
    createdAt: expect.any(String),
    lastUsedAt: null,
  })
  const { results } = await env.DB.prepare('SELECT * FROM api_tokens').all()
  expect(JSON.stringify([listed, results])).not.toContain(token)
  expect(JSON.stringify(listed)).not.toContain(String(results.find((row) => row.id === id)?.hash))
})

it('takes no hash for a token', async () => {
  const { id } = await create('hashed')
  const hash = await env.DB.prepare('SELECT hash FROM api_tokens WHERE id = ?').bind(id).first<string>('hash')
  expect((await refusal(at, 'GET', '/api', undefined, bearer(hash ?? ''))).status).toBe(401)
})

it('ends a token at once', async () => {
  const { id, token } = await create('gone')
  const other = await create('stays')
  expect(await ask(at, 'DELETE', `/api/tokens/${id}`)).toEqual({ status: 'SUCCESS' })
  expect((await refusal(at, 'GET', '/api', undefined, bearer(token))).status).toBe(401)
  expect(await ask(at, 'GET', '/api', undefined, bearer(other.token))).toBeDefined()
  expect(await refusal(at, 'DELETE', `/api/tokens/${id}`)).toEqual({
    status: 404,
    type: 'not-found',
    problems: [`There is no token ${id}.`],
  })
})

describe('a token without a proper name', () => {
  it.each<[unknown, string]>([
    [{ name: '' }, 'name: Must not be empty.'],
    [{ name: '   ' }, 'name: Must not be empty.'],
    [{ name: 5 }, 'name: Must be text.'],
    [{ name: 'x'.repeat(101) }, 'name: At most 100 characters.'],
  ])('%j', async (body, problem) => {
    expect(await refusal(at, 'POST', '/api/tokens', body)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: [problem],
    })
  })
})
