import { once } from 'node:events'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type { Context } from '../../context.ts'
import {
  type Answer,
  ConnectionLost,
  type ConnectionTarget,
  type Phase,
  type PostgresConnection,
  TIMEOUTS_MS,
} from './connection.ts'
import { WorkerSocket } from './socket.ts'

/** Of the clock that looks whether a step takes too long. */
const TICK_MS = 1_000

const IN_WORKERS = navigator.userAgent === 'Cloudflare-Workers'

/** `pg` and `pg-copy-streams` as a connection. Loaded by whoever opens one, so that no other isolate pays for it. */
export async function openClient(target: ConnectionTarget, ctx: Context): Promise<PostgresConnection> {
  const client = new Client(target, ctx)
  await client.open()
  return client
}

/** What `pg` has, beyond its types. */
type Inner = pg.Client & { connection: { stream: { destroy(error?: Error): void; encrypted?: boolean } } }

class Client implements PostgresConnection {
  readonly #pg: Inner
  readonly #socket: WorkerSocket | null
  readonly #ctx: Context
  /** When the step that is under way is over, in milliseconds; `null`: there is none. */
  #deadline: number | null = null
  #timedOut = false
  #phase: Phase = 'connecting'
  #ended = false

  constructor({ host, port, database, username, password, tls }: ConnectionTarget, ctx: Context) {
    this.#ctx = ctx
    this.#socket = IN_WORKERS ? new WorkerSocket(tls) : null
    this.#pg = new pg.Client({
      host,
      port,
      database,
      user: username,
      password,
      ssl: tls ? { rejectUnauthorized: true } : false,
      application_name: 'sluice',
      // What is not read here needs no objects: numbers, dates and JSON stay the text that the server sends.
      types: { getTypeParser: () => (text: unknown) => text },
      ...(this.#socket && { stream: () => this.#socket as never }),
    })
    // Whoever waits for an answer hears it from there; nobody else has to.
    this.#pg.on('error', () => undefined)
  }

  async open(): Promise<void> {
    void this.#watch()
    try {
      await this.#step(TIMEOUTS_MS.open, () => this.#pg.connect())
      this.#phase = 'open'
    } catch (error) {
      await this.end()
      throw error
    }
  }

  async query(text: string, values?: readonly unknown[], ms: number = TIMEOUTS_MS.statement): Promise<Answer[]> {
    const answer = await this.#step(ms, () => this.#pg.query(text, values && [...values]))
    // Of several statements there are several answers, which the types do not know.
    return [answer].flat().map(({ rows, rowCount }) => ({ rows: rows as Answer['rows'], count: rowCount ?? 0 }))
  }

  async copy(statement: string, pieces: Iterable<string>): Promise<void> {
    const stream = this.#pg.query(from(statement))
    const failed = new Promise<never>((_, reject) => stream.once('error', reject))
    failed.catch(() => undefined)
    for (const piece of pieces) {
      if (stream.write(piece)) continue
      await this.#step(TIMEOUTS_MS.piece, () => Promise.race([once(stream, 'drain'), failed]))
    }
    await this.#step(TIMEOUTS_MS.statement, () => {
      const finished = once(stream, 'finish')
      stream.end()
      return Promise.race([finished, failed])
    })
  }

  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    const { connection } = this.#pg
    // A server that does not answer any more is not waited for.
    const over = Promise.race([this.#pg.end(), this.#ctx.sleep(TICK_MS)])
    await over.catch(() => undefined)
    connection.stream.destroy()
  }

  async #step<T>(ms: number, run: () => Promise<T>): Promise<T> {
    this.#deadline = this.#ctx.now() + ms
    try {
      return await run()
    } catch (error) {
      if (isServers(error)) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new ConnectionLost(this.#socketPhase(why), this.#timedOut, why, { cause: error })
    } finally {
      this.#deadline = null
    }
  }

  /** One clock for all steps: a timer for each would outlive it. */
  async #watch(): Promise<void> {
    while (!this.#ended) {
      await this.#ctx.sleep(TICK_MS)
      if (this.#deadline === null || this.#ctx.now() < this.#deadline) continue
      this.#timedOut = true
      this.#pg.connection.stream.destroy(new Error('the server did not answer in time'))
      return
    }
  }

  #socketPhase(why: string): Phase {
    if (this.#phase === 'open') return 'open'
    if (this.#socket) return this.#socket.phase
    return /certificate|self-signed|SSL|TLS|altnames/i.test(why) ? 'tls' : 'connecting'
  }
}

/** An error that the server sent has one of its five-letter codes. */
function isServers(error: unknown): boolean {
  return error instanceof pg.DatabaseError
}
