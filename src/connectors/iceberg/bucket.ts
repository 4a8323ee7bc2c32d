const utf8 = new TextEncoder()

/** Iceberg's `bucket[buckets]` of a text: the place that a row has by its id. */
export function bucketOf(text: string, buckets: number): number {
  return (murmur3(utf8.encode(text)) & 0x7fff_ffff) % buckets
}

/** Murmur3, 32 bits, seed 0: what Iceberg's specification names for buckets. */
export function murmur3(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let hash = 0
  const whole = bytes.length & ~3
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(view.getUint32(at, true))
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe654_6b64) | 0
  }
  let tail = 0
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | (bytes[at] as number)
  if (bytes.length > whole) hash ^= scramble(tail)
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return hash ^ (hash >>> 16)
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e_2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b87_3593)
}
