import { Buffer } from 'node:buffer'

export const MOST_PNG = 64 * 1024
const MOST_PIXELS = 1_024
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** What a picture needs; words, profiles and places that others put into a file go. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'sRGB', 'gAMA'])

/** A PNG with nothing in it but the picture, in base64; or why it is none. `text`: base64, or a data address of it. */
export function safePng(text: string): { png: string } | { problem: string } {
  const base64 = text.replace(/^data:image\/png;base64,/, '').replaceAll(/\s/g, '')
  if (!/^[a-z0-9+/]+=*$/i.test(base64)) return { problem: 'This is no PNG in base64.' }
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length > MOST_PNG) return { problem: 'A PNG has at most 64 KB.' }
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return { problem: 'This is no PNG.' }
  const kept: Buffer[] = [SIGNATURE]
  let at = 8
  let last = ''
  while (at + 12 <= bytes.length && last !== 'IEND') {
    const length = bytes.readUInt32BE(at)
    last = bytes.toString('latin1', at + 4, at + 8)
    const end = at + 12 + length
    if (end > bytes.length || (at === 8) !== (last === 'IHDR')) return BROKEN
    if (last === 'IHDR') {
      const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
      if (length !== 13 || width < 1 || height < 1) return BROKEN
      if (width > MOST_PIXELS || height > MOST_PIXELS)
        return { problem: `A logo has at most ${MOST_PIXELS} pixels a side.` }
    }
    if (KEPT.has(last)) kept.push(bytes.subarray(at, end))
    at = end
  }
  return last === 'IEND' ? { png: Buffer.concat(kept).toString('base64') } : BROKEN
}

const BROKEN = { problem: 'This PNG is broken: export it again.' }
