import type { Context } from 'hono'
import { bodyText, callerOf } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import { type ClientAnswer, exchange, revokeByClient } from '../exchange/commands.ts'

const METHODS = ['client_secret_basic', 'client_secret_post', 'none']

/** `GET /.well-known/oauth-authorization-server`. No query. */
export function answerMetadata(c: Context) {
  const { origin } = callerOf(c)
  return c.json({
    issuer: origin,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: METHODS,
    revocation_endpoint_auth_methods_supported: METHODS,
    authorization_response_iss_parameter_supported: true,
    service_documentation: `${origin}/docs/enable`,
  })
}

/** `POST /oauth/token`. */
export async function answerExchange(c: Context, deps: ControlDeps) {
  return answer(c, await exchange(deps, await requestOf(c)))
}

/** `POST /oauth/revoke`. */
export async function answerRevoke(c: Context, deps: ControlDeps) {
  return answer(c, await revokeByClient(deps, await requestOf(c)))
}

async function requestOf(c: Context) {
  const params = new URLSearchParams(await bodyText(c))
  return { params, authorization: c.req.header('authorization'), caller: callerOf(c) }
}

function answer(c: Context, { status, body, challenge }: ClientAnswer) {
  // What an answer holds is for nobody else: RFC 6749, 5.1.
  c.header('Cache-Control', 'no-store')
  if (challenge) c.header('WWW-Authenticate', 'Basic realm="clients"')
  return c.json(body, status)
}
