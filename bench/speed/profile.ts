import type { RunningWorkerd } from './workerd.ts'

/** As the inspector has it (Chrome DevTools Protocol, `Profiler.Profile`): self times, in microseconds. */
interface Profile {
  nodes: readonly { id: number; callFrame: { functionName: string; lineNumber: number; url: string } }[]
  samples: readonly number[]
  timeDeltas: readonly number[]
}

/** Where the time of a run went: a function, and the file that it stands in; without one it is of the runtime itself. */
export interface Spent {
  ms: number
  name: string
  file: string | null
}

const SAMPLED_EVERY_US = 100
/** Not working: waiting for sockets, or for a turn. */
const IDLE = new Set(['(idle)', '(root)'])

/** Self times of what an inspected Worker does in a run, the largest first. */
export async function profileOf({ inspector }: RunningWorkerd, run: () => Promise<void>): Promise<Spent[]> {
  if (!inspector) throw new Error('this Worker is not inspected')
  const session = await openSession(inspector.port)
  try {
    await session.ask('Profiler.enable')
    await session.ask('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_US })
    await session.ask('Profiler.start')
    await run()
    const { profile } = (await session.ask('Profiler.stop')) as { profile: Profile }
    return spentIn(profile, filesOf(inspector.code))
  } finally {
    session.close()
  }
}

function spentIn({ nodes, samples, timeDeltas }: Profile, fileAt: (line: number) => string | null): Spent[] {
  const selfUs = new Map<number, number>()
  for (const [n, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[n] ?? 0))
  const spent = new Map<string, Spent>()
  for (const { id, callFrame } of nodes) {
    const us = selfUs.get(id)
    if (us === undefined || IDLE.has(callFrame.functionName)) continue
    const file = callFrame.url.endsWith('worker.js') ? fileAt(callFrame.lineNumber) : null
    const name = callFrame.functionName || '(anonymous)'
    const key = `${file} ${name}`
    const one = spent.get(key) ?? { ms: 0, name, file }
    one.ms += us / 1_000
    spent.set(key, one)
  }
  return [...spent.values()].toSorted((a, b) => b.ms - a.ms)
}

/** The bundler writes the path of each file above its code. */
function filesOf(code: string): (line: number) => string | null {
  const begins: { line: number; file: string }[] = []
  for (const [line, text] of code.split('\n').entries()) {
    const file = /^\/\/ ((?:src|bench|node_modules)\/\S+)$/.exec(text)?.[1]
    if (file) begins.push({ line, file })
  }
  return (line) => begins.findLast((one) => one.line <= line)?.file ?? null
}

interface Session {
  ask(method: string, params?: object): Promise<unknown>
  close(): void
}

async function openSession(port: number): Promise<Session> {
  const listed = await fetch(`http://127.0.0.1:${port}/json`)
  const targets = (await listed.json()) as { id: string; webSocketDebuggerUrl: string }[]
  const main = targets.find(({ id }) => id === 'main') ?? targets[0]
  if (!main) throw new Error('nothing can be inspected')
  const socket = new WebSocket(main.webSocketDebuggerUrl)
  await new Promise((done, failed) => {
    socket.addEventListener('open', done)
    socket.addEventListener('error', failed)
  })
  const asked = new Map<number, (result: unknown) => void>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown }
    if (id !== undefined) asked.get(id)?.(result)
  })
  let last = 0
  return {
    ask: (method, params = {}) =>
      new Promise((done) => {
        asked.set(++last, done)
        socket.send(JSON.stringify({ id: last, method, params }))
      }),
    close: () => socket.close(),
  }
}
