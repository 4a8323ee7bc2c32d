/** As the inspector has it (Chrome DevTools Protocol, `Profiler.Profile`): self times, in microseconds. */
interface Profile {
  nodes: readonly { id: number; callFrame: { functionName: string; lineNumber: number; scriptId: string } }[]
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
const MOST_ROOMS = 12
/** Not working: waiting for sockets, or for a turn. */
const IDLE = new Set(['(idle)', '(root)'])

/** Self times of what a Worker that is inspected does in a run, the largest first. */
export async function profileOf(
  { inspectorPort }: { inspectorPort: number | undefined },
  run: () => Promise<void>,
): Promise<Spent[]> {
  if (inspectorPort === undefined) throw new Error('this Worker is not inspected')
  const session = await openSession(inspectorPort)
  try {
    const fileAt = await filesOf(session)
    await session.ask('Profiler.enable')
    await session.ask('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_US })
    await session.ask('Profiler.start')
    await run()
    const { profile } = (await session.ask('Profiler.stop')) as { profile: Profile }
    return spentIn(profile, fileAt)
  } finally {
    session.close()
  }
}

/** How much of it was spent in which room of `src`, the most first; of what is not ours, by who it is. */
export function sharesByRoom(spent: readonly Spent[]): string {
  const rooms = new Map<string, number>()
  for (const one of spent) rooms.set(roomOf(one), (rooms.get(roomOf(one)) ?? 0) + one.ms)
  const all = spent.reduce((sum, { ms }) => sum + ms, 0)
  const most = [...rooms].toSorted(([, a], [, b]) => b - a).slice(0, MOST_ROOMS)
  return most.map(([room, ms]) => `${room} ${((100 * ms) / all).toFixed(1)} %`).join(', ')
}

function roomOf({ name, file }: Spent): string {
  if (file === null) return name.startsWith('(') ? name.slice(1, -1) : `the runtime’s ${name}`
  return file.startsWith('src/') ? (file.split('/')[1] ?? file).replace(/\.ts$/, '') : 'packages'
}

function spentIn({ nodes, samples, timeDeltas }: Profile, fileAt: FileAt): Spent[] {
  const selfUs = new Map<number, number>()
  for (const [n, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[n] ?? 0))
  const spent = new Map<string, Spent>()
  for (const { id, callFrame } of nodes) {
    const us = selfUs.get(id)
    if (us === undefined || IDLE.has(callFrame.functionName)) continue
    const file = fileAt(callFrame.scriptId, callFrame.lineNumber)
    const name = callFrame.functionName || '(anonymous)'
    const key = `${file} ${name}`
    const one = spent.get(key) ?? { ms: 0, name, file }
    one.ms += us / 1_000
    spent.set(key, one)
  }
  return [...spent.values()].toSorted((a, b) => b.ms - a.ms)
}

type FileAt = (script: string, line: number) => string | null

async function filesOf(session: Session): Promise<FileAt> {
  const scripts = session.heard('Debugger.scriptParsed')
  await session.ask('Debugger.enable')
  const begins = new Map<string, { line: number; file: string }[]>()
  for (const { scriptId } of scripts as { scriptId: string }[]) {
    const { scriptSource } = (await session.ask('Debugger.getScriptSource', { scriptId })) as { scriptSource: string }
    begins.set(scriptId, filesIn(scriptSource))
  }
  await session.ask('Debugger.disable')
  return (script, line) => begins.get(script)?.findLast((one) => one.line <= line)?.file ?? null
}

/** The bundler writes the path of each file above its code. */
function filesIn(code: string): { line: number; file: string }[] {
  return code.split('\n').flatMap((text, line) => {
    const file = /^\/\/ ((?:src|bench|node_modules)\/\S+)$/.exec(text)?.[1]
    return file ? [{ line, file }] : []
  })
}

interface Session {
  ask(method: string, params?: object): Promise<unknown>
  /** What is said of this from now on. */
  heard(event: string): readonly unknown[]
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
  const listening = new Map<string, unknown[]>()
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as { id?: number; result?: unknown; method?: string; params?: unknown }
    if (message.id !== undefined) asked.get(message.id)?.(message.result)
    else listening.get(message.method ?? '')?.push(message.params)
  })
  let last = 0
  return {
    ask: (method, params = {}) =>
      new Promise((done) => {
        asked.set(++last, done)
        socket.send(JSON.stringify({ id: last, method, params }))
      }),
    heard: (event) => {
      const said: unknown[] = []
      listening.set(event, said)
      return said
    },
    close: () => socket.close(),
  }
}
