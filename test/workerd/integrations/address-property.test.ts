import fc from 'fast-check'
import { expect, it } from 'vitest'
import { refuseAddress } from '../../../src/integrations/index.ts'

type Octets = [number, number, number, number]

/** RFC 6890 and its successors by octets, written without looking at the guard. */
function isReserved([a, b, c]: Octets): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true
  if (a === 100) return b >= 64 && b <= 127
  if (a === 169) return b === 254
  if (a === 172) return b >= 16 && b <= 31
  if (a === 192) return b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99)
  if (a === 198) return b === 18 || b === 19 || (b === 51 && c === 100)
  return a === 203 && b === 0 && c === 113
}

const inBase = (n: number, base: number) =>
  base === 16 ? `0x${n.toString(16)}` : base === 8 ? `0${n.toString(8)}` : String(n)

/** As `inet_aton` has it: one to four numbers, the last of which fills the remaining bytes. */
function spell([a, b, c, d]: Octets, parts: number, bases: number[]): string {
  const forms: Record<number, number[]> = {
    1: [((a * 256 + b) * 256 + c) * 256 + d],
    2: [a, (b * 256 + c) * 256 + d],
    3: [a, b, c * 256 + d],
    4: [a, b, c, d],
  }
  return (forms[parts] ?? []).map((n, index) => inBase(n, bases[index] ?? 10)).join('.')
}

/** Anywhere, and around the ends of the ranges more often than chance would have it. */
const octet = fc.integer({ min: 0, max: 255 })
const first = fc.oneof(octet, fc.constantFrom(0, 9, 10, 11, 100, 126, 127, 128, 169, 172, 192, 198, 203, 223, 224, 255))
const second = fc.oneof(octet, fc.constantFrom(0, 15, 16, 17, 18, 19, 20, 31, 32, 51, 63, 64, 88, 127, 128, 168, 254))
const third = fc.oneof(octet, fc.constantFrom(0, 2, 99, 100, 113))
const address: fc.Arbitrary<Octets> = fc.tuple(first, second, third, octet)
const bases = fc.array(fc.constantFrom(8, 10, 16), { minLength: 4, maxLength: 4 })
const ending = fc.constantFrom('/', './', ':443/', ':8443/x?y')

it('decides on an IPv4 address by its range, however it is spelt', () => {
  let refused = 0
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 4 }), bases, ending, (octets, parts, bases, end) => {
      const url = `https://${spell(octets, parts, bases)}${end}`
      const reserved = isReserved(octets)
      if (reserved) refused++
      expect({ url, refused: refuseAddress(url, false) !== undefined }).toEqual({ url, refused: reserved })
    }),
    { numRuns: 5_000 },
  )
  expect(refused).toBeGreaterThan(500)
})

it('allows of them, in the local run, what is loopback and nothing else that is reserved', () => {
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 4 }), bases, (octets, parts, bases) => {
      const host = spell(octets, parts, bases)
      const loopback = octets[0] === 127
      expect([host, refuseAddress(`http://${host}/`, true) === undefined]).toEqual([host, loopback])
      expect([host, refuseAddress(`https://${host}/`, true) === undefined]).toEqual([
        host,
        loopback || !isReserved(octets),
      ])
    }),
    { numRuns: 2_000 },
  )
})

it('never allows an IPv4 address in the clothes of IPv6', () => {
  const prefixes = ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2001::']
  fc.assert(
    fc.property(address, fc.constantFrom(...prefixes), fc.boolean(), (octets, prefix, local) => {
      const url = `https://[${prefix}${octets.join('.')}]/`
      const self = new URL(url).hostname === '[::1]'
      expect([url, refuseAddress(url, local) === undefined]).toEqual([url, local && self])
    }),
    { numRuns: 2_000 },
  )
})

it('never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.webUrl()), fc.boolean(), (url, local) => {
      const problem = refuseAddress(url, local)
      return problem === undefined || problem.length > 0
    }),
    { numRuns: 2_000 },
  )
})
