import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

const DAY_MS = 86_400_000
/** Between these, seen from when it was closed, a number is a time that the directory holds. */
const OLDEST_MS = DAY_MS
const LATEST_MS = 500 * DAY_MS

/** What a data directory is closed and opened with. */
export interface Move {
  /** Milliseconds: when it was closed, and when that is said to have been. */
  from: number
  to: number
  /** The address that destinations point to, and the one that they are to point to; equally long. */
  receiver: { from: string; to: string }
}

/** Tables that have rows somewhere, and kinds of objects that are there, in a directory with everything that is stored. */
const TABLES =
  'log segments remembered intake work lane held dead strays sessions two_factors invites api_tokens audit_events changes'
const OBJECTS = ['raw/', 'log/', 'inbox/']

/** Throws when something that the platform stores is not in the directory, so that no test would open it. */
export function expectEverything(data: string): void {
  const filled = new Set<string>()
  for (const path of databases(data)) {
    const db = new DatabaseSync(path, { readOnly: true })
    for (const name of tablesOf(db)) {
      const rows = db.prepare(`SELECT * FROM "${name}"`)
      rows.setReadBigInts(true)
      for (const { key } of rows.all()) {
        filled.add(name)
        for (const kind of OBJECTS) if (typeof key === 'string' && key.startsWith(kind)) filled.add(kind)
      }
    }
    db.close()
  }
  const missing = [...TABLES.split(' '), ...OBJECTS].filter((one) => !filled.has(one))
  if (missing.length > 0) throw new Error(`The directory has no ${missing.join(', no ')}.`)
}

/** Packs the state and the secrets of a directory that nobody has open. */
export function pack(data: string, file: string): void {
  for (const path of databases(data)) {
    const db = new DatabaseSync(path)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; VACUUM')
    db.close()
  }
  const names = globSync('{secrets.json,migrated.json,state/v3/{d1,do,r2}/**/*}', { cwd: data })
  const files = names.filter((name) => statSync(join(data, name)).isFile()).toSorted()
  const tar = ['--format=ustar', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '-C', data, '-cf', '-']
  const gzip = { input: execFileSync('tar', [...tar, ...files], { maxBuffer: 2 ** 30 }), maxBuffer: 2 ** 30 }
  writeFileSync(file, execFileSync('gzip', ['-9n'], gzip))
}

/** Unpacks it to `data`, as if it had been closed just now, with destinations that point to another address. */
export function unpack(file: string, data: string, move: Move): void {
  if (move.receiver.from.length !== move.receiver.to.length) throw new Error('The addresses are not equally long.')
  mkdirSync(data, { recursive: true })
  chmodSync(data, 0o700)
  execFileSync('tar', ['-xzf', file, '-C', data])
  for (const path of databases(data)) moveDatabase(path, move)
  for (const path of globSync(join(data, 'state/v3/r2/*/blobs/*'))) {
    const bytes = readFileSync(path)
    // Compressed ones are the archive's: what is in them is the past.
    if (bytes[0] !== 0x1f) writeFileSync(path, moveText(bytes.toString('latin1'), move), 'latin1')
  }
}

function databases(data: string): string[] {
  return globSync(join(data, 'state/**/*.sqlite'))
}

function moveDatabase(path: string, move: Move): void {
  const db = new DatabaseSync(path)
  const triggers = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
  db.exec('BEGIN')
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${String(name)}"`)
  for (const name of tablesOf(db)) moveTable(db, name, move)
  for (const { sql } of triggers) db.exec(String(sql))
  db.exec('COMMIT')
  db.close()
}

function tablesOf(db: DatabaseSync): string[] {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  return tables.map(({ name }) => String(name)).filter((name) => !name.startsWith('sqlite_'))
}

/** Rows are taken out and put back, because what they are found by may be a time too. */
function moveTable(db: DatabaseSync, table: string, move: Move): void {
  const read = db.prepare(`SELECT * FROM "${table}"`)
  read.setReadBigInts(true)
  const rows = read.all()
  const columns = read.columns().map(({ name }) => name)
  db.exec(`DELETE FROM "${table}"`)
  const write = db.prepare(`INSERT INTO "${table}" ("${columns.join('", "')}") VALUES (${columns.map(() => '?')})`)
  for (const row of rows) write.run(...columns.map((name) => moveValue(row[name] ?? null, move)))
}

function moveValue(value: SQLInputValue, move: Move): SQLInputValue {
  if (typeof value === 'string') return moveText(value, move)
  return typeof value === 'bigint' ? moveNumber(value, move) : value
}

export function moveNumber(value: bigint, move: Move): bigint {
  // Milliseconds; with a number of three digits behind, as rows of a lane have it; nanoseconds, as alarms have it.
  for (const unit of [1n, 1_000n, 1_000_000n]) {
    if (isTime(Number(value / unit), move)) return value + BigInt(move.to - move.from) * unit
  }
  return value
}

/**
 * Moves the times in a text, JSON or part of a key, and keeps its length. Not those in names of objects and batches, which
 * only have to stay what they are, nor when a batch was received and committed, since its object is named by that time.
 */
export function moveText(text: string, move: Move): string {
  const moved = (ms: number) => (isTime(ms, move) ? ms + move.to - move.from : ms)
  return text
    .replaceAll(/(?<![\w./-])\d{13}(?:\d{3})?(?![\w.-])/g, (digits) => String(moveNumber(BigInt(digits), move)))
    .replaceAll(/(?<!(?:ReceivedAt|committedAt)":")\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (iso) =>
      new Date(moved(Date.parse(iso))).toISOString(),
    )
    .replaceAll(/\b[0-9a-f]{12}(?=-[0-9a-f]{20}\b)/g, (hex) =>
      moved(Number.parseInt(hex, 16)).toString(16).padStart(12, '0'),
    )
    .replaceAll(move.receiver.from, move.receiver.to)
}

function isTime(ms: number, { from }: Move): boolean {
  return ms > from - OLDEST_MS && ms < from + LATEST_MS
}
