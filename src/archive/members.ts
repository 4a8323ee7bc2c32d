import { Buffer } from 'node:buffer'
import { gunzipSync, gzipSync } from 'node:zlib'

/**
 * One gzip member of an archive object: where it lies and how many events (lines) it holds. A chain of members is
 * itself a valid gzip file, and each can be read alone by a ranged GET.
 */
export type Chunk = [offset: number, length: number, count: number]

/** Bytes of NDJSON in one member: what a lane must read at least to send one event. */
const MEMBER_BYTES = 100 * 1024

/** Packs lines (JSON without the newline) into a chain of gzip members of at most 100 KB of text each. */
export function packMembers(lines: readonly string[]): { body: Uint8Array; chunks: Chunk[] } {
  const members: Buffer[] = []
  const chunks: Chunk[] = []
  let offset = 0
  for (const part of split(lines)) {
    const member = gzipSync(part.join('\n') + '\n')
    members.push(member)
    chunks.push([offset, member.length, part.length])
    offset += member.length
  }
  return { body: members.length === 1 && members[0] ? members[0] : Buffer.concat(members), chunks }
}

/** Packs several lists of lines one after the other, each in members of its own: each can be read without the others. */
export function packLists(lists: readonly (readonly string[])[]): { body: Uint8Array; chunks: Chunk[][] } {
  const bodies: Uint8Array[] = []
  let before = 0
  const chunks = lists.map((lines) => {
    const packed = packMembers(lines)
    const placed = packed.chunks.map(([offset, length, count]): Chunk => [before + offset, length, count])
    bodies.push(packed.body)
    before += packed.body.length
    return placed
  })
  return { body: Buffer.concat(bodies), chunks }
}

/**
 * The lines of consecutive members. `bytes` begins at the first one's offset.
 * Throws when a member is damaged or does not hold as many lines as its chunk says.
 */
export function unpack(bytes: Uint8Array, chunks: readonly Chunk[]): string[] {
  const start = chunks[0]?.[0] ?? 0
  return chunks.flatMap(([offset, length, count]) => {
    const from = offset - start
    const lines = gunzipSync(bytes.subarray(from, from + length))
      .toString()
      .split('\n')
    lines.pop()
    if (lines.length !== count) throw new Error(`archive member at ${offset}: ${lines.length} lines for ${count}`)
    return lines
  })
}

/** The lines of all members of an object. Throws when it is damaged. */
export function unpackWhole(bytes: Uint8Array): string[] {
  const lines = gunzipSync(bytes).toString().split('\n')
  lines.pop()
  return lines
}

function* split(lines: readonly string[]): Generator<string[]> {
  let part: string[] = []
  let bytes = 0
  for (const line of lines) {
    const size = Buffer.byteLength(line) + 1
    if (part.length > 0 && bytes + size > MEMBER_BYTES) {
      yield part
      part = []
      bytes = 0
    }
    part.push(line)
    bytes += size
  }
  if (part.length > 0) yield part
}
