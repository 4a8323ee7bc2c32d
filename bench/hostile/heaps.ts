import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Bytes of isolates: V8's heap in use, and the buffers that lie outside of it. */
export interface Heaps {
  worker: number
  simulators: number
}

/** The isolates of the Worker's process, seen through its inspector on loopback. */
export interface Inspected {
  /** `NaN` where an isolate does not answer. */
  read(): Promise<Heaps>
  /** Has V8 collect what nobody holds; of the simulators only, unless `all`. */
  collect(all: boolean): Promise<void>
  close(): void
}

interface Isolate {
  isWorker: boolean
  ask(method: string): Promise<unknown>
  close(): void
}

/** An isolate that is busy answers late, and one that has had nothing to do not at all. */
const ANSWER_MS = 2_000
/** The Worker's own, among those that have names such as `r2:bucket` and `d1:db`. */
const WORKER = 'core:user:'

/**
 * Beside the Worker's isolate its process has those of the local R2, D1, queues, assets and of what leads out. `toWorker`
 * is the inspector that wrangler opens: it holds the only connection that the Worker's isolate takes.
 */
export async function inspect(pid: number, toWorker: number): Promise<Inspected> {
  const isolates: Isolate[] = []
  for (const { id, webSocketDebuggerUrl } of await isolatesOf(pid)) {
    const isWorker = id.startsWith(WORKER)
    isolates.push(await connect(isWorker ? `ws://127.0.0.1:${toWorker}/ws` : webSocketDebuggerUrl, isWorker))
  }
  return {
    read: async () => {
      const heaps = { worker: 0, simulators: 0 }
      const sizes = await Promise.all(isolates.map((one) => one.ask('Runtime.getHeapUsage')))
      for (const [at, size] of sizes.entries()) {
        const { usedSize = NaN, backingStorageSize = 0 } = (size ?? {}) as Record<string, number | undefined>
        heaps[isolates[at]?.isWorker ? 'worker' : 'simulators'] += usedSize + backingStorageSize
      }
      return heaps
    },
    collect: async (all) => {
      const some = isolates.filter(({ isWorker }) => all || !isWorker)
      // What one held of another is free only in the second round.
      for (let round = 0; round < (all ? 2 : 1); round++) {
        await Promise.all(some.map((one) => one.ask('HeapProfiler.collectGarbage')))
      }
    },
    close: () => isolates.forEach((one) => one.close()),
  }
}

interface Listed {
  id: string
  webSocketDebuggerUrl: string
}

/** Of the ports that a process listens on, one is its inspector. */
async function isolatesOf(pid: number): Promise<Listed[]> {
  for (const port of portsOf(pid)) {
    const listed: unknown = await fetch(`http://127.0.0.1:${port}/json`)
      .then((reply) => reply.json())
      .catch(() => undefined)
    if (Array.isArray(listed)) return listed as Listed[]
  }
  throw new Error('the inspector of workerd is not found')
}

function portsOf(pid: number): number[] {
  const descriptors = readdirSync(`/proc/${pid}/fd`).flatMap((name) => linkOf(`/proc/${pid}/fd/${name}`))
  const sockets = new Set(descriptors.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    return state === LISTEN && sockets.has(inode) ? [parseInt(local.split(':')[1] ?? '', 16)] : []
  })
}

/** As /proc/net/tcp has it. */
const LISTEN = '0A'

function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)]
  } catch {
    // Closed meanwhile.
    return []
  }
}

async function connect(url: string, isWorker: boolean): Promise<Isolate> {
  // What wrangler puts before an inspector refuses whoever does not say where they come from.
  // Node's takes headers, which the type of browsers' does not know.
  const socket = Reflect.construct(WebSocket, [url, { headers: { Origin: 'http://localhost' } }]) as WebSocket
  const waiting = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id = 0, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('error', () => reject(new Error(`${url} cannot be reached`)), { once: true })
  })
  let asked = 0
  return {
    isWorker,
    ask: (method) => {
      const id = ++asked
      const answer = new Promise<unknown>((resolve) => waiting.set(id, resolve))
      socket.send(JSON.stringify({ id, method }))
      return Promise.race([answer, sleep(ANSWER_MS, undefined, { ref: false })])
    },
    close: () => socket.close(),
  }
}
