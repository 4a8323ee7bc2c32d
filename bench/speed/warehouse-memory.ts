import { fileURLToPath } from 'node:url'
import { getHeapStatistics } from 'node:v8'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { PostgresSettings } from '../../src/connectors/index.ts'
import { archived, connector, loadPortions, plan } from './warehouse-load.ts'

/** Megabytes of a heap that has to do: half of what an isolate has. */
const HEAP_MB = 64

interface Order {
  settings: PostgresSettings
  portions: number
}

/** Loads portions in a thread whose heap is no larger than `HEAP_MB`; answers in words how that went. */
export function measureMemory(settings: PostgresSettings, portions: number): Promise<string> {
  const order: Order = { settings, portions }
  const thread = new Worker(fileURLToPath(import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB - 16, maxYoungGenerationSizeMb: 16 },
  })
  return new Promise((done) => {
    thread.once('message', (mb: number) =>
      done(`met    ${portions} portions in a heap of ${HEAP_MB} MB; ${mb} MB after a portion at most`),
    )
    thread.once('error', (error) => done(`MISSED a heap of ${HEAP_MB} MB: ${error.message}`))
  })
}

async function run({ settings, portions }: Order): Promise<void> {
  const session = await connector.open(settings)
  let most = 0
  const { events } = connector.portion
  const all = Array.from({ length: portions }, (_, at) => () => plan(session, 'memory', archived(at * events, events)))
  await loadPortions(session, 'memory', all, () => {
    const { used_heap_size: used, external_memory: external } = getHeapStatistics()
    most = Math.max(most, used + external)
  })
  await session.end()
  parentPort?.postMessage(Math.round(most / 1_000_000))
}

if (!isMainThread) await run(workerData as Order)
