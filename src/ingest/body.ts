import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { LIMITS } from '../event/index.ts'
import { isUtf16, textOf } from './charset.ts'

/** `text`: what the bytes, which are decompressed, say. */
export type Body = { ok: true; bytes: Bytes; text(): string } | { ok: false; why: string }

type Bytes = Uint8Array<ArrayBufferLike>
type Inflate = (bytes: Bytes, options: { maxOutputLength: number }) => Bytes

const TOO_LARGE = `The body is larger than ${LIMITS.bodyBytes / 1024} KB, before or after decompression.`
const UNDERSTOOD = 'gzip, deflate and br are understood.'

/**
 * A request's body as text, whatever its content type says. What compresses it is recognised by its first bytes: some
 * clients do not label it, and some proxies undo it and leave the label. Only br and deflate without a frame have no such
 * bytes, and need the label. Never reads, or inflates, beyond the limit.
 */
export async function readEventBody(request: Request): Promise<Body> {
  const bytes = await readBytes(request)
  if (!bytes) return { ok: false, why: TOO_LARGE }
  const label = (request.headers.get('content-encoding') ?? '').trim().toLowerCase()
  const plain = isText(bytes)
  const packing = packingOf(bytes) ?? (plain && label !== 'br' && label !== 'deflate' ? undefined : label)
  if (packing === undefined || packing === '' || packing === 'identity') return read(request, bytes)
  const inflated = inflate(bytes, packing)
  if (typeof inflated === 'string') return plain ? read(request, bytes) : { ok: false, why: inflated }
  const again = packingOf(inflated)
  if (again === undefined) return read(request, inflated)
  const twice =
    again === packing ? `The body is compressed twice with ${again}` : `The body is ${again} inside of ${packing}`
  return { ok: false, why: `${twice}: compress it once.` }
}

function read(request: Request, bytes: Bytes): Body {
  if (isUtf16(bytes)) return { ok: false, why: 'The body is UTF-16; JSON is sent as UTF-8.' }
  return { ok: true, bytes, text: () => textOf(bytes, request.headers.get('content-type')) }
}

/** The decompressed bytes, or what is wrong in words. */
function inflate(bytes: Bytes, packing: string): Bytes | string {
  const ways = WAYS.get(packing)
  if (!ways) return `The content encoding ${packing.slice(0, 40)} is not understood; ${UNDERSTOOD}`
  for (const way of ways) {
    try {
      return way(bytes, { maxOutputLength: LIMITS.bodyBytes })
    } catch (error) {
      if (isTooLong(error)) return TOO_LARGE
    }
  }
  return packing === 'gzip'
    ? 'The body begins like gzip but cannot be decompressed.'
    : `The body is labelled ${packing} but cannot be decompressed.`
}

/** Of deflate both kinds: HTTP means the one with zlib's frame, and some clients send the other. */
const WAYS = new Map<string, readonly Inflate[]>([
  ['gzip', [gunzipSync]],
  ['deflate', [inflateSync, inflateRawSync]],
  ['br', [brotliDecompressSync]],
])

function isTooLong(error: unknown): boolean {
  return error instanceof RangeError || (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
}

/** What bytes are compressed with, by their first ones, which begin no text that could be JSON. */
function packingOf([first, second = 0, third, fourth]: Bytes): string | undefined {
  if (first === 0x1f && second === 0x8b) return 'gzip'
  if (first === 0x78 && (0x7800 + second) % 31 === 0) return 'deflate'
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) return 'zstd'
  return undefined
}

/** Whether the first bytes may begin JSON. */
function isText([first]: Bytes): boolean {
  return first === undefined || TEXT_BEGINS.has(first)
}

/** Blanks, brackets, and the byte order marks of UTF-8 and UTF-16. */
const TEXT_BEGINS = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20, 0x5b, 0x7b, 0xef, 0xfe, 0xff])

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
