import { sha256 } from '../../accounts/index.ts'
import { randomId } from '../../context.ts'
import type { Database } from '../../settings/index.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** How long each is good. */
export const OAUTH_LASTS_MS = { code: MINUTE_MS, access: 60 * MINUTE_MS, refresh: 60 * DAY_MS } as const

const PREFIXES = { code: 'sluice_code_', access: 'sluice_access_', refresh: 'sluice_refresh_' } as const
const LETTERS = 40

export const newOAuthToken = (ctx: Database['ctx'], kind: keyof typeof PREFIXES) =>
  randomId(ctx, PREFIXES[kind], LETTERS)
export const newClientSecret = (ctx: Database['ctx']) => randomId(ctx, 'sluice_secret_', LETTERS)

/** What is kept of a token, code or secret. */
export async function hashOfToken(token: string): Promise<string> {
  return (await sha256(token)).toString('hex')
}
