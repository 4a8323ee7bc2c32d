import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A client of the partner's, as it was registered. */
export interface SiteClient {
  id: string
  secret: string
  scope: string
}

/**
 * A partner's own site that enables its integration for whoever is there: `/` begins, `/back` is where the platform leads the
 * browser to. `apiKey`: what it fills in.
 */
export async function partnerSite(platform: string, apiKey: string) {
  let client: SiteClient | undefined
  const begun = new Map<string, string>()

  function begin(response: ServerResponse, { id, scope }: SiteClient): void {
    const [state, verifier] = [randomBytes(16).toString('hex'), randomBytes(32).toString('base64url')]
    begun.set(state, verifier)
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: id,
      redirect_uri: `${url}/back`,
      scope,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    response.writeHead(303, { location: `${platform}/oauth/authorize?${query.toString()}` }).end()
  }

  async function finish(response: ServerResponse, query: URLSearchParams, { id, secret }: SiteClient): Promise<void> {
    const verifier = begun.get(query.get('state') ?? '')
    if (verifier === undefined || query.get('iss') !== platform) return void response.writeHead(400).end('Not ours.')
    const exchanged = await fetch(`${platform}/oauth/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: query.get('code') ?? '',
        code_verifier: verifier,
      }),
    })
    const token = (await exchanged.json()) as { access_token?: string; error?: string }
    const enabled = await fetch(`${platform}/api/granted-destination`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${token.access_token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ enabled: true, settings: { apiKey } }),
    })
    const said = enabled.ok ? 'Events are on their way.' : `${token.error ?? ''} ${await enabled.text()}`
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Acme</title><h1>${said}</h1>`)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://site')
    if (client && pathname === '/') return begin(response, client)
    if (client && pathname === '/back') return finish(response, searchParams, client)
    response.writeHead(404).end()
  }

  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    register: (as: SiteClient) => void (client = as),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
