import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { SecretBox } from '../../../src/settings/secrets.ts'

const KEY_1 = 'k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const KEY_2 = 'k2:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU='
const VALUES = { apiKey: 'secret-of-the-customer', note: 'größer 🔑' }

const box = (keys: string | undefined) => new SecretBox(keys, context)

it('opens what it sealed', async () => {
  const { keyId, sealed } = await box(KEY_1).seal(VALUES, 'dst_1')
  expect(keyId).toBe('k1')
  expect(await box(KEY_1).open(sealed, keyId, 'dst_1')).toEqual(VALUES)
})

it('seals the same values differently each time, and shows nothing of them', async () => {
  const one = await box(KEY_1).seal(VALUES, 'dst_1')
  const two = await box(KEY_1).seal(VALUES, 'dst_1')
  expect(one.sealed).not.toBe(two.sealed)
  expect(one.sealed.slice(0, 16)).not.toBe(two.sealed.slice(0, 16))
  for (const text of [one.sealed, atob(one.sealed)]) expect(text).not.toMatch(/secret|apiKey|customer/)
})

describe('rotation', () => {
  it('seals with the first key and opens with all', async () => {
    const old = await box(KEY_1).seal(VALUES, 'dst_1')
    const both = box(`${KEY_2} ${KEY_1}`)
    expect(await both.open(old.sealed, old.keyId, 'dst_1')).toEqual(VALUES)
    const fresh = await both.seal(VALUES, 'dst_1')
    expect(fresh.keyId).toBe('k2')
    expect(await box(KEY_2).open(fresh.sealed, fresh.keyId, 'dst_1')).toEqual(VALUES)
  })

  it('names the key that is gone', async () => {
    const old = await box(KEY_1).seal(VALUES, 'dst_1')
    await expect(box(KEY_2).open(old.sealed, old.keyId, 'dst_1')).rejects.toThrow('ENCRYPTION_KEYS has no key k1')
  })

  it('takes keys apart by any white space', async () => {
    const both = box(`  ${KEY_2}\n\t${KEY_1}\n`)
    const old = await box(KEY_1).seal(VALUES, 'x')
    expect(await both.open(old.sealed, 'k1', 'x')).toEqual(VALUES)
  })
})

/** What is done to a sealed text, and the row that it is opened for. */
type Change = (sealed: string) => [sealed: string, bound: string]

describe('it does not open', () => {
  it.each<[string, Change]>([
    ['what was moved to another row', (sealed) => [sealed, 'dst_2']],
    ['what has no row', (sealed) => [sealed, '']],
    ['what was changed at its end', (sealed) => [flip(sealed, -1), 'dst_1']],
    ['what was changed in its middle', (sealed) => [flip(sealed, 20), 'dst_1']],
    ['what has another nonce', (sealed) => [flip(sealed, 0), 'dst_1']],
    ['what was cut', (sealed) => [btoa(atob(sealed).slice(0, -1)), 'dst_1']],
    ['nothing', () => ['', 'dst_1']],
  ])('%s', async (_, change) => {
    const { keyId, sealed } = await box(KEY_1).seal(VALUES, 'dst_1')
    const [changed, bound] = change(sealed)
    await expect(box(KEY_1).open(changed, keyId, bound)).rejects.toThrow()
  })

  it('what another key sealed under the same name', async () => {
    const { sealed } = await box(KEY_1).seal(VALUES, 'dst_1')
    await expect(box(KEY_2.replace('k2', 'k1')).open(sealed, 'k1', 'dst_1')).rejects.toThrow()
  })
})

/** The same bytes with one bit of one of them turned. */
function flip(sealed: string, at: number): string {
  const bytes = Array.from(atob(sealed), (char) => char.charCodeAt(0))
  const index = at < 0 ? bytes.length + at : at
  bytes[index] = (bytes[index] ?? 0) ^ 1
  return btoa(String.fromCharCode(...bytes))
}

describe('keys that are none', () => {
  it.each<[string, string | undefined, string]>([
    ['not set', undefined, 'the secret ENCRYPTION_KEYS is not set'],
    ['empty', '', 'the secret ENCRYPTION_KEYS is not set'],
    ['blank', ' \n', 'the secret ENCRYPTION_KEYS is not set'],
    ['without an id', KEY_1.slice(3), 'must be id:base64 of 32 bytes'],
    ['with an empty id', KEY_1.slice(2), 'must be id:base64 of 32 bytes'],
    ['too short', `k1:${btoa('thirty-one-bytes-are-not-enough')}`, 'must be id:base64 of 32 bytes'],
    ['too long', `k1:${btoa('thirty-three-bytes-are-too-many!!')}`, 'must be id:base64 of 32 bytes'],
    ['no base64', 'k1:not base64', 'must be id:base64 of 32 bytes'],
    ['one good and one bad', `${KEY_1} k2:c2hvcnQ=`, 'must be id:base64 of 32 bytes'],
    ['two of one name', `${KEY_1} ${KEY_2.replace('k2', 'k1')}`, 'has two keys k1'],
  ])('%s', (_, keys, message) => {
    expect(() => box(keys)).toThrow(message)
  })
})
