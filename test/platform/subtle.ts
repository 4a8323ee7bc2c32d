import { createHash } from 'node:crypto'

/**
 * Node answers WebCrypto from other threads, in no certain order, and lacks what workerd adds to it. On a virtual clock a
 * digest is answered at once.
 */
export function useSyncDigests(): void {
  const digest = (name: string, data: Uint8Array) => {
    const bytes = createHash(name.replace('-', '')).update(data).digest()
    return Promise.resolve(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  const timingSafeEqual = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
  for (const [name, value] of Object.entries({ digest, timingSafeEqual })) {
    Object.defineProperty(crypto.subtle, name, { value, configurable: true, writable: true })
  }
}
