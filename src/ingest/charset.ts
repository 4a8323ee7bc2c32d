const utf8 = new TextDecoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * Bytes as text, which is UTF-8. A content type that names another charset is believed when the bytes are none, since many
 * name one and send UTF-8 all the same.
 */
export function textOf(bytes: Uint8Array<ArrayBufferLike>, contentType: string | null): string {
  const charset = contentType !== null && contentType.length < MOST_CHARS ? CHARSET.exec(contentType)?.[1] : undefined
  if (charset === undefined || /^utf-?8$/i.test(charset)) return utf8.decode(bytes)
  try {
    return strict.decode(bytes)
  } catch {
    return decoderOf(charset).decode(bytes)
  }
}

const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i
const MOST_CHARS = 200

/** By its mark, or because JSON begins with a bracket, of which it makes a zero and itself. */
export function isUtf16([first, second]: Uint8Array<ArrayBufferLike>): boolean {
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return marked || (first === 0x7b && second === 0) || (first === 0 && second === 0x7b)
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return utf8
  }
}
