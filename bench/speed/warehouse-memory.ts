import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics } from 'node:v8'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { PostgresSettings } from '../../src/connectors/index.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import { grid } from '../cost/table.ts'
import { removeLog, type StoredLog, storeLog } from './warehouse-archive.ts'
import { archived, connector, syncLog } from './warehouse-load.ts'

/** Megabytes of a heap that has to do: half of what an isolate has. */
const HEAP_MB = 64
/** Text of an archive, in megabytes, and of one whose events have few of a wide table's columns. */
const TEXT_MB = Number(process.env.WAREHOUSE_MEMORY_MB ?? 1_000)
const WIDE_MB = 20
const WIDE_COLUMNS = 1_400
const ROW = 1_000
const TEMPLATES = 5_000
/** How often the thread looks at its heap, besides after each portion. */
const LOOK_MS = 20

interface Order {
  settings: PostgresSettings
  schema: string
  log: StoredLog
}

interface Measured {
  peakMb: number
  rows: number
  seconds: number
}

/** Syncs of large archives in a heap that is no larger than `HEAP_MB`. */
export async function warehouseMemoryReport(): Promise<string> {
  const server = await startPostgres()
  try {
    const { host, port, user: username, password } = server
    const settings: PostgresSettings = { host, port, username, password, database: 'postgres', sslmode: 'disable' }
    const large = await measure(settings, 'large', rowsOf(TEXT_MB, archivedAgain()))
    const wide = await measure(settings, 'wide', rowsOf(WIDE_MB, archivedWide()))
    const [busy = 0] = loadavg()
    const isBusy = busy > availableParallelism()
    return [
      `Syncs into PostgreSQL in a heap of ${HEAP_MB} MB, the next portion made while one is loaded:`,
      grid([
        ['', 'text MB', 'stored MB', 'rows', 's', 'rows/s', 'peak MB'],
        ['events of 0.9 KB', ...large],
        [`ten of ${WIDE_COLUMNS} columns each`, ...wide],
      ]),
      ...(isBusy ? [`  The machine was busy (load ${busy.toFixed(1)}): times say little.`] : []),
    ].join('\n')
  } finally {
    await server.stop()
  }
}

async function measure(settings: PostgresSettings, schema: string, rows: Iterable<string[]>): Promise<string[]> {
  const log = await storeLog(rows)
  const [text, stored] = [log.textBytes, log.storedBytes].map((bytes) => (bytes / 1e6).toFixed(0))
  try {
    const { rows: count, seconds, peakMb } = await inThread({ settings, schema, log })
    const figures = [String(count), seconds.toFixed(0), (count / seconds).toFixed(0), peakMb.toFixed(0)]
    return [text ?? '', stored ?? '', ...figures]
  } catch (error) {
    return [text ?? '', stored ?? '', `MISSED: ${String(error)}`, '', '', '']
  } finally {
    removeLog(log)
  }
}

function inThread(order: Order): Promise<Measured> {
  const thread = new Worker(fileURLToPath(import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB - 16, maxYoungGenerationSizeMb: 16 },
  })
  return new Promise((done, failed) => {
    thread.once('message', done)
    thread.once('error', failed)
  })
}

/** Rows of a log until they have so much text. */
function* rowsOf(megabytes: number, lines: Iterator<string>): Generator<string[]> {
  for (let left = megabytes * 1e6; left > 0;) {
    const row = Array.from({ length: ROW }, () => String(lines.next().value))
    left -= row.reduce((sum, line) => sum + line.length + 1, 0)
    yield row
  }
}

/** The same events with other ids again and again: to make each anew takes longer than to load it. */
function* archivedAgain(): Generator<string> {
  const templates = [...archived(0, TEMPLATES)]
  for (let round = 0; ; round++)
    for (const line of templates) yield line.replace('"messageId":"', `"messageId":"${round}-`)
}

function* archivedWide(): Generator<string> {
  const [template = ''] = archived(0, 1)
  const event = JSON.parse(template) as Record<string, unknown>
  for (let n = 0; ; n++) {
    const keys = Array.from({ length: 10 }, (_, at) => [`k${(n * 10 + at) % WIDE_COLUMNS}`, n])
    yield JSON.stringify({ ...event, messageId: `w-${n}`, context: {}, properties: Object.fromEntries(keys) })
  }
}

async function run({ settings, schema, log }: Order): Promise<void> {
  const session = await connector.open(settings)
  let peak = 0
  const look = () => {
    const { used_heap_size: used, external_memory: external } = getHeapStatistics()
    peak = Math.max(peak, used + external)
  }
  const watch = setInterval(look, LOOK_MS)
  const began = performance.now()
  const rows = await syncLog(session, schema, log, look)
  const seconds = (performance.now() - began) / 1_000
  clearInterval(watch)
  await session.end()
  parentPort?.postMessage({ peakMb: peak / 1e6, rows, seconds } satisfies Measured)
}

if (!isMainThread) await run(workerData as Order)
