import { env } from 'cloudflare:workers'
import { contentOf } from '../../../src/control/certification/index.ts'
import type { IntegrationState } from '../../../src/integrations/index.ts'
import type { Platform } from '../../../src/wiring.ts'
import { Browser, freshPanel, invited, ownerOf, type Page } from '../access/browser.ts'

const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
const mark = () => crypto.randomUUID().slice(0, 8)

/** A workspace of its own; `company`: it is a partner's. */
export async function newWorkspace(company?: string): Promise<string> {
  const id = `ws_${mark()}`
  await run('INSERT INTO workspaces (id, name, slug, created_at) VALUES (?, ?, ?, 0)', id, `Workspace ${id}`, id)
  if (company !== undefined) {
    const application = `app_${mark()}`
    await run(
      "INSERT INTO applications (id, company, look, site, email, kind, use_case, data_today, customers, state, ball_since, created_at, sandbox_id) VALUES (?, ?, ?, 'https://acme.example/', ?, 'direct', 'u', 'd', '', 'accepted', 0, 0, ?)",
      application,
      company,
      mark(),
      `ada@${id.replace('_', '-')}.example`,
      id,
    )
    await run(
      'INSERT INTO partners (workspace_id, application_id, company, created_at) VALUES (?, ?, ?, 0)',
      id,
      application,
      company,
    )
  }
  return id
}

/** Invited where no mail is sent, so that the page shows the link. */
async function somebody(at: Platform, owner: Browser): Promise<{ browser: Browser; email: string }> {
  const { browser, email } = await invited(noMail, owner.on(noMail), 'read-only')
  return { browser: browser.on(at), email }
}
const noMail = freshPanel({ ctx: { now: () => Date.parse('2026-11-30T09:00:00Z') } })

/** Somebody who is signed in, as a member of this workspace alone. */
export async function personIn(
  at: Platform,
  owner: Browser,
  workspace: string,
  role: 'owner' | 'member' | 'read-only' = 'member',
): Promise<Browser> {
  const { browser, email } = await somebody(at, owner)
  await run(
    'UPDATE members SET workspace_id = ?, role = ? WHERE user_id = (SELECT id FROM users WHERE email = ?)',
    workspace,
    role,
    email,
  )
  await run('UPDATE sessions SET workspace_id = NULL WHERE user_id = (SELECT id FROM users WHERE email = ?)', email)
  return browser
}

/** Somebody who reviews, and belongs to a workspace that has nothing to do with it. */
export async function reviewerOf(at: Platform, owner: Browser): Promise<Browser> {
  const { browser, email } = await somebody(at, owner)
  await run(
    "INSERT INTO reviewers (user_id, named_by, created_at) SELECT id, 'owner', 1 FROM users WHERE email = ?",
    email,
  )
  return browser
}

const DEVICE = {
  sdks: ['browser'],
  plugin: { type: 'remote', url: 'https://partner.example.com/plugin.js', libraryName: 'tool' },
  defaultMode: 'device',
}

/** An integration that this workspace has made. By default its code runs on devices alone, so that nothing is to be certified. */
export async function newIntegration(
  workspace: string,
  { state = 'PRIVATE_BUILDING', kind = 'packaged' }: { state?: IntegrationState; kind?: 'direct' | 'packaged' } = {},
): Promise<{ id: string; slug: string; name: string }> {
  const one = { id: `int_${mark()}`, slug: `slug-${mark()}`, name: `Tool ${mark()}` }
  const direct = kind === 'direct'
  await run(
    "INSERT INTO integrations (id, workspace_id, slug, look, name, kind, description, status, endpoint, fields, supports, device, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 'A tool.', ?, ?, '[]', '[\"track\"]', ?, 0, 0)",
    one.id,
    workspace,
    one.slug,
    one.slug,
    one.name,
    kind,
    state,
    direct ? 'https://partner.example.com/in' : null,
    direct ? null : JSON.stringify(DEVICE),
  )
  return one
}

/** Keeps a certification of it without a fault, as the object that makes them does. */
export async function certify(id: string): Promise<void> {
  const row = await env.DB.prepare('SELECT kind, endpoint, fields, supports, rate FROM integrations WHERE id = ?')
    .bind(id)
    .first<{ kind: 'direct'; endpoint: string; fields: string; supports: string; rate: null }>()
  if (!row) throw new Error(id)
  const content = await contentOf({
    ...row,
    fields: JSON.parse(row.fields) as [],
    supports: JSON.parse(row.supports) as [],
  })
  await run(
    "INSERT INTO certifications (id, integration_id, workspace_id, state, list_version, content, started_by, started_at, ended_at, made, checks, passed, skipped, errors, tasks, warnings, requests, certified) SELECT ?, id, workspace_id, 'ended', 1, ?, '', 1, 2, 1, 1, 1, 0, 0, 0, 0, 1, 1 FROM integrations WHERE id = ?",
    `crt_${mark()}`,
    content,
    id,
  )
}

export const setState = (id: string, state: IntegrationState) =>
  run('UPDATE integrations SET status = ? WHERE id = ?', state, id)
export const stateOf = (id: string) =>
  env.DB.prepare('SELECT status FROM integrations WHERE id = ?').bind(id).first<string>('status')

/** A JSON request of the API as whoever this browser is. */
export async function asks<T = unknown>(
  browser: Browser,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: T }> {
  const headers = { 'Content-Type': 'application/json', Origin: 'https://sluice.test', 'Sec-Fetch-Site': 'same-origin' }
  const page: Page = await browser.send(`/api${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: page.status, json: JSON.parse(page.html) as T }
}

export { Browser, ownerOf }
