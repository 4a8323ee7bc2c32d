import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { authorizeUrl, challengeOf, clientOf, isAllowedByPerson, type Vendor } from '../../pull/index.ts'
import { refusal } from '../../refusal.ts'
import type { ControlDeps } from '../request.ts'
import type { CloudConnection } from './queries.ts'

/** How long somebody may take at the vendor's. */
const LASTS_MS = 3_600_000
/** Where the vendor sends the browser to; whoever makes an OAuth client there names it. */
export const REDIRECT_PATH = '/cloud/allowed'

/** Whose browser it is, and at which address of the panel. */
interface Visitor {
  sessionId: string
  origin: string
}

/**
 * Where a member allows it at the vendor's; `null`: nobody has to. Its state is good for this member's session, this source
 * and an hour; nothing of it is kept.
 */
export async function authorizationAddress(
  { db, ctx, oauthClients }: Pick<ControlDeps, 'db' | 'ctx' | 'oauthClients'>,
  vendor: Vendor,
  { id, settings }: Pick<CloudConnection, 'id' | 'settings'>,
  { sessionId, origin }: Visitor,
): Promise<string | null> {
  const client = clientOf(settings, oauthClients[vendor.id] ?? null)
  if (!vendor.oauth || !client || !isAllowedByPerson(settings)) return null
  const [key] = await db.secrets().derive(PURPOSE)
  if (!key) return null
  const claims = `${id}.${ctx.now() + LASTS_MS}`
  const state = `${claims}.${macOf(key.value, `state ${claims} ${sessionId}`)}`
  return authorizeUrl(vendor.oauth, String(settings['address']), {
    client,
    redirectUri: `${origin}${REDIRECT_PATH}`,
    state,
    challenge: await challengeOf(verifierOf(key.value, state)),
  })
}

/** What a state says that came back with this session's browser. Throws 409 when it is not one of this session's, or too old. */
export async function readAuthorizationState(
  { db, ctx }: Pick<ControlDeps, 'db' | 'ctx'>,
  state: string,
  { sessionId, origin }: Visitor,
): Promise<{ id: string; verifier: string; redirectUri: string }> {
  const [id = '', until = '', mac = ''] = state.split('.')
  for (const { value } of await db.secrets().derive(PURPOSE)) {
    const ours = macOf(value, `state ${id}.${until} ${sessionId}`)
    if (!isSame(ours, mac) || !(Number(until) > ctx.now())) continue
    return { id, verifier: verifierOf(value, state), redirectUri: `${origin}${REDIRECT_PATH}` }
  }
  throw refusal(409, 'This was begun more than an hour ago, or by somebody else: begin anew.')
}

const PURPOSE = 'authorization of cloud sources'

/** What the vendor is shown at last, so that nobody else can use the code (PKCE). */
function verifierOf(key: string, state: string): string {
  return macOf(key, `verifier ${state}`)
}

function macOf(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64url')
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
