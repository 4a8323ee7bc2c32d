import { Buffer } from 'node:buffer'

const encoder = new TextEncoder()

/** Lower-case hex HMAC-SHA1 of the exact body: Segment's `X-Signature`. */
export async function segmentSignature(secret: string, body: string): Promise<string> {
  return Buffer.from(await hmac('SHA-1', Buffer.from(secret), body)).toString('hex')
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
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
      return `v1,${Buffer.from(await hmac('SHA-256', key, signed)).toString('base64')}`
    }),
  )
  return signatures.join(' ')
}

/** Base64url SHA-256, for ids made of ids. */
export async function digest(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', encoder.encode(text))).toString('base64url')
}

async function hmac(hash: 'SHA-1' | 'SHA-256', secret: Buffer<ArrayBuffer>, text: string): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['sign'])
  return crypto.subtle.sign('HMAC', key, encoder.encode(text))
}
