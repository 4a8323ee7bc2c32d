import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/**
 * AWS's Signature Version 4 as a server checks it, written from its specification and nothing that the platform uses.
 * `test/node/redshift/sigv4.test.ts` holds it against the signatures that AWS publishes.
 */
export interface RawRequest {
  method: string
  /** As it was sent, with its query: `/a%20b?x=1`. */
  target: string
  /** In the order and with the values as they were sent, `host` among them. */
  headers: readonly (readonly [name: string, value: string])[]
  body: Uint8Array
}

export interface Scope {
  date: string
  region: string
  service: string
}

/** How a service reads paths: S3 takes them as they are, others without dot segments and encoded once more. */
export interface PathRules {
  normalize: boolean
  encodeTwice: boolean
}

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()

export function canonicalRequest(
  { method, target, headers, body }: RawRequest,
  signedHeaders: readonly string[],
  rules: PathRules,
  payloadHash = sha256Hex(body),
): string {
  const [path, query = ''] = splitOnce(target, '?')
  const lines = signedHeaders.map((wanted) => {
    const values = headers
      .filter(([name]) => name.toLowerCase() === wanted)
      .map(([, value]) => value.trim().replaceAll(/\s+/g, ' '))
    return `${wanted}:${values.join(',')}`
  })
  return [
    method,
    canonicalPath(path, rules),
    canonicalQuery(query),
    ...lines,
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
}

export function stringToSign(canonical: string, dateTime: string, { date, region, service }: Scope): string {
  return ['AWS4-HMAC-SHA256', dateTime, `${date}/${region}/${service}/aws4_request`, sha256Hex(canonical)].join('\n')
}

export function signatureOf(secret: string, { date, region, service }: Scope, text: string): string {
  const key = [date, region, service, 'aws4_request'].reduce<string | Uint8Array>(hmac, `AWS4${secret}`)
  return hmac(key, text).toString('hex')
}

function splitOnce(text: string, at: string): [string, string?] {
  const place = text.indexOf(at)
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)]
}

/** Everything but letters, digits and `-._~`, byte by byte. */
function encode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte)
      return /[A-Za-z0-9\-._~]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

function canonicalPath(path: string, { normalize, encodeTwice }: PathRules): string {
  const segments = (normalize ? withoutDots(path) : path).split('/')
  // What came encoded is decoded first, unless the service wants it encoded twice.
  return segments.map((segment) => encode(encodeTwice ? segment : decodeURIComponent(segment))).join('/')
}

function withoutDots(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const end = kept.length > 0 && /(?:\/|\/\.{1,2})$/.test(path) ? '/' : ''
  return `/${kept.join('/')}${end}`
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .map((pair) => splitOnce(pair, '='))
    .map(([name, value = '']) => [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export interface Credentials {
  accessKeyId: string
  secretAccessKey: string
}

/** Why a service refuses a request; `region`: the one that the signature should name. */
export interface Refused {
  code:
    | 'MissingAuthenticationToken'
    | 'InvalidClientTokenId'
    | 'SignatureDoesNotMatch'
    | 'RequestTimeTooSkewed'
    | 'AuthorizationHeaderMalformed'
    | 'XAmzContentSHA256Mismatch'
  message: string
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

/** Checks a signed request as the service of a region does; `undefined`: it is right. */
export function refuseSignature(
  request: RawRequest,
  { credentials, region, service, now }: { credentials: Credentials; region: string; service: string; now: number },
): Refused | undefined {
  const header = (wanted: string) => request.headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
  const parts = AUTHORIZATION.exec(header('authorization') ?? '')
  if (!parts) return { code: 'MissingAuthenticationToken', message: 'The request is not signed.' }
  const [, key, date = '', signedRegion, signedService, list = '', signature = ''] = parts
  if (key !== credentials.accessKeyId) {
    return { code: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }
  }
  if (signedRegion !== region || signedService !== service) {
    return { code: 'AuthorizationHeaderMalformed', message: `expecting '${region}' and '${service}'` }
  }
  const dateTime = header('x-amz-date') ?? ''
  const at = Date.parse(dateTime.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  const tolerance = (service === 's3' ? 15 : 5) * 60_000
  if (!dateTime.startsWith(date) || !(Math.abs(at - now) <= tolerance)) {
    return { code: 'RequestTimeTooSkewed', message: 'Signature expired or not yet current' }
  }
  const signedHeaders = list.split(';')
  const unsigned = request.headers.find(
    ([name]) => /^(?:host|x-amz-.*)$/i.test(name) && !signedHeaders.includes(name.toLowerCase()),
  )
  if (unsigned || signedHeaders.join() !== signedHeaders.toSorted(compare).join()) {
    return { code: 'SignatureDoesNotMatch', message: `${unsigned?.[0]} is not signed` }
  }
  const claimed = header('x-amz-content-sha256')
  if (service === 's3' && claimed === undefined) {
    return {
      code: 'XAmzContentSHA256Mismatch',
      message: 'Missing required header for this request: x-amz-content-sha256',
    }
  }
  if (claimed !== undefined && claimed !== sha256Hex(request.body)) {
    return {
      code: 'XAmzContentSHA256Mismatch',
      message: 'The provided x-amz-content-sha256 header does not match what was computed.',
    }
  }
  const rules = service === 's3' ? { normalize: false, encodeTwice: false } : { normalize: true, encodeTwice: true }
  const scope = { date, region, service }
  const expected = signatureOf(
    credentials.secretAccessKey,
    scope,
    stringToSign(canonicalRequest(request, signedHeaders, rules), dateTime, scope),
  )
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) {
    return {
      code: 'SignatureDoesNotMatch',
      message: 'The request signature we calculated does not match the signature you provided.',
    }
  }
  return undefined
}
