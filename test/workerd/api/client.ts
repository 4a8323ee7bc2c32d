import { createHash } from 'node:crypto'
import { env } from 'cloudflare:workers'
import { expect, vi } from 'vitest'
import type { Platform } from '../../../src/wiring.ts'
import { call } from '../world.ts'

/** The Public API's error shape. */
export interface Errors {
  errors: { type: string; message: string; field?: string; status: number }[]
}

export interface SourceReply {
  id: string
  slug: string
  name: string
  enabled: boolean
  writeKeys: string[]
}

export interface DestinationReply {
  id: string
  name: string
  enabled: boolean
  sourceId: string
  paused: boolean
  notice: string | null
  settings: Record<string, unknown>
  rate: number | null
  concurrency: number | null
  maxInFlight: number | null
  schedule: unknown
  health: { state: string; label: string; needs: string | null }
}

export interface IntegrationReply {
  id: string
  slug: string
  name: string
  endpoint?: string
  options: Record<string, unknown>[]
  supportedMethods: Record<string, boolean>
}

export interface Pagination {
  current: string
  next?: string
  previous?: string
  totalEntries: number
}

/** What `data` holds under its one name, when the request succeeds with `status`. */
export async function ask<T>(
  at: Platform,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<T> {
  const { status, json } = await call<{ data: T }>(at, method, path, body, headers)
  if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`)
  return json.data
}

/** Status and problems of a request that must be refused, each problem as `field: message`. */
export async function refusal(
  at: Platform,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<{ status: number; type: string | undefined; problems: string[] }> {
  const { status, json } = await call<Partial<Errors>>(at, method, path, body, headers)
  const { errors } = json
  if (!errors || errors.some((error) => error.status !== status || error.message === '')) {
    throw new Error(`${method} ${path} is not refused in the shape of the API: ${status} ${JSON.stringify(json)}`)
  }
  const problems = errors.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`))
  return { status, type: errors[0]?.type, problems }
}

export async function newDestination(
  at: Platform,
  sourceId: string,
  settings: Record<string, unknown> = { urls: ['https://hooks.example.com/in'] },
  metadataId = 'webhooks',
): Promise<DestinationReply> {
  const body = { sourceId, metadataId, settings }
  return (await ask<{ destination: DestinationReply }>(at, 'POST', '/api/destinations', body)).destination
}

export async function newIntegration(at: Platform, facts: Record<string, unknown> = {}): Promise<IntegrationReply> {
  const slug = `int-${crypto.randomUUID().slice(0, 8)}`
  const body = { name: `Integration ${slug}`, slug, endpoint: 'https://partner.example.com/in', ...facts }
  return (await ask<{ integration: IntegrationReply }>(at, 'POST', '/api/integrations', body)).integration
}

/** Another workspace with a token of its own, as request headers. */
export async function otherWorkspace(): Promise<{ id: string; headers: Record<string, string> }> {
  const id = `ws_${crypto.randomUUID().slice(0, 8)}`
  const token = `token-of-${id}`
  const hash = createHash('sha256').update(token).digest('hex')
  await env.DB.batch([
    env.DB.prepare('INSERT INTO workspaces (id, name, slug, created_at) VALUES (?, ?, ?, 0)').bind(id, id, id),
    env.DB.prepare('INSERT INTO api_tokens (hash, id, workspace_id, name, created_at) VALUES (?, ?, ?, ?, 0)').bind(
      hash,
      `tok_${id}`,
      id,
      'test',
    ),
  ])
  return { id, headers: { Authorization: `Bearer ${token}` } }
}

/** The id of a certification of an integration, which is over. */
export async function newCertification(at: Platform, integration: string, settings: object): Promise<string> {
  const path = `/api/integrations/${integration}/certifications`
  const { certification } = await ask<{ certification: { id: string } }>(at, 'POST', path, { settings })
  await vi.waitFor(
    async () => {
      const now = await ask<{ certification: { state: string } }>(at, 'GET', `${path}/${certification.id}`)
      expect(now.certification.state).toBe('ended')
    },
    { timeout: 20_000, interval: 100 },
  )
  return certification.id
}
