import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { getPlatformProxy } from 'wrangler'
import { patient } from './local.ts'

/** Uniform in [0, 1), the same sequence for the same seed (mulberry32). */
export type Random = () => number

export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1))
}

/** When each event came to a receiver: one time an arrival. */
export type Arrivals = Map<string, number[]>

/** A receiver that takes a little while for each answer, and keeps when each messageId came. */
export async function slowReceiver(random: Random) {
  const arrivals: Arrivals = new Map()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    // Does not come when the sender died within its request.
    request.on('end', () => {
      const { messageId } = JSON.parse(Buffer.concat(parts).toString()) as { messageId: string }
      const times = arrivals.get(messageId)
      if (times) times.push(Date.now())
      else arrivals.set(messageId, [Date.now()])
      setTimeout(() => response.end(), between(random, 10, 50))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals, close }
}

interface Batch {
  path: string
  body: string
  ids: string[]
}

/** What the sender knows: everything it sent, and when it was told that an event is accepted. */
export class Sender {
  readonly sent = new Set<string>()
  readonly acked = new Map<string, number>()
  /** Replies that were complete and no success: there should be none. */
  readonly refused: string[] = []
  /** Requests that are sent and not answered yet. */
  inFlight = 0
  /** Requests that were cut off by a kill. */
  cutOff = 0
  /** Of those, the ones that were sent again, as an SDK does. */
  repeated = 0
  readonly #url: string
  readonly #authorization: string
  readonly #random: Random
  #unanswered: Batch[] = []
  #running = false

  constructor(url: string, writeKey: string, random: Random) {
    this.#url = url
    this.#authorization = `Basic ${btoa(`${writeKey}:`)}`
    this.#random = random
  }

  /** Keeps `connections` requests on their way until `stop`; resolves when each has an answer or is cut off. */
  async run(connections: number): Promise<void> {
    // Every other one that was cut off is sent again, with the same ids; the others may or may not have arrived.
    const again = this.#unanswered.splice(0).filter(() => this.#random() < 0.5)
    this.repeated += again.length
    this.#running = true
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const connection = async () => {
      while (this.#running && (await this.#send(again.pop() ?? this.#newBatch(), agent)));
    }
    await Promise.all(Array.from({ length: connections }, connection))
    agent.destroy()
  }

  stop(): void {
    this.#running = false
  }

  /** `false`: the connection broke. */
  async #send(batch: Batch, agent: Agent): Promise<boolean> {
    for (const id of batch.ids) this.sent.add(id)
    const reply = await this.#post(batch, agent)
    if (reply === undefined) {
      this.#unanswered.push(batch)
      this.cutOff++
      return false
    }
    if (reply === '200 {"success":true}') for (const id of batch.ids) this.acked.set(id, Date.now())
    else this.refused.push(reply)
    return true
  }

  /** Status and text of a complete reply, `undefined` when there was none. */
  #post({ path, body }: Batch, agent: Agent): Promise<string | undefined> {
    return new Promise((done) => {
      let counted = false
      const end = (reply?: string) => {
        if (counted) this.inFlight--
        counted = false
        done(reply)
      }
      const headers = { Authorization: this.#authorization, 'Content-Type': 'application/json' }
      const sending = request(this.#url + path, { method: 'POST', agent, headers }, (response) => {
        let text = ''
        response.on('data', (part: Buffer) => (text += part.toString()))
        response.once('close', () => end(response.complete ? `${response.statusCode} ${text}` : undefined))
        response.once('error', () => end())
      })
      // Sent as far as this process can tell: the system has all of it.
      sending.once('finish', () => {
        this.inFlight++
        counted = true
      })
      sending.once('error', () => end())
      sending.end(body)
    })
  }

  #newBatch(): Batch {
    const count = this.#random() < 0.7 ? between(this.#random, 2, 4) : 1
    const ids = Array.from({ length: count }, (_, at) => `kill-${this.sent.size + at}-${between(this.#random, 0, 1e9)}`)
    // Known at once, so that two connections do not give the same number.
    for (const id of ids) this.sent.add(id)
    const events = ids.map((messageId) => ({ type: 'track', event: 'Killed', userId: 'u1', messageId }))
    return count === 1
      ? { path: '/v1/track', body: JSON.stringify(events[0]), ids }
      : { path: '/v1/batch', body: JSON.stringify({ batch: events }), ids }
  }
}

interface Process {
  pid: number
  parent: number
  zombie: boolean
  args: string
}

function processes(): Process[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap((line) => {
    const [, pid, parent, stat, args] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? []
    return stat === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), zombie: stat.startsWith('Z'), args: args ?? '' }]
  })
}

/** A process and all that descends from it, whatever group they are in. */
export function treeOf(root: number): number[] {
  const all = processes()
  const tree = [root]
  // Grows while it is walked.
  for (const parent of tree) for (const one of all) if (one.parent === parent) tree.push(one.pid)
  return tree
}

/** Which of `pids` still run, or anything else that was told of `dir`. */
export function stillAlive(pids: readonly number[], dir: string): string[] {
  const left = processes().filter(({ pid, zombie, args }) => !zombie && (pids.includes(pid) || args.includes(dir)))
  return left.map(({ pid, args }) => `${pid} ${args}`)
}

/** All at once: nothing between the first and the last, not even a turn of this process. One may have ended by itself. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Looks every `ms` until `look` says true; `false` when that takes longer than `atMost` on a machine that is free. */
export async function waitFor(look: () => boolean | Promise<boolean>, atMost: number, ms = 20): Promise<boolean> {
  for (const end = Date.now() + patient(atMost); Date.now() < end; await sleep(ms)) if (await look()) return true
  return false
}

/** `work` for each item, some at the same time. */
export async function forAll<T>(items: Iterable<T>, work: (item: T) => Promise<void>, parallel = 20): Promise<void> {
  const left = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

/** The lines of archive objects, read from the state that a stopped platform has left. */
export async function readArchive(data: string, keys: Iterable<string>): Promise<Map<string, string[]>> {
  const configPath = join(data, 'reader.toml')
  await writeFile(
    configPath,
    'name = "reader"\ncompatibility_date = "2026-10-20"\n[[r2_buckets]]\nbinding = "ARCHIVE"\n',
  )
  const persist = { path: join(data, 'state', 'v3') }
  const { env, dispose } = await getPlatformProxy<{ ARCHIVE: R2Bucket }>({ configPath, persist, envFiles: [] })
  try {
    const objects = new Map<string, string[]>()
    await forAll(keys, async (key) => {
      const object = await env.ARCHIVE.get(key)
      const text = object ? gunzipSync(Buffer.from(await object.arrayBuffer())).toString() : ''
      objects.set(key, text.split('\n').filter(Boolean))
    })
    return objects
  } finally {
    await dispose()
  }
}
