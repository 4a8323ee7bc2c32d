import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

/**
 * Node answers WebCrypto from other threads, in no certain order, and lacks what workerd adds to it. On a virtual clock a
 * digest is answered at once, and so is what seals secrets.
 */
export function useSyncDigests(): void {
  const digest = (name: string, data: Uint8Array) => {
    const bytes = createHash(name.replace('-', '')).update(data).digest()
    return Promise.resolve(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  const timingSafeEqual = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
  // AES-256-GCM, as secrets are sealed with: a key is its bytes.
  const importKey = (_format: string, raw: Uint8Array) => Promise.resolve(raw)
  const encrypt = ({ iv, additionalData }: Aes, key: Uint8Array, plain: Uint8Array) => {
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(additionalData)
    return Promise.resolve(bufferOf([cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
  }
  const decrypt = ({ iv, additionalData }: Aes, key: Uint8Array, sealed: Uint8Array) => {
    const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(additionalData)
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    return Promise.resolve(bufferOf([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]))
  }
  for (const [name, value] of Object.entries({ digest, timingSafeEqual, importKey, encrypt, decrypt })) {
    Object.defineProperty(crypto.subtle, name, { value, configurable: true, writable: true })
  }
}

interface Aes {
  iv: Uint8Array
  additionalData: Uint8Array
}

const TAG_BYTES = 16

function bufferOf(parts: Buffer[]): ArrayBuffer {
  const bytes = Buffer.concat(parts)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}
