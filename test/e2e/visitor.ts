/** Somebody at the platform without a window: keeps cookies, sends forms and asks the API as a page of ours would. */
export class Visitor {
  readonly #url: string
  readonly #cookies = new Map<string, string>()
  /** Everybody comes from somewhere else: what counts tries by address shall not count them together. */
  readonly #address: string

  constructor(url: string, n: number) {
    this.#url = url
    this.#address = `198.51.100.${n}`
  }

  /** Sends a form; answers where it leads. Throws for what leads nowhere. */
  async post(path: string, fields: Record<string, string>): Promise<string> {
    const reply = await this.#send(path, { method: 'POST', body: new URLSearchParams(fields) })
    const location = reply.headers.get('location')
    if (reply.status !== 303 || location === null) {
      throw new Error(`${path} answered ${reply.status}: ${(await reply.text()).slice(0, 2_000)}`)
    }
    await reply.body?.cancel()
    return location
  }

  /** Calls the API; answers `data`. Throws what is no success. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await this.#send(path, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const json = (await reply.json()) as { data: T }
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(json)}`)
    return json.data
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('Cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    headers.set('Origin', this.#url)
    headers.set('Accept', 'text/html')
    headers.set('Sec-Fetch-Mode', 'navigate')
    headers.set('CF-Connecting-IP', this.#address)
    const reply = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' })
    for (const cookie of reply.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return reply
  }
}
