import { describe, expect, it } from 'vitest'
import { fingerprints } from '../../src/intake/index.ts'
import { addUsers, countUsers, decodeUsers, encodeUsers, noteUsers, noUsers } from '../../src/overview/index.ts'

const fingerprint = (id: string): [number, number] => {
  const [high = 0, low = 0] = fingerprints([id])
  return [high, low]
}
const usersOf = (ids: Iterable<string>) => {
  const users = noUsers()
  for (const userId of ids) noteUsers(users, { userId }, fingerprint)
  return users
}
function* idsOf(prefix: string, count: number, from = 0) {
  for (let n = from; n < from + count; n++) yield `${prefix}${n}`
}

describe('people counted by sketches', () => {
  it.each([0, 1, 2, 10, 100])('are exact, as good as, where they are %d', (count) => {
    const { identified } = countUsers(usersOf(idsOf('user-', count)))
    expect(Math.abs(identified - count)).toBeLessThanOrEqual(count / 50)
  })

  it.each(['user-', '', 'aaaaaaaa-bbbb-4ccc-8ddd-'])('are 1.6 %% off, whatever ids are like: %j', (prefix) => {
    for (const count of [1_000, 8_000, 20_000, 100_000]) {
      const { identified } = countUsers(usersOf(idsOf(prefix, count)))
      // Three standard errors.
      expect(Math.abs(identified - count) / count).toBeLessThan(0.049)
    }
  })

  it('are on the whole as far off as it says', () => {
    const errors = Array.from({ length: 60 }, (_, n) => {
      const { identified } = countUsers(usersOf(idsOf(`${n}/`, 12_000)))
      return identified / 12_000 - 1
    })
    const mean = errors.reduce((a, b) => a + b, 0) / errors.length
    const deviation = Math.sqrt(errors.reduce((sum, one) => sum + one ** 2, 0) / errors.length)
    expect(Math.abs(mean)).toBeLessThan(0.007)
    expect(deviation).toBeGreaterThan(0.008)
    expect(deviation).toBeLessThan(0.024)
  })

  it('are the same in several places, in any order, however often they are added', () => {
    const [web, server] = [usersOf(idsOf('u', 3_000)), usersOf(idsOf('u', 3_000, 1_500))]
    const both = usersOf(idsOf('u', 4_500))
    expect(addUsers(web, server)).toBe(true)
    expect(web).toEqual(both)
    expect(addUsers(web, server)).toBe(false)
  })

  it.each([0, 1, 700, 2_000, 50_000])('are stored as text and read as they were: %d', (count) => {
    const users = usersOf(idsOf('u', count))
    const text = encodeUsers(users)
    expect(text.identified.length).toBeLessThanOrEqual(4_096)
    expect(decodeUsers(text)).toEqual(users)
  })

  it('only grow', () => {
    const users = noUsers()
    let before = 0
    for (let n = 0; n < 30_000; n++) {
      noteUsers(users, { userId: `g${n}` }, fingerprint)
      if (n % 100 !== 0) continue
      const { identified } = countUsers(users)
      expect(identified).toBeGreaterThanOrEqual(before)
      before = identified
    }
  })

  it('are told apart by what they are known by', () => {
    const users = noUsers()
    noteUsers(users, { anonymousId: 'a' }, fingerprint)
    noteUsers(users, { anonymousId: 'b', userId: 'u' }, fingerprint)
    noteUsers(users, { anonymousId: 'c', userId: 'u' }, fingerprint)
    noteUsers(users, { userId: 'v', anonymousId: null }, fingerprint)
    expect(countUsers(users)).toEqual({ identified: 2, anonymous: 3, anonymousIdentified: 2 })
  })
})
