import { randomBytes, scryptSync } from 'node:crypto'

/** In the place of the library's, which spends fifty milliseconds on a password (`test/node/password.test.ts`): here hundreds sign in. */
const COST = { N: 16, r: 16, p: 1 }
const BYTES = 64

function keyOf(password: string, salt: string): string {
  return scryptSync(password.normalize('NFKC'), salt, BYTES, COST).toString('hex')
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16).toString('hex')
  return `${salt}:${keyOf(password, salt)}`
}

export async function verifyPassword(hash: string, password: string): Promise<boolean> {
  const [salt = '', key] = hash.split(':')
  return keyOf(password, salt) === key
}
