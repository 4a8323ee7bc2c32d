import { gunzipSync } from 'node:zlib'
import { LIMITS } from '../spec/index.ts'

export type Body = { ok: true; text: string } | { ok: false; why: string }

const TOO_LARGE = `The body is larger than ${LIMITS.bodyBytes / 1024} KB, before or after decompression.`
const decoder = new TextDecoder()

/**
 * The text of a request's body, whatever its content type says. Gzip is recognised by its first two bytes: some clients
 * do not label it, and some proxies undo it and leave the label. Never reads, or inflates, beyond the limit.
 */
export async function readBody(request: Request): Promise<Body> {
  const bytes = await readBytes(request)
  if (!bytes) return { ok: false, why: TOO_LARGE }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { ok: true, text: decoder.decode(bytes) }
  try {
    return { ok: true, text: decoder.decode(gunzipSync(bytes, { maxOutputLength: LIMITS.bodyBytes })) }
  } catch (error) {
    const large = error instanceof RangeError
    return { ok: false, why: large ? TOO_LARGE : 'The body begins like gzip but cannot be decompressed.' }
  }
}

/** `null`: too large. A length that is promised is kept to by the runtime; without a sound one the bytes are counted. */
async function readBytes(request: Request): Promise<Uint8Array | null> {
  const promised = Number(request.headers.get('content-length') ?? NaN)
  if (promised > LIMITS.bodyBytes) return null
  if (promised >= 0) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length > LIMITS.bodyBytes ? null : bytes
  }
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body ?? []) {
    size += part.length
    if (size > LIMITS.bodyBytes) return null
    parts.push(part)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
