/** Somebody with a browser that runs no scripts: posts the panel's forms, keeps its cookies. */
export class Visitor {
  readonly #url: string
  readonly #cookies: Map<string, string>

  constructor(url: string, cookies: Record<string, string> = {}) {
    this.#url = url
    this.#cookies = new Map(Object.entries(cookies))
  }

  get cookies(): Record<string, string> {
    return Object.fromEntries(this.#cookies)
  }

  get(path: string): Promise<{ status: number; text: string; to: string }> {
    return this.#ask(path, { method: 'GET' })
  }

  /** Throws when the form comes again with what is wrong in it. */
  async post(path: string, fields: Record<string, string> = {}): Promise<{ status: number; text: string; to: string }> {
    const answer = await this.#ask(path, { method: 'POST', body: new URLSearchParams(fields) })
    if (answer.status >= 400) throw new Error(`POST ${path} answered ${answer.status}: ${answer.text}`)
    return answer
  }

  async #ask(path: string, init: RequestInit): Promise<{ status: number; text: string; to: string }> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { Origin: this.#url, ...(cookie && { Cookie: cookie }) }
    const reply = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' })
    for (const set of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (/;\s*max-age=0\b/i.test(set)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return { status: reply.status, text: await reply.text(), to: reply.headers.get('location') ?? '' }
  }
}
