import { describe, expect, it } from 'vitest'
import { classify, classifyError } from '../../../src/deliver/classify.ts'
import type { Outcome } from '../../../src/lane/index.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const HOUR = 3_600_000

/** Written out beside the code: what a partner's answer means, by number. */
function meaning(status: number): Outcome['kind'] {
  if (status >= 200 && status <= 299) return 'delivered'
  if (status === 501) return 'filtered'
  if ([408, 423, 429].includes(status)) return 'retry'
  return status >= 500 ? 'retry' : 'dead'
}

describe('a status', () => {
  it.each(Array.from({ length: 400 }, (_, index) => index + 200))('%i', (status) => {
    // The runtime's own Response, so that these are statuses that a fetch can answer.
    const empty = [204, 205, 304].includes(status)
    const response = new Response(empty ? null : 'body', { status })
    const outcome = classify(response.status, response.headers, NOW)
    const kind = meaning(status)
    const code = kind === 'filtered' ? 'UNSUPPORTED_EVENT_TYPE' : `http_${status}`
    expect(outcome).toEqual(kind === 'delivered' ? { kind } : { kind, code })
  })

  it('below 200 is final, above 599 is not', () => {
    const none = new Headers()
    for (let status = 0; status < 200; status++) {
      expect(classify(status, none, NOW)).toEqual({ kind: 'dead', code: `http_${status}` })
    }
    expect(classify(999, none, NOW)).toEqual({ kind: 'retry', code: 'http_999' })
  })
})

