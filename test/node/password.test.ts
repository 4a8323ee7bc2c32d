import { readFileSync } from 'node:fs'
import { scryptSync } from 'node:crypto'
import { join } from 'node:path'
import { hashPassword, verifyPassword } from 'better-auth/crypto'
import { expect, it } from 'vitest'
import * as cheap from '../workerd/password.ts'

const PASSWORD = 'correct horse battery staple'
/** What OWASP asks of scrypt at least is half of it. */
const COST = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 }
const PACKAGE = join(import.meta.dirname, '../../node_modules/@better-auth/utils/package.json')

it('a password is kept as scrypt makes it, with a salt of its own, at the full price', async () => {
  const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)])
  const [salt = '', key] = one.split(':')
  expect(key).toBe(scryptSync(PASSWORD, salt, 64, COST).toString('hex'))
  expect(other).not.toBe(one)
  expect(await verifyPassword({ hash: one, password: PASSWORD })).toBe(true)
  expect(await verifyPassword({ hash: one, password: `${PASSWORD}.` })).toBe(false)
})

it('the Worker hashes with the same code as this test', () => {
  const { exports } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { exports: Record<string, Record<string, unknown>> }
  const { workerd, node } = exports['./password'] ?? {}
  expect(workerd).toBeDefined()
  expect(workerd).toEqual(node)
})

it('what the tests in the Workers runtime hash with differs from it in its price alone', async () => {
  const hash = await cheap.hashPassword(PASSWORD)
  expect(hash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/)
  expect(await cheap.verifyPassword(hash, PASSWORD)).toBe(true)
  expect(await cheap.verifyPassword(hash, `${PASSWORD}.`)).toBe(false)
  expect(await verifyPassword({ hash, password: PASSWORD })).toBe(false)
})
