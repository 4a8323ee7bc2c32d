import { describe, expect, it } from 'vitest'
import { BUILT_IN, validateSettings } from '../../../src/integrations/index.ts'
import { freshPlatform, newSource } from '../world.ts'
import { refusal } from '../api/client.ts'
import { webhook } from '../deliver/stand-ins.ts'

const { settings } = webhook()
const fields = BUILT_IN.find(({ id }) => id === 'webhooks')?.fields ?? []

function problemsWith(headers: unknown): string[] {
  const result = validateSettings(fields, { ...settings, headers }, { allowLocal: false })
  return result.ok ? [] : result.issues.map(({ field, message }) => `${field}: ${message}`)
}

describe('a header that is refused', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ 'X-A': 'a\r\nX-Injected: 1' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': 'a\n' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': '\r' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': 'a\u0000b' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': '\u007f' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': 'ü' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': '🎉' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': '\u2028' }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': 'x'.repeat(1_025) }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': 5 }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ 'X-A': null }, 'The value of header X-A must be printable ASCII on one line.'],
    [{ '': 'a' }, '"" is not a header name.'],
    [{ 'X A': 'a' }, '"X A" is not a header name.'],
    [{ 'X-A:': 'a' }, '"X-A:" is not a header name.'],
    [{ 'X-A\r\nX-B': 'a' }, String.raw`"X-A\r\nX-B" is not a header name.`],
    [{ 'X-A\n': 'a' }, String.raw`"X-A\n" is not a header name.`],
    [{ 'X-Ä': 'a' }, '"X-Ä" is not a header name.'],
    [{ ['X'.repeat(101)]: 'a' }, `"${'X'.repeat(101)}" is not a header name.`],
  ])('%j', (headers, problem) => {
    expect(problemsWith(headers)).toEqual([`headers: ${problem}`])
  })

  it.each([
    'Host',
    'host',
    'Connection',
    'Content-Type',
    'Content-Length',
    'content-encoding',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'Keep-Alive',
    'Proxy-Authorization',
    'CF-Connecting-IP',
    'cf-ray',
    'X-Forwarded-For',
    'X-Signature',
    'webhook-id',
    'Webhook-Signature',
    'User-Agent',
  ])('%s, which is ours or the connection’s', (name) => {
    expect(problemsWith({ [name]: 'a' })).toEqual([`headers: The header ${name} cannot be set.`])
  })

  it('one of the same name in another case', () => {
    expect(problemsWith({ Authorization: 'a', authorization: 'b' })).toEqual([
      'headers: The header authorization is there twice.',
    ])
  })

  it('the fifty-first', () => {
    const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, index) => [`X-${index}`, 'a']))
    expect(problemsWith(many(50))).toEqual([])
    expect(problemsWith(many(51))).toEqual(['headers: At most 50 headers.'])
  })

  it.each([[[]], ['X-A: b'], [5], [null], [true]])('%j, which is no list of them', (headers) => {
    expect(problemsWith(headers)).toEqual(['headers: Must be a list of names and values.'])
  })
})

describe('headers that are taken', () => {
  it.each<[Record<string, string>]>([
    [{ Authorization: 'Bearer abc.def' }],
    [{ 'X-Api-Key': '!"#$%&()*+,-./:;<=>?@[]^_`{|}~' }],
    [{ "!#$%&'*+.^_`|~-9": 'a' }],
    [{ 'X-A': '' }],
    [{ 'X-A': 'x'.repeat(1_024) }],
    [{ 'X-A': 'tab\tand space' }],
    [{ 'X-Content-Type': 'a', Hostname: 'b', Accept: '*/*', Cookie: 'a=b' }],
    [{}],
  ])('%j', (headers) => {
    expect(problemsWith(headers)).toEqual([])
    // What passes here must not throw when it is sent.
    expect(() => new Headers(headers)).not.toThrow()
  })
})

it('is said beside its field when a destination is saved', async () => {
  const at = freshPlatform()
  const { id } = await newSource(at)
  const body = { sourceId: id, metadataId: 'webhooks', settings: { ...settings, headers: { 'X-A': 'a\r\nHost: b' } } }
  expect(await refusal(at, 'POST', '/api/destinations', body)).toEqual({
    status: 400,
    type: 'bad-request',
    problems: ['settings.headers: The value of header X-A must be printable ASCII on one line.'],
  })
})
