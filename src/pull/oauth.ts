import { Buffer } from 'node:buffer'
import type { SettingField, SettingsValues } from '../integrations/index.ts'

/** How a vendor is connected by OAuth 2.0. Paths are beneath the address in the settings. */
export interface VendorOAuth {
  /** Where a person allows it. */
  authorize: string
  /** Where codes and clients get their tokens. */
  token: string
  scope: string | null
  /** What the latter reads. */
  body: 'form' | 'json'
  /** Milliseconds that a token holds whose answer does not say so. */
  holdsMs: number
}

/** What a vendor knows an application by. */
export interface OAuthClient {
  id: string
  secret: string
}

/** The settings that every vendor has that is connected by OAuth, after its `address`. */
export const OAUTH_FIELDS: readonly SettingField[] = [
  {
    name: 'grant',
    label: 'Grant',
    type: 'select',
    required: true,
    choices: ['client_credentials', 'authorization_code'],
    default: 'client_credentials',
    description:
      'client_credentials: an OAuth client of your own account is enough. authorization_code: somebody signs in there and allows it.',
  },
  {
    name: 'clientId',
    label: 'Client id',
    type: 'string',
    required: false,
    description: 'Of an OAuth client of your own. Needed but where this deployment has one, for authorization_code.',
  },
  {
    name: 'clientSecret',
    label: 'Client secret',
    type: 'secret',
    required: false,
    description: 'Of the same client.',
  },
]

/**
 * The client that these settings go by; `null`: there is none. The deployment's is never used with its credentials alone:
 * those might open the deployment's own account to whoever names it.
 */
export function clientOf(
  { grant, clientId, clientSecret }: SettingsValues,
  deployments: OAuthClient | null,
): OAuthClient | null {
  if (typeof clientId === 'string' && typeof clientSecret === 'string') return { id: clientId, secret: clientSecret }
  return grant === 'authorization_code' && clientId === undefined && clientSecret === undefined ? deployments : null
}

/** Whether a person has to allow it at the vendor's. */
export function isAllowedByPerson({ grant }: SettingsValues): boolean {
  return grant === 'authorization_code'
}

/** Where a person allows it. `challenge`: of PKCE, S256. */
export function authorizeUrl(
  { authorize, scope }: VendorOAuth,
  address: string,
  asked: { client: OAuthClient; redirectUri: string; state: string; challenge: string },
): string {
  const url = new URL(authorize, address)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: asked.client.id,
    redirect_uri: asked.redirectUri,
    ...(scope !== null && { scope }),
    state: asked.state,
    code_challenge: asked.challenge,
    code_challenge_method: 'S256',
  }).toString()
  return url.href
}

/** What proves later who has asked, of the secret that stays here (RFC 7636). */
export async function challengeOf(verifier: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url')
}

/** `name=id:secret` with spaces between: the clients that a deployment has, by vendor. */
export function readOAuthClients(text: string | undefined): {
  clients: Record<string, OAuthClient>
  fault: string | undefined
} {
  const clients: Record<string, OAuthClient> = {}
  let fault: string | undefined
  for (const entry of (text ?? '').split(/\s+/).filter(Boolean)) {
    const [, vendor, id, secret] = /^([a-z]+)=([^:]+):(.+)$/.exec(entry) ?? []
    if (vendor && id && secret) clients[vendor] = { id, secret }
    // Its text is a secret.
    else fault = 'OAUTH_CLIENTS must be vendor=id:secret, with spaces between.'
  }
  return { clients, fault }
}
