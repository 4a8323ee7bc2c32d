import { mkdtempSync, openSync, readSync, closeSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeBatch } from '../../src/archive/index.ts'
import type { IntakeRemote, LogEntry, LogFrom } from '../../src/intake/index.ts'

const SOURCE = 'src_1'
const RECEIVED = Date.UTC(2030, 0, 7, 9)
/** Rows of the log in one answer, as the object of a source gives them. */
const PAGE = 100

/** Where a log lies: its rows, and the directory of its objects. */
export interface StoredLog {
  dir: string
  entries: LogEntry[]
  /** Of its lines, before they are packed, and of its objects. */
  textBytes: number
  storedBytes: number
}

/** Writes a log to disk, `rows` of it, each an object of the archive. */
export async function storeLog(rows: Iterable<readonly string[]>): Promise<StoredLog> {
  const log: StoredLog = {
    dir: mkdtempSync(join(tmpdir(), 'sluice-bench-')),
    entries: [],
    textBytes: 0,
    storedBytes: 0,
  }
  const bucket = {
    put: (key: string, body: Uint8Array) => {
      log.storedBytes += body.length
      writeFileSync(fileOf(log, key), body)
      return Promise.resolve()
    },
  } as unknown as R2Bucket
  const at = new Date(RECEIVED).toISOString()
  for (const lines of rows) {
    const seq = log.entries.length + 1
    const facts = { source: SOURCE, batch: `${RECEIVED + seq}-x`, firstReceivedAt: at, lastReceivedAt: at }
    const stored = await writeBatch(bucket, facts, lines)
    for (const line of lines) log.textBytes += line.length + 1
    log.entries.push({ ...facts, ...stored, seq, committedAt: at, counters: {} as LogEntry['counters'], routes: {} })
  }
  return log
}

/** The archive and the object of the source, as a sync reads them. */
export function readerOf(log: StoredLog): { archive: R2Bucket; intake: Pick<IntakeRemote, 'log'> } {
  const get = (key: string, { range }: { range: { offset: number; length: number } }) => {
    const bytes = new Uint8Array(range.length)
    const file = openSync(fileOf(log, key), 'r')
    readSync(file, bytes, 0, range.length, range.offset)
    closeSync(file)
    return Promise.resolve({ arrayBuffer: () => Promise.resolve(bytes.buffer) })
  }
  const entries = (from: LogFrom) => {
    const seq = 'seq' in from ? from.seq : 1
    return Promise.resolve({ from: seq, entries: log.entries.slice(seq - 1, seq - 1 + PAGE) })
  }
  return { archive: { get } as unknown as R2Bucket, intake: { log: entries } }
}

export function removeLog({ dir }: StoredLog): void {
  rmSync(dir, { recursive: true, force: true })
}

function fileOf({ dir }: StoredLog, key: string): string {
  return join(dir, key.slice(key.lastIndexOf('/') + 1))
}
