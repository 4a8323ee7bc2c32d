/**
 * 64-bit fingerprints of message or accept ids, two 32-bit words each. Genuine events are taken for repeats once in 2·10¹²
 * at ten million remembered ids; 32 bits would drop one in five hundred.
 */
export function fingerprints(ids: readonly string[]): Uint32Array {
  const words = new Uint32Array(ids.length * 2)
  ids.forEach((id, at) => {
    let a = 0xdeadbeef
    let b = 0x41c6ce57
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i)
      a = Math.imul(a ^ unit, 2654435761)
      b = Math.imul(b ^ unit, 1597334677)
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
    words[at * 2] = a
    words[at * 2 + 1] = b
  })
  return words
}

/** Where a fingerprint stands among others, or -1. */
export function indexOfFingerprint(words: Uint32Array, wanted: Uint32Array): number {
  for (let at = 0; at < words.length; at += 2) {
    if (words[at] === wanted[0] && words[at + 1] === wanted[1]) return at / 2
  }
  return -1
}
