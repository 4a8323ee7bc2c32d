import { Buffer } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import type { Context } from '../context.ts'

/** Keys of the Worker secret `ENCRYPTION_KEYS`: `id:base64 of 32 bytes`, separated by spaces; the first one encrypts. */
export class SecretBox {
  readonly #keys: Map<string, Buffer<ArrayBuffer>>
  readonly #ctx: Pick<Context, 'randomBytes'>

  /** Throws when there is no key, or one that is not 32 bytes. */
  constructor(keys: string | undefined, ctx: Pick<Context, 'randomBytes'>) {
    this.#keys = parseKeys(keys)
    this.#ctx = ctx
  }

  /** `bound` is the id of what the secrets belong to: moved to another row they cannot be opened. */
  async seal(values: object, bound: string): Promise<{ keyId: string; sealed: string }> {
    const [entry] = this.#keys
    if (!entry) throw new Error('no encryption key')
    const [keyId, raw] = entry
    const iv = Buffer.from(this.#ctx.randomBytes(12))
    const key = await aesKey(raw)
    const sealed = await crypto.subtle.encrypt(aes(iv, bound), key, Buffer.from(JSON.stringify(values)))
    return { keyId, sealed: Buffer.concat([iv, Buffer.from(sealed)]).toString('base64') }
  }

  /** The text that is `known`, when it has the same values under the key that encrypts now; another one otherwise. */
  async reseal(
    values: object,
    bound: string,
    known?: { secrets: string | null; secretsKeyId: string | null },
  ): Promise<{ keyId: string; sealed: string }> {
    const [keyId] = this.#keys.keys()
    if (keyId !== undefined && known?.secrets && known.secretsKeyId === keyId) {
      const before = await this.open(known.secrets, keyId, bound)
      if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(values)))) return { keyId, sealed: known.secrets }
    }
    return this.seal(values, bound)
  }

  /** Throws when the key is gone or the text was changed. */
  async open(sealed: string, keyId: string, bound: string): Promise<Record<string, unknown>> {
    const raw = this.#keys.get(keyId)
    if (!raw) throw new Error(`ENCRYPTION_KEYS has no key ${keyId}`)
    const bytes = Buffer.from(sealed, 'base64')
    const plain = await crypto.subtle.decrypt(aes(bytes.subarray(0, 12), bound), await aesKey(raw), bytes.subarray(12))
    return JSON.parse(Buffer.from(plain).toString()) as Record<string, unknown>
  }

  /** From each key another one, for `purpose` alone; in the order of the keys. A version belongs to a key for good. */
  async derive(purpose: string): Promise<{ version: number; value: string }[]> {
    return Promise.all(
      [...this.#keys].map(async ([id, raw]) => {
        const hmac = { name: 'HMAC', hash: 'SHA-256' }
        const key = await crypto.subtle.importKey('raw', raw, hmac, false, ['sign'])
        const value = await crypto.subtle.sign('HMAC', key, Buffer.from(`derived for ${purpose}`))
        const name = await crypto.subtle.digest('SHA-256', Buffer.from(id))
        return { version: Buffer.from(name).readUInt32BE(), value: Buffer.from(value).toString('base64') }
      }),
    )
  }
}

function parseKeys(text: string | undefined): Map<string, Buffer<ArrayBuffer>> {
  const keys = new Map<string, Buffer<ArrayBuffer>>()
  for (const entry of (text ?? '').split(/\s+/).filter(Boolean)) {
    const colon = entry.indexOf(':')
    const raw = Buffer.from(entry.slice(colon + 1), 'base64')
    if (colon < 1 || raw.length !== 32) throw new Error('ENCRYPTION_KEYS must be id:base64 of 32 bytes, by spaces')
    const id = entry.slice(0, colon)
    if (keys.has(id)) throw new Error(`ENCRYPTION_KEYS has two keys ${id}`)
    keys.set(id, raw)
  }
  if (keys.size === 0) throw new Error('the secret ENCRYPTION_KEYS is not set')
  return keys
}

function aes(iv: Buffer<ArrayBuffer>, bound: string) {
  return { name: 'AES-GCM', iv, additionalData: Buffer.from(bound) }
}

function aesKey(raw: Buffer<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
