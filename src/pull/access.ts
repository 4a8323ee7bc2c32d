import type { Context } from '../context.ts'
import { isObject } from '../event/index.ts'
import type { AllowLocal, SettingsValues } from '../integrations/index.ts'
import { retryAfterMs } from './api.ts'
import { ask } from './ask.ts'
import { isAllowedByPerson, type OAuthClient } from './oauth.ts'
import { PullError, type Vendor } from './protocol.ts'

/** What an account is read with. */
export interface VendorTokens {
  access: string
  /** By which the next one is got; `null`: by the client's credentials, or a person. */
  refresh: string | null
  /** Milliseconds. */
  expiresAt: number
  /** Where the account is, when that is not the address in the settings. */
  address: string | null
}

/** What a person has brought back from the vendor. */
export interface AllowedCode {
  code: string
  redirectUri: string
  verifier: string
}

interface AccessDeps {
  vendor: Vendor
  settings: SettingsValues
  client: OAuthClient | null
  ctx: Context
  allowLocal: AllowLocal
  /** What was kept; `null`: nothing of this account and client. */
  read(): Promise<VendorTokens | null>
  keep(tokens: VendorTokens): Promise<void>
}

/** A token that ends within this time is replaced before it is used. */
const MARGIN_MS = 60_000
/** Until somebody has allowed it, it is asked so often whether that is so. */
const LONGEST_WAIT_MS = 3_600_000

/**
 * The tokens of one account: got, kept, and replaced while they are used, by one request at a time, since a refresh token
 * that was used is worth nothing any more. There is one of these for an account at any time: in its Durable Object.
 */
export class VendorAccess {
  readonly #deps: AccessDeps
  #tokens: VendorTokens | null = null
  #under: Promise<VendorTokens> | undefined

  constructor(deps: AccessDeps) {
    this.#deps = deps
  }

  /** Tokens that hold; got or replaced if need be. */
  async tokens(): Promise<VendorTokens> {
    this.#tokens ??= await this.#deps.read()
    if (this.#tokens && this.#tokens.expiresAt - MARGIN_MS > this.#deps.ctx.now()) return this.#tokens
    return this.#renew()
  }

  /** Others than `used`, which are not taken any more. */
  async renewed(used: VendorTokens): Promise<VendorTokens> {
    return this.#tokens && this.#tokens.access !== used.access ? this.#tokens : this.#renew()
  }

  /** Tokens for what a person has allowed. */
  async allow({ code, redirectUri, verifier }: AllowedCode): Promise<void> {
    await this.#ask({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier })
  }

  async #renew(): Promise<VendorTokens> {
    this.#under ??= this.#ask(this.#grant()).finally(() => void (this.#under = undefined))
    return this.#under
  }

  #grant(): Record<string, string> {
    const { settings, vendor, client } = this.#deps
    if (!client) throw new PullError('no_client', `No OAuth client of ${vendor.name} is known here.`, 'person')
    if (!isAllowedByPerson(settings)) return { grant_type: 'client_credentials' }
    if (!this.#tokens)
      throw new PullError('not_allowed', `Nobody has allowed it at ${vendor.name} yet.`, 'wait', LONGEST_WAIT_MS)
    const { refresh } = this.#tokens
    if (refresh === null)
      throw new PullError('access_ended', `The access to ${vendor.name} has ended: allow it once more.`, 'person')
    return { grant_type: 'refresh_token', refresh_token: refresh }
  }

  async #ask(grant: Record<string, string>): Promise<VendorTokens> {
    const { vendor, settings, client, ctx } = this.#deps
    const { oauth } = vendor
    if (!oauth || !client)
      throw new PullError('no_client', `No OAuth client of ${vendor.name} is known here.`, 'person')
    const isFirst = grant['grant_type'] !== 'refresh_token'
    const fields = {
      ...grant,
      client_id: client.id,
      client_secret: client.secret,
      ...(isFirst && oauth.scope !== null && { scope: oauth.scope }),
    }
    const isJson = oauth.body === 'json'
    const answer = await ask(
      {
        method: 'POST',
        url: new URL(oauth.token, vendor.base(settings, null)).href,
        headers: {
          accept: 'application/json',
          'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        },
        body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
      },
      vendor,
      this.#deps,
    )
    const { ok, status, headers, body } = answer
    const said = isObject(body) ? body : {}
    if (!ok) throw this.#refused(status, said, headers, grant)
    const { access_token: access, refresh_token: next, expires_in: seconds, instance_url: address } = said
    if (typeof access !== 'string') throw new PullError('not_understood', `${vendor.name} answers no token.`, 'again')
    const tokens: VendorTokens = {
      access,
      refresh: typeof next === 'string' ? next : (grant['refresh_token'] ?? null),
      expiresAt: ctx.now() + (Number(seconds) > 0 ? Number(seconds) * 1_000 : oauth.holdsMs),
      address: typeof address === 'string' ? address : null,
    }
    // What was used to get it is spent: from now on this alone is worth something.
    this.#tokens = tokens
    await this.#deps.keep(tokens)
    return tokens
  }

  #refused(
    status: number,
    { error, error_description: description }: Record<string, unknown>,
    headers: Headers,
    grant: Record<string, string>,
  ): PullError {
    const { name } = this.#deps.vendor
    const words = [error, description].filter((text) => typeof text === 'string').join(': ') || `it answers ${status}`
    const said = words.slice(0, 300)
    if (status === 429 || status >= 500)
      return new PullError(`http_${status}`, `${name} gives no token now (${said}).`, 'again', retryAfterMs(headers))
    if (grant['grant_type'] === 'refresh_token')
      return new PullError(
        'access_revoked',
        `${name} does not take the access any more (${said}): allow it once more.`,
        'person',
      )
    if (grant['grant_type'] === 'authorization_code')
      return new PullError(
        'code_refused',
        `${name} does not take what was allowed (${said}): allow it once more.`,
        'person',
      )
    return new PullError('client_refused', `${name} does not take the client’s id and secret (${said}).`, 'person')
  }
}
