import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'

/** What a vendor is asked. */
export interface Asked {
  method: string
  url: URL
  headers: IncomingHttpHeaders
  body: string
}

/** What it answers. */
export interface Answered {
  status: number
  body: unknown
  headers?: Record<string, string>
  /** A page for people, instead of the body. */
  page?: string
}

/** A vendor's API on this machine: what goes wrong with its answers, and what happens meanwhile. */
export abstract class VendorServer {
  /** Unix seconds. */
  readonly now: () => number
  /** What goes wrong with a request. */
  trouble: () => null | 'slow down' | 'broken' | 'cut' = () => null
  /** Called before each answer. */
  meanwhile: () => void = () => undefined
  calls = 0
  readonly #server: Server

  constructor(now: () => number) {
    this.now = now
    this.#server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => void pieces.push(piece))
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://vendor.test')
        const { method = 'GET', headers } = request
        const {
          status,
          body,
          headers: own,
          page,
        } = this.#reply({
          method,
          url,
          headers,
          body: Buffer.concat(pieces).toString(),
        }) ?? { status: 0, body: null }
        if (status === 0) return void response.destroy()
        const text = page ?? JSON.stringify(body)
        const length = Buffer.byteLength(text)
        const others = {
          'content-type': page === undefined ? 'application/json' : 'text/html',
          'content-length': length,
        }
        response.writeHead(status, { ...others, 'x-request-id': `req_${this.calls}`, ...own })
        response.end(text)
      })
    })
  }

  /** Its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve))
    return this.address()
  }

  address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** A refusal before anything else is looked at; `null`: there is none. */
  protected abstract admit(asked: Asked): Answered | null
  protected abstract answer(asked: Asked): Answered
  /** Why a request failed that `trouble` has chosen. */
  protected abstract failure(trouble: 'slow down' | 'broken'): Answered

  /** `null`: the connection is cut. */
  #reply(asked: Asked): Answered | null {
    this.calls++
    const refused = this.admit(asked)
    if (refused) return refused
    const trouble = this.trouble()
    if (trouble === 'cut') return null
    if (trouble) return this.failure(trouble)
    this.meanwhile()
    return this.answer(asked)
  }
}

/** Tokens of OAuth as a vendor gives them: they end, a refresh token is good once, a code goes with its challenge. */
export class Tokens {
  readonly client = { id: 'client_1', secret: 'secret_of_client_1' }
  /** Seconds. */
  lasts = 3_600
  /** Whether a refresh token is spent by its use. */
  rotates = true
  /** Tokens that were given by each grant. */
  readonly given: Record<string, number> = {}
  readonly #now: () => number
  #access = new Map<string, number>()
  #refresh = new Set<string>()
  readonly #codes = new Map<string, { challenge: string; redirectUri: string }>()
  #made = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** As somebody allows it, on the page that this address is of; where the browser is sent then. */
  allow(authorizeUrl: string): string {
    const asked = new URL(authorizeUrl).searchParams
    const code = `code_${++this.#made}`
    const redirectUri = asked.get('redirect_uri') ?? ''
    this.#codes.set(code, { challenge: asked.get('code_challenge') ?? '', redirectUri })
    const back = new URL(redirectUri)
    back.searchParams.set('code', code)
    back.searchParams.set('state', asked.get('state') ?? '')
    return back.href
  }

  /** The page on which somebody allows it, or does not. */
  consentPage(authorizeUrl: URL): Answered {
    const denied = new URL(authorizeUrl.searchParams.get('redirect_uri') ?? '')
    denied.searchParams.set('error', 'access_denied')
    denied.searchParams.set('state', authorizeUrl.searchParams.get('state') ?? '')
    const links = { Allow: this.allow(authorizeUrl.href), Deny: denied.href }
    const all = Object.entries(links).map(([name, to]) => `<a href="${to.replaceAll('&', '&amp;')}">${name}</a>`)
    return { status: 200, body: null, page: `<!doctype html><title>Allow</title><p>May it read? ${all.join(' ')}` }
  }

  holds(authorization: string | undefined): boolean {
    return (this.#access.get(authorization?.replace(/^Bearer /, '') ?? '') ?? 0) > this.#now()
  }

  /** Accesses end at once, whatever was said. */
  end(): void {
    this.#access = new Map()
  }

  /** Nothing that was allowed holds any more. */
  revoke(): void {
    this.end()
    this.#refresh = new Set()
  }

  /** The answer to a request for a token; a text: why there is none. */
  give(asked: Record<string, string>): { access_token: string; refresh_token?: string } | string {
    const { grant_type: grant = '', client_id: id, client_secret: secret } = asked
    if (id !== this.client.id || secret !== this.client.secret) return 'invalid_client'
    if (grant === 'authorization_code') {
      const known = this.#codes.get(asked['code'] ?? '')
      this.#codes.delete(asked['code'] ?? '')
      const challenge = createHash('sha256')
        .update(asked['code_verifier'] ?? '')
        .digest('base64url')
      if (!known || known.challenge !== challenge || known.redirectUri !== asked['redirect_uri']) return 'invalid_grant'
    } else if (grant === 'refresh_token') {
      const used = asked['refresh_token'] ?? ''
      if (!this.#refresh.has(used)) return 'invalid_grant'
      if (this.rotates) this.#refresh.delete(used)
    } else if (grant !== 'client_credentials') return 'unsupported_grant_type'
    this.given[grant] = (this.given[grant] ?? 0) + 1
    const access = `access_${++this.#made}`
    this.#access.set(access, this.#now() + this.lasts)
    if (grant === 'client_credentials') return { access_token: access }
    if (grant === 'refresh_token' && !this.rotates) return { access_token: access }
    const refresh = `refresh_${++this.#made}`
    this.#refresh.add(refresh)
    return { access_token: access, refresh_token: refresh }
  }
}
