import { Buffer } from 'node:buffer'
import { Memo } from './memo.ts'

const encoder = new TextEncoder()
/** Keys by what they are of: to import one takes longer than to sign with it. */
const keys = new Memo<CryptoKey>(200)

/** Lower-case hex HMAC-SHA1 of the exact body: Segment's `X-Signature`. */
export async function segmentSignature(secret: string, body: string): Promise<string> {
  return Buffer.from(await hmac('SHA-1', 'utf8', secret, body)).toString('hex')
}

/**
 * The value of `webhook-signature` (Standard Webhooks 1.0): `v1,` and base64 HMAC-SHA256 over `id.seconds.body`, once
 * for each secret (`whsec_` and base64), separated by spaces.
 */
export async function standardSignature(
  secrets: readonly string[],
  id: string,
  seconds: number,
  body: string,
): Promise<string> {
  const signed = `${id}.${seconds}.${body}`
  const sign = async (secret: string) =>
    `v1,${Buffer.from(await hmac('SHA-256', 'base64', secret.replace(/^whsec_/, ''), signed)).toString('base64')}`
  const [only, ...others] = secrets
  if (only !== undefined && others.length === 0) return sign(only)
  return (await Promise.all(secrets.map(sign))).join(' ')
}

/** Base64url SHA-256, for ids made of ids. */
export async function digest(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', encoder.encode(text))).toString('base64url')
}

async function hmac(
  hash: 'SHA-1' | 'SHA-256',
  encoding: 'utf8' | 'base64',
  secret: string,
  text: string,
): Promise<ArrayBuffer> {
  const name = `${hash} ${secret}`
  const key = keys.get(name) ?? keys.keep(name, await importKey(hash, Buffer.from(secret, encoding)))
  return crypto.subtle.sign('HMAC', key, encoder.encode(text))
}

function importKey(hash: 'SHA-1' | 'SHA-256', secret: Buffer<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['sign'])
}
