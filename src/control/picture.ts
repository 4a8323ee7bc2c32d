import { Buffer } from 'node:buffer'
import type { Context } from 'hono'
import { safePng } from './png.ts'
import { safeSvg } from './svg.ts'

/** SVG as text, or a PNG in base64; `''`: there is none. */
export type PictureType = '' | 'image/svg+xml' | 'image/png'

/** A picture that is safe, as it is stored and served. */
export interface Picture {
  body: string
  type: PictureType
}

/**
 * A logo as somebody sent it (SVG as text, a PNG in base64 or as a data address, or nothing), made safe, with what was taken
 * out of it; or why it is none.
 */
export function safePicture(text: string): { problem: string } | (Picture & { removed: string[] }) {
  if (text === '') return { body: '', type: '', removed: [] }
  if (text.startsWith('<')) {
    const made = safeSvg(text)
    return 'problem' in made ? made : { body: made.svg, type: 'image/svg+xml', removed: made.removed }
  }
  const made = safePng(text)
  return 'problem' in made ? made : { body: made.png, type: 'image/png', removed: [] }
}

/** A browser that opens a picture by itself finds nothing in it that it may run or load. */
export const PICTURE_POLICY = "default-src 'none'; style-src 'none'; sandbox"

/** Answers with a picture; 404 where there is none. Its address has the time of its last change in it, so it may be kept. */
export function sendPicture(c: Context, { body, type }: Picture) {
  if (type === '') return c.notFound()
  const headers = {
    'Content-Type': type,
    'Cache-Control': 'public, max-age=86400',
    'Content-Security-Policy': PICTURE_POLICY,
  }
  return c.body(type === 'image/png' ? new Uint8Array(Buffer.from(body, 'base64')) : body, 200, headers)
}
