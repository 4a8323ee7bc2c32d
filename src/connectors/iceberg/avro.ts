import { inflateRawSync } from 'node:zlib'
import type { Long } from './json.ts'

/** A type of Avro as its JSON says it. */
export type AvroType = string | AvroType[] | AvroComplex

interface AvroComplex {
  type: AvroType
  name?: string
  namespace?: string
  fields?: AvroField[]
  items?: AvroType
  values?: AvroType
  symbols?: string[]
  size?: number
  [extra: string]: unknown
}

export interface AvroField {
  name: string
  type: AvroType
  [extra: string]: unknown
}

const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 0x01)
const SYNC_BYTES = 16
/** Bytes of a block before the next begins. */
const BLOCK = 64_000

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/**
 * An Avro object container file with the records in it, not compressed.
 *
 * @param metadata what stands in the header beside schema and codec
 * @param sync sixteen random bytes, which divide the blocks
 */
export function writeAvro(
  schema: AvroType,
  records: readonly unknown[],
  metadata: Record<string, string>,
  sync: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const file = new Bytes()
  file.raw(MAGIC)
  const header = Object.entries({ ...metadata, 'avro.schema': JSON.stringify(schema), 'avro.codec': 'null' })
  file.long(header.length)
  for (const [key, value] of header) {
    file.bytes(utf8.encode(key))
    file.bytes(utf8.encode(value))
  }
  file.long(0)
  file.raw(sync)
  let block = new Bytes()
  let count = 0
  const end = () => {
    if (count === 0) return
    file.long(count)
    file.bytes(block.taken())
    file.raw(sync)
    block = new Bytes()
    count = 0
  }
  for (const record of records) {
    encode(schema, record, block)
    count++
    if (block.length >= BLOCK) end()
  }
  end()
  return file.taken()
}

/** Records and header of an Avro object container file, by the schema that it was written with. Throws for a file that is none. */
export function readAvro(file: Uint8Array): { records: unknown[]; metadata: Record<string, string> } {
  const from = new Reader(file)
  if (MAGIC.some((byte) => from.byte() !== byte)) throw new Error('This is no Avro file')
  const metadata: Record<string, string> = {}
  for (const [key, value] of Object.entries(decode({ type: 'map', values: 'bytes' }, from, new Map()) as object)) {
    metadata[key] = fromUtf8.decode(value as Uint8Array)
  }
  const schema = JSON.parse(metadata['avro.schema'] ?? '') as AvroType
  const codec = metadata['avro.codec'] ?? 'null'
  if (codec !== 'null' && codec !== 'deflate') throw new Error(`An Avro file is compressed by ${codec}`)
  from.raw(SYNC_BYTES)
  const records: unknown[] = []
  const names = new Map<string, AvroComplex>()
  while (!from.ended) {
    const count = Number(from.long())
    const block = from.raw(Number(from.long()))
    from.raw(SYNC_BYTES)
    const inner = new Reader(codec === 'deflate' ? inflateRawSync(block) : block)
    for (let at = 0; at < count; at++) records.push(decode(schema, inner, names))
  }
  return { records, metadata }
}

function encode(type: AvroType, value: unknown, to: Bytes): void {
  if (Array.isArray(type)) {
    const isNull = value === null || value === undefined
    const branch = type.findIndex((inner) => (inner === 'null') === isNull)
    to.long(branch)
    if (!isNull) encode(type[branch] as AvroType, value, to)
    return
  }
  if (typeof type === 'object' && typeof type.type === 'object') return encode(type.type, value, to)
  const name = typeof type === 'string' ? type : (type.type as string)
  switch (name) {
    case 'null':
      return
    case 'boolean':
      return to.raw(Uint8Array.of(value === true ? 1 : 0))
    case 'int':
    case 'long':
      return to.long(value as Long)
    case 'string':
      return to.bytes(utf8.encode(value as string))
    case 'bytes':
      return to.bytes(value as Uint8Array)
    case 'record':
      for (const field of (type as AvroComplex).fields ?? [])
        encode(field.type, (value as Record<string, unknown>)[field.name], to)
      return
    case 'array': {
      const items = value as unknown[]
      if (items.length > 0) to.long(items.length)
      for (const item of items) encode((type as AvroComplex).items as AvroType, item, to)
      return to.long(0)
    }
    default:
      throw new Error(`Avro: ${name} is written nowhere`)
  }
}

function decode(type: AvroType, from: Reader, names: Map<string, AvroComplex>): unknown {
  if (Array.isArray(type)) return decode(type[Number(from.long())] as AvroType, from, names)
  if (typeof type === 'object' && typeof type.type === 'object') return decode(type.type, from, names)
  const complex: AvroComplex = typeof type === 'string' ? (names.get(type) ?? { type }) : type
  if (complex.name !== undefined) names.set(complex.name, complex)
  switch (complex.type) {
    case 'null':
      return null
    case 'boolean':
      return from.byte() === 1
    case 'int':
    case 'long':
      return from.long()
    case 'float':
      return from.view(4).getFloat32(0, true)
    case 'double':
      return from.view(8).getFloat64(0, true)
    case 'string':
      return fromUtf8.decode(from.raw(Number(from.long())))
    case 'bytes':
      return from.raw(Number(from.long()))
    case 'fixed':
      return from.raw(complex.size ?? 0)
    case 'enum':
      return complex.symbols?.[Number(from.long())]
    case 'record':
      return Object.fromEntries(
        (complex.fields ?? []).map((field) => [field.name, decode(field.type, from, names)] as const),
      )
    case 'array': {
      const items: unknown[] = []
      inBlocks(from, () => items.push(decode(complex.items as AvroType, from, names)))
      return items
    }
    case 'map': {
      const entries: Record<string, unknown> = {}
      inBlocks(from, () => {
        const key = decode('string', from, names) as string
        entries[key] = decode(complex.values as AvroType, from, names)
      })
      return entries
    }
    default:
      throw new Error(`Avro: an unknown type, ${JSON.stringify(complex.type)}`)
  }
}

/** Arrays and maps come in blocks, each with its count; of a negative one its bytes are said too. */
function inBlocks(from: Reader, item: () => void): void {
  for (;;) {
    let count = Number(from.long())
    if (count === 0) return
    if (count < 0) {
      count = -count
      from.long()
    }
    while (count-- > 0) item()
  }
}

/** Bytes that grow. */
class Bytes {
  #held = new Uint8Array(1_024)
  length = 0

  raw(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#held.length) {
      const wider = new Uint8Array(Math.max(this.#held.length * 2, this.length + bytes.length))
      wider.set(this.#held.subarray(0, this.length))
      this.#held = wider
    }
    this.#held.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Zigzag, seven bits a byte. */
  long(value: Long): void {
    let left = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
    const bytes: number[] = []
    do {
      const low = Number(left & 0x7fn)
      left >>= 7n
      bytes.push(left === 0n ? low : low | 0x80)
    } while (left !== 0n)
    this.raw(Uint8Array.from(bytes))
  }

  bytes(bytes: Uint8Array): void {
    this.long(bytes.length)
    this.raw(bytes)
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.#held.slice(0, this.length)
  }
}

class Reader {
  #at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Error('An Avro file ends too early')
    return byte
  }

  raw(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#bytes.length) throw new Error('An Avro file ends too early')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  view(length: number): DataView {
    const bytes = this.raw(length)
    return new DataView(bytes.buffer, bytes.byteOffset, length)
  }

  long(): Long {
    let zigzag = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte()
      zigzag |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const value = (zigzag >> 1n) ^ -(zigzag & 1n)
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
  }
}
