import type { Database } from '../../settings/index.ts'
import { type AskingClient, findAskingClient } from './queries.ts'

/** A client that asks for a destination, as it asked by a browser. */
export interface AuthorizationRequest {
  client: AskingClient
  redirectUri: string
  state: string | undefined
  /** SHA-256 of the verifier, base64url (PKCE). */
  challenge: string
}

/**
 * `refused`: what is asked cannot be told to whoever asks, since it is not sure who that is; a person reads it. `redirect`: the
 * client is told, by way of the browser.
 */
export type AuthorizationAnswer = { request: AuthorizationRequest } | { refused: string } | { redirect: string }

/** What of the parameters may be there once only, as all of them (RFC 6749, 3.1). */
const STATE = /^[\x20-\x7e]{1,1000}$/

/** Reads an authorization request to people of a workspace. One query. `issuer`: this server. */
export async function readAuthorization(
  db: Database,
  params: URLSearchParams,
  { workspaceId, issuer }: { workspaceId: string; issuer: string },
): Promise<AuthorizationAnswer> {
  const clientId = params.get('client_id') ?? ''
  const client = repeated(params, ['client_id']) ? undefined : await findAskingClient(db, clientId, workspaceId)
  if (!client)
    return { refused: 'There is no such client. The site that sent you here has to say who it is by client_id.' }
  const redirectUri = params.get('redirect_uri') ?? ''
  if (repeated(params, ['redirect_uri']) || !client.redirectUris.includes(redirectUri)) {
    return {
      refused: `${client.name} did not say, letter by letter, one of the addresses that it has registered as redirect_uri.`,
    }
  }
  const state = params.get('state') ?? undefined
  const known = state !== undefined && STATE.test(state) ? state : undefined
  const fail = (error: string, description: string) => ({
    redirect: redirectWith(redirectUri, { error, error_description: description, state: known, iss: issuer }),
  })
  if (repeated(params, [...new Set(params.keys())])) return fail('invalid_request', 'A parameter is there twice.')
  if (state !== undefined && known === undefined) {
    return fail('invalid_request', 'state has at most 1000 characters, all of them of ASCII that can be seen.')
  }
  const type = params.get('response_type')
  if (type === null) return fail('invalid_request', 'response_type is missing.')
  if (type !== 'code') return fail('unsupported_response_type', 'response_type has to be code.')
  if (params.get('code_challenge_method') !== 'S256') {
    return fail('invalid_request', 'code_challenge_method has to be S256.')
  }
  const challenge = params.get('code_challenge') ?? ''
  if (!/^[\w-]{43}$/.test(challenge)) {
    return fail('invalid_request', 'code_challenge has to be a SHA-256 in base64url, 43 characters.')
  }
  const scope = scopeOfSlug(client.entry.slug)
  if (params.get('scope') !== scope) {
    return fail('invalid_scope', `scope has to be ${scope}.`)
  }
  return { request: { client, redirectUri, state: known, challenge } }
}

/** What a client can be allowed: destinations of one integration. */
export const scopeOfSlug = (slug: string) => `destination/${slug}`

/** An answer to a client by way of the browser; what is not known is left out. */
export function redirectWith(redirectUri: string, answer: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) if (value !== undefined) url.searchParams.append(name, value)
  return url.href
}

function repeated(params: URLSearchParams, names: readonly string[]): boolean {
  return names.some((name) => params.getAll(name).length > 1)
}
