import { AwsV4Signer } from 'aws4fetch'
import { describe, expect, it } from 'vitest'
import {
  canonicalRequest,
  type RawRequest,
  refuseSignature,
  sha256Hex,
  signatureOf,
  stringToSign,
} from '../../redshift/sigv4.ts'

/**
 * Of AWS's own suite for Signature Version 4 (github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4, Apache-2.0):
 * requests to example.amazonaws.com of 2015-08-30 12:36 UTC, region us-east-1, service `service`, and their signatures.
 */
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const DATE_TIME = '20150830T123600Z'
const SCOPE = { date: '20150830', region: 'us-east-1', service: 'service' }
const TOKEN = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267'

interface Vector {
  name: string
  method?: string
  target?: string
  headers?: [string, string][]
  body?: string
  signature: string
  /** `fetch` cannot say it, or aws4fetch signs no such header. */
  raw?: true
}

const VECTORS: readonly Vector[] = [
  { name: 'get-vanilla', signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31' },
  {
    name: 'get-vanilla-query-order-key-case',
    target: '/?Param2=value2&Param1=value1',
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    name: 'get-vanilla-query-order-encoded',
    target: '/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1',
    signature: '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
  },
  {
    name: 'get-header-key-duplicate',
    headers: [
      ['My-Header1', 'value2'],
      ['My-Header1', 'value2'],
      ['My-Header1', 'value1'],
    ],
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    raw: true,
  },
  {
    name: 'get-header-value-trim',
    headers: [
      ['My-Header1', ' value1'],
      ['My-Header2', ' "a   b   c"'],
    ],
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    name: 'get-unreserved',
    target: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  {
    name: 'get-utf8',
    target: '/ሴ',
    signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    raw: true,
  },
  {
    name: 'get-slash-pointless-dot-normalized',
    target: '/./example',
    signature: 'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
  },
  {
    name: 'get-vanilla-with-session-token',
    headers: [['X-Amz-Security-Token', TOKEN]],
    signature: '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  },
  {
    name: 'post-header-key-sort',
    method: 'POST',
    headers: [['My-Header1', 'value1']],
    signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  },
  {
    name: 'post-x-www-form-urlencoded',
    method: 'POST',
    headers: [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Content-Length', '13'],
      ['X-Amz-Content-Sha256', sha256Hex('Param1=value1')],
    ],
    body: 'Param1=value1',
    signature: 'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
    raw: true,
  },
]

function requestOf({ method = 'GET', target = '/', headers = [], body = '' }: Vector): RawRequest {
  return {
    method,
    target,
    headers: [['Host', 'example.amazonaws.com'], ...headers, ['X-Amz-Date', DATE_TIME]],
    body: Buffer.from(body),
  }
}

describe('signatures of AWS, as the stand-in checks them', () => {
  it.each(VECTORS)('are those that AWS publishes: $name', (vector) => {
    const request = requestOf(vector)
    const names = [...new Set(request.headers.map(([name]) => name.toLowerCase()))].toSorted()
    const canonical = canonicalRequest(request, names, { normalize: true, encodeTwice: true })
    expect(signatureOf(KEY.secretAccessKey, SCOPE, stringToSign(canonical, DATE_TIME, SCOPE))).toBe(vector.signature)
  })

  it.each(VECTORS.filter(({ raw }) => !raw))('are those that the platform’s signer makes: $name', async (vector) => {
    const { method = 'GET', target = '/', headers = [] } = vector
    const url = `https://example.amazonaws.com${target}`
    const signer = new AwsV4Signer({ ...KEY, ...SCOPE, method, url, headers, datetime: DATE_TIME })
    expect(await signer.signature()).toBe(vector.signature)
  })
})

describe('a request that is not signed as it should be', () => {
  const now = Date.UTC(2015, 7, 30, 12, 36)
  const good = async (body = 'x') => {
    const url = 'https://bucket.s3.us-east-1.amazonaws.com/folder/a=1_b-c.json.gz'
    const headers = { 'x-amz-content-sha256': sha256Hex(body) }
    const signer = new AwsV4Signer({
      ...KEY,
      method: 'PUT',
      url,
      headers,
      body,
      service: 's3',
      region: 'us-east-1',
      datetime: DATE_TIME,
    })
    const signed = await signer.sign()
    const { host, pathname } = new URL(url)
    return {
      method: 'PUT',
      target: pathname,
      headers: [['host', host], ...signed.headers] as [string, string][],
      body: Buffer.from(body),
    }
  }
  const refused = (request: RawRequest, changes: object = {}) =>
    refuseSignature(request, { credentials: KEY, region: 'us-east-1', service: 's3', now, ...changes })?.code

  it('is refused for what is wrong with it, and else taken', async () => {
    const request = await good()
    expect(refused(request)).toBeUndefined()
    expect(refused({ ...request, method: 'DELETE' })).toBe('SignatureDoesNotMatch')
    expect(refused({ ...request, target: `${request.target}x` })).toBe('SignatureDoesNotMatch')
    expect(refused({ ...request, target: `${request.target}?acl` })).toBe('SignatureDoesNotMatch')
    expect(refused({ ...request, body: Buffer.from('y') })).toBe('XAmzContentSHA256Mismatch')
    expect(refused({ ...request, headers: request.headers.filter(([name]) => name !== 'authorization') })).toBe(
      'MissingAuthenticationToken',
    )
    expect(refused({ ...request, headers: [...request.headers, ['x-amz-acl', 'public-read']] })).toBe(
      'SignatureDoesNotMatch',
    )
    expect(refused(request, { region: 'eu-west-1' })).toBe('AuthorizationHeaderMalformed')
    expect(refused(request, { now: now + 16 * 60_000 })).toBe('RequestTimeTooSkewed')
    expect(refused(request, { credentials: { ...KEY, accessKeyId: 'AKIDOTHER' } })).toBe('InvalidClientTokenId')
    expect(refused(request, { credentials: { ...KEY, secretAccessKey: 'another' } })).toBe('SignatureDoesNotMatch')
  })

  it('is refused by S3 without a hash of its body', async () => {
    const request = await good()
    const headers = request.headers.map(([name, value]): [string, string] =>
      name === 'x-amz-content-sha256' ? [name, 'UNSIGNED-PAYLOAD'] : [name, value],
    )
    expect(refused({ ...request, headers })).toBe('XAmzContentSHA256Mismatch')
  })
})
