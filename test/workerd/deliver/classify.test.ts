import { describe, expect, it } from 'vitest'
import { classify, classifyError } from '../../../src/deliver/classify.ts'
import type { Outcome } from '../../../src/lane/index.ts'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const DAY = 24 * 3_600_000

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
    ['86400', NOW + DAY],
    ['86401', NOW + DAY],
    ['99999999999999999999', NOW + DAY],
    ['Tue, 01 Jan 2030 00:01:00 GMT', NOW + 60_000],
    ['Tuesday, 01-Jan-30 00:01:00 GMT', NOW + 60_000],
    ['Tue Jan  1 00:01:00 2030', NOW + 60_000],
    ['Tue, 01 Jan 2030 00:00:00 GMT', undefined],
    ['Mon, 31 Dec 2029 23:59:59 GMT', undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['Fri, 31 Dec 2100 23:59:59 GMT', NOW + DAY],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['60s', undefined],
    ['60 seconds', undefined],
    ['120, 120', undefined],
    // What V8 takes for the years 3000 and 2050.
    ['retry in 3000', undefined],
    ['in 2050', undefined],
    ['2050', NOW + 2_050_000],
    ['Infinity', undefined],
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
