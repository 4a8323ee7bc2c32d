/** What clients ask for themselves: tokens for a code or a refresh token, and that what they were allowed ends. */
import { Buffer } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import { type Caller, countersFrom, patienceOf, record, wasRight } from '../../../accounts/index.ts'
import { challengeOf } from '../../../pull/index.ts'
import { messageOf } from '../../../refusal.ts'
import type { ControlDeps } from '../../request.ts'
import { findCredentials, slugOfClient } from '../queries.ts'
import { scopeOfSlug } from '../authorization.ts'
import { hashOfToken, OAUTH_LASTS_MS } from '../secrets.ts'
import { deleteGrantOfToken, type EndedGrant, insertTokens, spendToken } from './store.ts'

type Deps = Pick<ControlDeps, 'db' | 'accounts' | 'ctx'>

/** What a client sends: its form, and the header that may say who it is. */
export interface ClientRequest {
  params: URLSearchParams
  authorization: string | undefined
  caller: Caller
}

/** An answer in the words of RFC 6749, 5. */
export interface ClientAnswer {
  status: 200 | 400 | 401 | 429
  body: Readonly<Record<string, unknown>>
  /** The client has tried the header `Authorization`: RFC 6749, 5.2, then has the answer name the scheme. */
  challenge?: true
}

/** Tokens for a code, or for a refresh token, which is good once. */
export async function exchange(deps: Deps, request: ClientRequest): Promise<ClientAnswer> {
  return asClient(deps, request, async (clientId, params) => {
    const type = params.get('grant_type')
    if (type === 'authorization_code') return ofCode(deps, clientId, params, request.caller)
    if (type === 'refresh_token') return ofRefresh(deps, clientId, params, request.caller)
    return type === null
      ? fault('invalid_request', 'grant_type is missing.')
      : fault('unsupported_grant_type', 'grant_type has to be authorization_code or refresh_token.')
  })
}

/** RFC 7009: whichever token it is, all that the customer has allowed by it is over. One that is none of the client's is no error. */
export async function revokeByClient(deps: Deps, request: ClientRequest): Promise<ClientAnswer> {
  return asClient(deps, request, async (clientId, params) => {
    const token = params.get('token')
    if (token === null) return fault('invalid_request', 'token is missing.')
    const ended = await deleteGrantOfToken(deps.db, token, clientId)
    if (ended) await note(deps, ended, request.caller, 'its own client gave it back')
    return { status: 200, body: {} }
  })
}

async function ofCode(deps: Deps, clientId: string, params: URLSearchParams, caller: Caller): Promise<ClientAnswer> {
  const code = params.get('code')
  const verifier = params.get('code_verifier') ?? ''
  if (code === null) return fault('invalid_request', 'code is missing.')
  if (!/^[\w.~-]{43,128}$/.test(verifier)) {
    return fault('invalid_request', 'code_verifier is missing, or not of 43 to 128 characters as RFC 7636 has them.')
  }
  const spent = await spendToken(deps.db, 'code', code, clientId)
  if (!spent) return fault('invalid_grant', 'This code is too old, or none of this client’s.')
  if ('again' in spent) return reused(deps, spent.again, caller, 'its code was sent twice')
  if (spent.challenge !== (await challengeOf(verifier))) {
    return fault('invalid_grant', 'code_verifier does not fit code_challenge.')
  }
  const redirectUri = params.get('redirect_uri')
  if (redirectUri !== null && redirectUri !== spent.redirectUri) {
    return fault('invalid_grant', 'redirect_uri is another one than the code was sent to.')
  }
  return issue(deps, clientId, spent.grantId)
}

async function ofRefresh(deps: Deps, clientId: string, params: URLSearchParams, caller: Caller): Promise<ClientAnswer> {
  const token = params.get('refresh_token')
  if (token === null) return fault('invalid_request', 'refresh_token is missing.')
  const scope = params.get('scope')
  if (scope !== null && scope !== scopeOfSlug((await slugOfClient(deps.db, clientId)) ?? '')) {
    return fault('invalid_scope', 'scope is another one than the customer has allowed.')
  }
  const spent = await spendToken(deps.db, 'refresh', token, clientId)
  if (!spent) return fault('invalid_grant', 'This refresh token is too old, was revoked, or is none of this client’s.')
  if ('again' in spent) return reused(deps, spent.again, caller, 'a refresh token of it was sent twice')
  return issue(deps, clientId, spent.grantId)
}

