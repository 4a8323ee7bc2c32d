import type { Context } from '../context.ts'
import type { StrayNote, SweepRemote } from '../inbox/index.ts'

export interface StrayDeps {
  ctx: Context
  sweep(): SweepRemote
}

/** How often an isolate says what it has counted. */
const EVERY_MS = 10_000
/** Addresses that are told apart meanwhile; the others are counted as one. */
const MOST = 20
const OTHERS = '/…'

/** Requests that went astray, counted in the isolate and told at most every ten seconds: a flood of them costs no more. */
export class StrayTally {
  readonly #deps: StrayDeps
  readonly #notes = new Map<string, StrayNote>()
  /** When it is told, or was. */
  #tellsAt = -Infinity

  constructor(deps: StrayDeps) {
    this.#deps = deps
  }

  /** For `waitUntil`: when it is this request's turn to tell, resolves when it has. Never rejects. */
  async add(path: string, sourceId: string | undefined): Promise<void> {
    this.#count(path, sourceId)
    const { ctx } = this.#deps
    const now = ctx.now()
    // Another waits to tell it. Should that one be cancelled, the next after its time takes its turn.
    if (now < this.#tellsAt) return
    this.#tellsAt = Math.max(now, this.#tellsAt + EVERY_MS)
    if (this.#tellsAt > now) await ctx.sleep(this.#tellsAt - now)
    await this.#tell()
  }

  #count(path: string, sourceId: string | undefined): void {
    const key = `${sourceId ?? ''} ${path}`
    const known = this.#notes.get(key)
    if (known) known.requests++
    else if (this.#notes.size < MOST || path === OTHERS)
      this.#notes.set(key, { path, requests: 1, ...(sourceId !== undefined && { sourceId }) })
    else this.#count(OTHERS, undefined)
  }

  async #tell(): Promise<void> {
    const { ctx, sweep } = this.#deps
    const notes = [...this.#notes.values()]
    this.#notes.clear()
    try {
      await sweep().noteStrays(notes)
    } catch (error) {
      ctx.log('warn', 'requests that went astray are not written down', { error: String(error) })
    }
  }
}
