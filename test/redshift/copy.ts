import { gunzipSync } from 'node:zlib'
import type { Buckets } from './bucket.ts'
import type { Copy } from './grammar.ts'

/** What COPY could not take of a file, as `sys_load_error_detail` keeps it. */
export interface LoadError {
  file: string
  line: number
  column: string
  reason: string
}

/** A row that COPY has read: a value of each column that its object has, as PostgreSQL takes it. */
export type CopiedRow = Record<string, unknown>

/** The files of a manifest as `[url, text]`; throws what Redshift says when it cannot read them. */
export function readManifest({ manifest, region }: Copy, buckets: Buckets): [url: string, text: string][] {
  const { entries } = JSON.parse(Buffer.from(object(manifest, region, buckets)).toString()) as {
    entries: { url: string; mandatory: boolean }[]
  }
  return entries.map(({ url }) => [url, gunzipSync(object(url, region, buckets)).toString()])
}

function object(url: string, region: string, buckets: Buckets): Uint8Array {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? []
  const there = buckets.regionOf(bucket)
  if (there !== undefined && there !== region) {
    throw new Error(
      `ERROR: S3ServiceException:The bucket you are attempting to access must be addressed using the specified endpoint,Status 301,Error PermanentRedirect, ${bucket} is in ${there}`,
    )
  }
  const body = buckets.read(bucket, key)
  if (!body)
    throw new Error(`ERROR: S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey ${url}`)
  return body
}

/** Reads lines of JSON into the columns of a table, as FORMAT JSON 'auto' does; what cannot be taken is told of. */
export function readLines(
  text: string,
  columns: ReadonlyMap<string, string>,
  tell: (error: Omit<LoadError, 'file'>) => void,
): CopiedRow[] {
  const rows: CopiedRow[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '') continue
    const row: CopiedRow = {}
    let bad = false
    const refuse = (column: string, reason: string) => {
      bad = true
      tell({ line: at + 1, column, reason })
    }
    if (Buffer.byteLength(line) > 4 * 1_024 * 1_024) {
      refuse('', 'JSON object size exceeds the limit of 4 MB')
      continue
    }
    for (const [key, value] of Object.entries(JSON.parse(line) as Record<string, unknown>)) {
      const type = columns.get(key)
      if (type === undefined || value === null) continue
      try {
        row[key] = taken(value, type)
      } catch (error) {
        if (!bad) refuse(key, (error as Error).message)
      }
    }
    if (!bad) rows.push(row)
  }
  return rows
}

/** Whole numbers by their type. */
const RANGES: Record<string, bigint> = { bigint: 2n ** 63n, integer: 2n ** 31n, smallint: 2n ** 15n }

function taken(value: unknown, type: string): unknown {
  if (type === 'super') return superOf(value)
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const [, bytes] = /^character(?: varying)?\((\d+)\)$/.exec(type) ?? []
  if (bytes !== undefined) return cut(text, Number(bytes))
  const range = RANGES[type]
  if (range !== undefined) {
    if (!/^[+-]?\d+$/.test(text)) throw new Error(`Invalid digit, Value '${text.slice(0, 1)}', Pos 0, Type: ${type}`)
    const whole = BigInt(text)
    if (whole >= range || whole < -range) throw new Error(`Overflow for ${type}`)
    return text
  }
  if (type === 'double precision' || type === 'real') {
    const number = Number(text)
    if (text.trim() === '' || !Number.isFinite(number)) throw new Error('Invalid float')
    if (type === 'real' && !Number.isFinite(Math.fround(number))) throw new Error('Overflow for real')
    return text
  }
  if (type.startsWith('numeric')) return decimal(text, type)
  if (type === 'boolean') {
    if (!/^(?:true|false|t|f|1|0)$/.test(text)) throw new Error('Unknown boolean format')
    return /^[t1]/.test(text)
  }
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?:\+00)?$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new Error('Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]')
  }
  return text
}

function decimal(text: string, type: string): string {
  const [, precision = 0, scale = 0] = (/\((\d+),(\d+)\)/.exec(type) ?? []).map(Number)
  const [, whole = '', fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === '') throw new Error('Invalid digit for numeric')
  if (whole.replace(/^0+/, '').length > precision - scale) throw new Error('Numeric data overflow (result precision)')
  return fraction.length > scale ? Number(text).toFixed(scale) : text
}

function superOf(value: unknown): unknown {
  const tooLong = (part: unknown): boolean =>
    typeof part === 'string'
      ? Buffer.byteLength(part) > 65_535
      : typeof part === 'object' && part !== null && Object.values(part).some(tooLong)
  if (tooLong(value)) throw new Error('String value exceeds the max size of 65535 bytes')
  return value
}

/** At most so many bytes, on the border of a character: TRUNCATECOLUMNS. */
export function cut(text: string, bytes: number): string {
  const all = Buffer.from(text)
  if (all.length <= bytes) return text
  let end = bytes
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end--
  return all.subarray(0, end).toString()
}