async function issue({ db }: Deps, clientId: string, grantId: string): Promise<ClientAnswer> {
  const [made, slug] = await Promise.all([insertTokens(db, grantId), slugOfClient(db, clientId)])
  if (!made || slug === undefined) return fault('invalid_grant', 'The customer has revoked it.')
  const body = {
    access_token: made.access,
    token_type: 'Bearer',
    expires_in: OAUTH_LASTS_MS.access / 1_000,
    refresh_token: made.refresh,
    scope: scopeOfSlug(slug),
    destination_id: made.destinationId,
  }
  return { status: 200, body }
}

/** RFC 6749, 4.1.2 and RFC 9700, 4.14.2: somebody else may have it too, so everything that came of it is over. */
async function reused(deps: Deps, ended: EndedGrant | undefined, caller: Caller, why: string): Promise<ClientAnswer> {
  if (ended) await note(deps, ended, caller, why)
  return fault(
    'invalid_grant',
    'It was exchanged before. What the customer has allowed is over; they can allow it anew.',
  )
}

/** In the customer's trail: whoever revokes it is none of their people. */
async function note({ db }: Deps, { id, workspaceId, destinationId }: EndedGrant, caller: Caller, why: string) {
  const actor = { workspaceId, type: 'platform' as const, id: 'oauth', name: 'Enable', address: caller.address }
  const before = { name: destinationId, values: { destinationId, why } }
  await record(db, actor, { type: 'Grant Revoked', resource: { type: 'grant', id }, before })
}

/** Does what a client asks for, once it is sure which one it is; what was wrong is counted by its address. */
async function asClient(
  { db, accounts }: Deps,
  { params, authorization, caller }: ClientRequest,
  act: (clientId: string, params: URLSearchParams) => Promise<ClientAnswer>,
): Promise<ClientAnswer> {
  const counters = countersFrom(caller.address, 'token', '')
  const full = await patienceOf(caller, accounts, counters)
  if (full) return { status: 429, body: { error: 'slow_down', error_description: messageOf(full.problems) } }
  const twice = [...new Set(params.keys())].filter((name) => params.getAll(name).length > 1)
  if (twice.length > 0) return fault('invalid_request', 'A parameter is there twice.')
  const said = credentialsIn(params, authorization)
  if ('status' in said) return said
  const known = await findCredentials(db, said.id)
  if (!known || !(await isRight(known.secretHash, said.secret))) {
    const body = {
      error: 'invalid_client',
      error_description: 'There is no such client, or its secret is another one.',
    }
    return { status: 401, body, ...(authorization !== undefined && { challenge: true }) }
  }
  const answer = await act(known.id, params)
  if (answer.status === 200) await wasRight(accounts, counters)
  return answer
}

/** RFC 6749, 2.3: by the header, or in the form, and never by both. */
function credentialsIn(
  params: URLSearchParams,
  authorization: string | undefined,
): { id: string; secret: string | undefined } | ClientAnswer {
  const id = params.get('client_id')
  const secret = params.get('client_secret') ?? undefined
  if (authorization === undefined) {
    return id === null ? fault('invalid_request', 'client_id is missing.') : { id, secret }
  }
  if (secret !== undefined) return fault('invalid_request', 'The client says twice who it is: by header and form.')
  const [, basic = ''] = /^basic\s+(\S+)$/i.exec(authorization) ?? []
  const [name = '', ...rest] = Buffer.from(basic, 'base64').toString().split(':').map(decoded)
  if (id !== null && id !== name) return fault('invalid_request', 'client_id is another one than the header has.')
  return { id: name, secret: rest.join(':') }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** A public client has no secret, and one that sends one is another client than it says. */
async function isRight(hash: string | null, secret: string | undefined): Promise<boolean> {
  if (hash === null || secret === undefined) return hash === null && secret === undefined
  return timingSafeEqual(Buffer.from(hash), Buffer.from(await hashOfToken(secret)))
}

function fault(error: string, description: string): ClientAnswer {
  return { status: 400, body: { error, error_description: description } }
}
