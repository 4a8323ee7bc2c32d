import type { AnyRequest } from '../../src/context.ts'
import { type Credentials, type RawRequest, type Refused, refuseSignature } from './sigv4.ts'

interface Stored {
  body: Uint8Array
  at: number
}

/** Buckets of S3 with their objects: every request checked as S3 checks it, answers and errors as it gives them. */
export class Buckets {
  readonly #buckets = new Map<string, { region: string; objects: Map<string, Stored> }>()
  /** What the access key may not do: `PUT`, `DELETE`, `LIST`. */
  readonly denied = new Set<string>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  make(name: string, region: string): void {
    this.#buckets.set(name, { region, objects: new Map() })
  }

  keys(name: string): string[] {
    return [...(this.#buckets.get(name)?.objects.keys() ?? [])]
  }

  /** As if somebody else had put it, at this time. */
  put(name: string, key: string, body: Uint8Array, at: number): void {
    this.#buckets.get(name)?.objects.set(key, { body, at })
  }

  regionOf(name: string): string | undefined {
    return this.#buckets.get(name)?.region
  }

  /** As Redshift reads it, by its role. */
  read(name: string, key: string): Uint8Array | undefined {
    return this.#buckets.get(name)?.objects.get(key)?.body
  }

  answer(request: AnyRequest, raw: RawRequest, credentials: Credentials): Response {
    const url = new URL(request.url)
    const [, bucketInHost, region = ''] =
      /^(?:([a-z0-9-]+)\.)?s3\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(url.hostname) ?? []
    const path = url.pathname.slice(1)
    const name = bucketInHost ?? path.slice(0, path.indexOf('/'))
    const key = decodeURIComponent(bucketInHost === undefined ? path.slice(path.indexOf('/') + 1) : path)
    const refused = refuseSignature(raw, { credentials, region, service: 's3', now: this.#now() })
    if (refused) return refusal(refused, region)
    const bucket = this.#buckets.get(name)
    if (!bucket) return failure(404, 'NoSuchBucket', 'The specified bucket does not exist')
    if (bucket.region !== region) {
      return failure(
        301,
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint.',
        { 'x-amz-bucket-region': bucket.region },
      )
    }
    // What could mean another object than its URL says does not come here.
    if (key.includes('//') || /(?:^|\/)\.{1,2}(?:\/|$)/.test(key) || !/^[A-Za-z0-9/_.=-]*$/.test(key)) {
      return failure(400, 'InvalidArgument', `no key of ours: ${key}`)
    }
    const operation = key === '' ? 'LIST' : request.method
    if (this.denied.has(operation)) return failure(403, 'AccessDenied', 'Access Denied')
    const { objects } = bucket
    switch (operation) {
      case 'PUT':
        objects.set(key, { body: raw.body, at: this.#now() })
        return new Response(null, { status: 200, headers: { etag: '"0"' } })
      case 'DELETE':
        objects.delete(key)
        return new Response(null, { status: 204 })
      case 'LIST':
        return request.method === 'GET' && url.searchParams.get('list-type') === '2'
          ? listing(objects, url.searchParams.get('prefix') ?? '')
          : failure(405, 'MethodNotAllowed', 'not allowed')
      default:
        return failure(405, 'MethodNotAllowed', 'not allowed')
    }
  }
}

function listing(objects: Map<string, Stored>, prefix: string): Response {
  const contents = [...objects]
    .filter(([key]) => key.startsWith(prefix))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, 1_000)
    .map(
      ([key, { body, at }]) =>
        `<Contents><Key>${key}</Key><LastModified>${new Date(at).toISOString()}</LastModified><Size>${body.length}</Size></Contents>`,
    )
  return xml(200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`)
}

const CODES: Partial<Record<Refused['code'], string>> = {
  InvalidClientTokenId: 'InvalidAccessKeyId',
  MissingAuthenticationToken: 'AccessDenied',
}

function refusal({ code, message }: Refused, region: string): Response {
  if (code === 'AuthorizationHeaderMalformed') return failure(400, code, message, {}, `<Region>${region}</Region>`)
  return failure(code === 'XAmzContentSHA256Mismatch' ? 400 : 403, CODES[code] ?? code, message)
}

export function failure(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
  more = '',
): Response {
  return xml(status, `<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`, headers)
}

function xml(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
  })
}