describe('Retry-After', () => {
  it.each<[string, number | undefined]>([
    ['1', NOW + 1_000],
    ['120', NOW + 120_000],
    [' 30 ', NOW + 30_000],
    ['0', undefined],
    ['00', undefined],
    ['3600', NOW + HOUR],
    ['3601', NOW + HOUR],
    ['86400', NOW + HOUR],
    ['999999999', NOW + HOUR],
    ['99999999999999999999', NOW + HOUR],
    ['9'.repeat(400), NOW + HOUR],
    // A fraction, as a division makes it; a unit, as people write it.
    ['299.997', NOW + 299_997],
    ['1.5', NOW + 1_500],
    ['.25', NOW + 250],
    ['0.0001', NOW + 1],
    ['0.0', undefined],
    ['007', NOW + 7_000],
    ['"120"', NOW + 120_000],
    ['120s', NOW + 120_000],
    ['120 seconds', NOW + 120_000],
    ['1500ms', NOW + 1_500],
    ['2m', NOW + 120_000],
    ['5 minutes', NOW + 300_000],
    ['1h', NOW + HOUR],
    // A time instead of a wait, in seconds or finer, with a fraction or without.
    [String(NOW / 1_000 + 300), NOW + 300_000],
    [String(NOW / 1_000 + 300.5), NOW + 300_500],
    [String(NOW + 300_000), NOW + 300_000],
    [String((NOW + 300_000) * 1e3), NOW + 300_000],
    [String(BigInt(NOW + 300_000) * 1_000_000n), NOW + 300_000],
    [String(NOW / 1_000 + 86_400), NOW + HOUR],
    [String(NOW / 1_000 - 5), undefined],
    [String(NOW - 5_000), undefined],
    ['Tue, 01 Jan 2030 00:01:00 GMT', NOW + 60_000],
    ['Tuesday, 01-Jan-30 00:01:00 GMT', NOW + 60_000],
    ['Tue Jan  1 00:01:00 2030', NOW + 60_000],
    ['tue, 01 jan 2030 00:01:00 gmt', NOW + 60_000],
    ['Tue, 01 Jan 2030 01:01:00 +0100', NOW + 60_000],
    ['2030-01-01T00:01:00Z', NOW + 60_000],
    ['2030-01-01T00:01:00', NOW + 60_000],
    ['2030-01-01T01:01:00.000+01:00', NOW + 60_000],
    ['Tue, 01 Jan 2030 00:00:00 GMT', undefined],
    ['Mon, 31 Dec 2029 23:59:59 GMT', undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['Fri, 31 Dec 2100 23:59:59 GMT', NOW + HOUR],
    // The header twice comes as a list: the longer wait counts.
    ['120, 120', NOW + 120_000],
    ['5,60', NOW + 60_000],
    ['soon, 60', NOW + 60_000],
    ['Tue, 01 Jan 2030 00:01:00 GMT, Tue, 01 Jan 2030 00:02:00 GMT', NOW + 120_000],
    [',', undefined],
    ['', undefined],
    ['   ', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['-299.997', undefined],
    ['1.2.3', undefined],
    ['12 parsecs', undefined],
    // What V8 takes for the years 3000 and 2050.
    ['retry in 3000', undefined],
    ['in 2050', undefined],
    ['2050', NOW + 2_050_000],
    ['Infinity', undefined],
    ['NaN', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
  ])('%j', (value, notBefore) => {
    for (const status of [429, 503, 500, 408, 423]) {
      const outcome = classify(status, new Headers({ 'Retry-After': value }), NOW)
      expect(outcome).toEqual({ kind: 'retry', code: `http_${status}`, ...(notBefore !== undefined && { notBefore }) })
    }
  })

  it.each([200, 302, 400, 404, 501])('means nothing beside %i', (status) => {
    const headers = new Headers({ 'Retry-After': '60' })
    expect(classify(status, headers, NOW)).toEqual(classify(status, new Headers(), NOW))
  })
})

describe('other headers', () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ['the end of a window in seconds', { 'RateLimit-Reset': '30' }, NOW + 30_000],
    ['the end of a window as a time', { 'X-RateLimit-Reset': String(NOW / 1_000 + 30) }, NOW + 30_000],
    ['of several the last one to end', { 'RateLimit-Reset': '30', 'X-RateLimit-Reset': '40' }, NOW + 40_000],
    ['a window that is used up', { 'X-Rate-Limit-Reset': '30', 'X-Rate-Limit-Remaining': '0' }, NOW + 30_000],
    ['a window that has room', { 'X-RateLimit-Reset': '30', 'X-RateLimit-Remaining': '7' }, undefined],
    ['a window that ends in a day', { 'X-RateLimit-Reset': '86400' }, NOW + HOUR],
    ['no number', { 'X-RateLimit-Reset': 'later' }, undefined],
    ['milliseconds', { 'Retry-After-Ms': '1500' }, NOW + 1_500],
    ['Retry-After first', { 'Retry-After': '5', 'X-RateLimit-Reset': '40' }, NOW + 5_000],
    ['one that cannot be read gives way', { 'Retry-After': 'soon', 'X-RateLimit-Reset': '40' }, NOW + 40_000],
  ])('%s', (_, headers, notBefore) => {
    expect(classify(429, new Headers(headers), NOW)).toEqual({
      kind: 'retry',
      code: 'http_429',
      ...(notBefore !== undefined && { notBefore }),
    })
  })

  it('of a window say nothing of a receiver that is broken', () => {
    const headers = new Headers({ 'X-RateLimit-Reset': '30' })
    expect(classify(503, headers, NOW)).toEqual({ kind: 'retry', code: 'http_503' })
  })
})

describe('a request without an answer', () => {
  it.each<[string, unknown, string]>([
    ['a timeout', new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'timeout'],
    ['an abort', new DOMException('The operation was aborted', 'AbortError'), 'timeout'],
    ['an error named so', Object.assign(new Error('slow'), { name: 'TimeoutError' }), 'timeout'],
    ['a refused connection', new TypeError('fetch failed'), 'network'],
    ['a lost connection', new Error('Network connection lost.'), 'network'],
    ['no error', 'what?', 'network'],
    ['nothing', undefined, 'network'],
  ])('%s', (_, error, code) => {
    expect(classifyError(error)).toEqual({ kind: 'retry', code })
  })
})
