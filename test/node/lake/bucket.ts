import { createHash, createHmac } from 'node:crypto'

/** Keys that the catalogue hands out, or that are configured. */
export const KEYS = {
  accessKeyId: 'AKIDLAKE',
  secretAccessKey: 'secret-of-the-lake',
  sessionToken: 'session-of-the-lake',
}

/** A bucket with the S3 API: every signature is checked, by an implementation of its own. */
export class Bucket {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>()
  /** How often each method was called. */
  readonly calls: Record<string, number> = {}
  #sessionToken: string | undefined

  constructor(sessionToken?: string) {
    this.#sessionToken = sessionToken
  }

  answer(method: string, url: URL, headers: Headers, body: Uint8Array<ArrayBuffer>): Response {
    this.calls[method] = (this.calls[method] ?? 0) + 1
    const fault = this.#fault(method, url, headers, body)
    if (fault !== null) return new Response(`<Error><Message>${fault}</Message></Error>`, { status: 403 })
    const path = `s3:/${decodeURIComponent(url.pathname)}`
    const file = this.files.get(path)
    switch (method) {
      case 'PUT':
        if (file !== undefined) return new Response('<Error><Message>written twice</Message></Error>', { status: 400 })
        this.files.set(path, body.slice())
        return new Response()
      case 'GET': {
        if (file === undefined) return new Response('<Error><Message>no such key</Message></Error>', { status: 404 })
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '') ?? []
        return from === undefined
          ? new Response(file)
          : new Response(file.slice(Number(from), Number(to) + 1), { status: 206 })
      }
      case 'DELETE':
        this.files.delete(path)
        return new Response(null, { status: 204 })
      default:
        return new Response('<Error><Message>what?</Message></Error>', { status: 405 })
    }
  }

  /** Everything that lies there, one text: what a person's id must not be found in. */
  bytes(): number {
    return [...this.files.values()].reduce((sum, { length }) => sum + length, 0)
  }

  #fault(method: string, url: URL, headers: Headers, body: Uint8Array): string | null {
    const hash = createHash('sha256').update(body).digest('hex')
    if (headers.get('x-amz-content-sha256') !== hash) return 'the hash of the body is another'
    if ((headers.get('x-amz-security-token') ?? undefined) !== this.#sessionToken) return 'the session is another'
    const authorization = headers.get('authorization') ?? ''
    const [, credential, signed, signature] =
      /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(authorization) ??
      []
    if (credential === undefined || signed === undefined) return 'there is no signature'
    const names = signed.split(';')
    if (!names.includes('host') || !names.includes('x-amz-date')) return 'host and date have to be signed'
    const [key, day, region, service] = credential.split('/')
    if (key !== KEYS.accessKeyId || service !== 's3') return 'who are you?'
    const date = headers.get('x-amz-date') ?? ''
    if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day ?? '?')) return 'the date is another'
    const canonical = [
      method,
      url.pathname,
      url.searchParams.toString(),
      ...names.map((name) => `${name}:${name === 'host' ? url.host : headers.get(name)}`),
      '',
      signed,
      hash,
    ].join('\n')
    const scope = [day, region, 's3', 'aws4_request'].join('/')
    const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
    const hmac = (secret: string | Buffer, of: string) => createHmac('sha256', secret).update(of).digest()
    const signing = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
      (secret, part) => hmac(secret, part ?? ''),
      `AWS4${KEYS.secretAccessKey}`,
    )
    return hmac(signing, text).toString('hex') === signature ? null : 'the signature does not match'
  }
}
