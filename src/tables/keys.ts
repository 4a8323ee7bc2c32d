import { createHash } from 'node:crypto'

/** Bytes of an id at most: indexes of PostgreSQL take 2 704, and a text column of Redshift 512. */
const KEY_BYTES = 512

/**
 * An id as rows have it: itself, or `sha256:` and the hash of its UTF-8 where a warehouse cannot keep it whole (longer than
 * 512 bytes, with a NUL or half a character), so that different ids stay different.
 */
export function keyText(id: string): string {
  const short = id.length * 3 <= KEY_BYTES || Buffer.byteLength(id) <= KEY_BYTES
  if (short && id.isWellFormed() && !id.includes('\0')) return id
  // Half a character would become the same sign whichever it is.
  return `sha256:${sha256Text(id.isWellFormed() ? id : JSON.stringify(id))}`
}

/** SHA-256 of a text's UTF-8, in 64 hexadecimal digits. */
export function sha256Text(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
