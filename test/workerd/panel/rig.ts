import { env } from 'cloudflare:workers'
import type { Role } from '../../../src/accounts/index.ts'
import type { ControlDeps } from '../../../src/control/request.ts'
import { context, type Context } from '../../../src/context.ts'
import type { Env } from '../../../src/env.ts'
import { panel } from '../../../src/panel.ts'
import { type Platform, platform } from '../../../src/wiring.ts'
import { execution } from '../world.ts'
import { signedInAs } from './signed-in.ts'

export const ORIGIN = 'https://sluice.test'

export interface Rig extends Platform {
  /** A page, or what a form's sending answers; redirects are not followed. */
  get(path: string, headers?: Record<string, string>): Promise<Page>
  post(path: string, fields: Record<string, string | string[]>): Promise<Page>
}

export interface Page {
  status: number
  location: string
  html: string
  headers: Headers
}

/** The platform with its panel, as `role` sees it. */
export function rig({
  role = 'owner',
  workspaceId,
  overrides,
  ctx,
}: { role?: Role; workspaceId?: string; overrides?: Partial<Env>; ctx?: Partial<Context> } = {}): Rig {
  const pages = (deps: ControlDeps) => panel(deps, signedInAs(role, workspaceId))
  const at = platform({ ...env, ...overrides }, { ...context, ...ctx }, pages)
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const response = await at.http.fetch(new Request(ORIGIN + path, init), env, execution())
    const { status, headers } = response
    return {
      status,
      headers,
      location: headers.get('location') ?? '',
      html: new TextDecoder().decode(await response.arrayBuffer()),
    }
  }
  return {
    ...at,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields) => {
      const body = new URLSearchParams()
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
      return ask(path, { method: 'POST', body, headers: { Origin: ORIGIN } })
    },
  }
}
