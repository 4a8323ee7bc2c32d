import { env } from 'cloudflare:workers'
import { challengeOf } from '../../../src/pull/index.ts'
import type { Platform } from '../../../src/wiring.ts'
import { execution } from '../world.ts'
import { type Browser, type Page } from '../access/browser.ts'
import { newWorkspace, personIn } from '../lifecycle/rig.ts'

export const VERIFIER = 'a-verifier-of-more-than-forty-three-letters-1'
export const REDIRECT = 'https://acme.example/sluice/allowed?tenant=7'
const mark = () => crypto.randomUUID().slice(0, 8)

/** A live direct integration of a partner, which wants an API key and has a region. */
export async function newLive(workspace: string): Promise<{ id: string; slug: string }> {
  const one = { id: `int_${mark()}`, slug: `acme-${mark()}` }
  const fields = [
    { name: 'apiKey', label: 'API key', type: 'secret', required: true },
    { name: 'region', label: 'Region', type: 'select', choices: ['us', 'eu'], required: false },
    { name: 'hook', label: 'Hook', type: 'string', format: 'url', required: false },
  ]
  await env.DB.prepare(
    "INSERT INTO integrations (id, workspace_id, slug, look, name, kind, description, status, endpoint, fields, supports, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 'direct', 'A tool.', 'PUBLIC', 'https://partner.example.com/in', ?, '[\"track\"]', 0, 0)",
  )
    .bind(one.id, workspace, one.slug, one.slug, `Acme ${one.slug}`, JSON.stringify(fields))
    .run()
  return one
}

/** A customer: a workspace with a source, and its member. */
export async function newCustomer(at: Platform, owner: Browser) {
  const workspace = await newWorkspace()
  const source = await sourceIn(workspace)
  return { workspace, source, browser: await personIn(at, owner, workspace) }
}

export async function sourceIn(workspace: string): Promise<string> {
  const source = `src_${mark()}`
  await env.DB.prepare(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, 'http-api', 1, 0, 0)",
  )
    .bind(source, workspace, source, `Shop ${source}`)
    .run()
  return source
}

export type Params = Record<string, string | undefined>

/** What a client asks by a browser; what is `undefined` is left out. */
export async function asked(client: { id: string; slug: string }, other: Params = {}): Promise<string> {
  const params: Params = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: REDIRECT,
    scope: `destination/${client.slug}`,
    state: 'a state',
    code_challenge: await challengeOf(VERIFIER),
    code_challenge_method: 'S256',
    ...other,
  }
  return formOf(params).toString()
}

export function formOf(params: Params): URLSearchParams {
  return new URLSearchParams(Object.entries(params).filter((one): one is [string, string] => one[1] !== undefined))
}

/** What a client's own server sends: no cookie, no origin. */
export async function program(
  at: Platform,
  path: string,
  params: Params | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: Record<string, string>; headers: Headers }> {
  const request = new Request(`https://sluice.test${path}`, {
    method: 'POST',
    body: typeof params === 'string' ? new URLSearchParams(params) : formOf(params),
    headers: { 'CF-Connecting-IP': `203.0.113.${Math.floor(Math.random() * 250)}`, ...headers },
  })
  const response = await at.http.fetch(request, env, execution())
  return { status: response.status, json: (await response.json()) as Record<string, string>, headers: response.headers }
}

/** An API request with an access token. */
export async function bearing<T = { data: { destination: Record<string, unknown> }; errors: { field: string }[] }>(
  at: Platform,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: T; headers: Headers }> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const request = new Request(`https://sluice.test${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const response = await at.http.fetch(request, env, execution())
  return { status: response.status, json: (await response.json()) as T, headers: response.headers }
}

/** Where a page leads a browser, as an address with its query. */
export function ledTo({ status, location, html }: Page): URL {
  if (status !== 303) throw new Error(`${status} ${html}`)
  return new URL(location)
}
