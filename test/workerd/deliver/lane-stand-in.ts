import { env } from 'cloudflare:workers'
import { writeBatch } from '../../../src/archive/index.ts'
import type { Context, OutgoingRequest } from '../../../src/context.ts'
import { type DeliverDeps, runLane } from '../../../src/deliver/run.ts'
import type { Grant, LaneRemote, GrantProgress, Settlement } from '../../../src/lane/index.ts'
import { openDatabase, type SettingsCache } from '../../../src/settings/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { direct, newEvent, ticking, virtual } from './stand-ins.ts'

/** A lane that gives out what it was told to, and keeps what it is told. */
export class LaneStandIn implements LaneRemote {
  readonly settled: { settlement: Settlement; next: boolean }[] = []
  readonly told: GrantProgress[] = []
  taken = 0
  /** What the next calls of `settle` throw. */
  readonly failures: Error[] = []
  readonly #grants: Grant[]
  readonly #before: () => Promise<void>

  /** `before` runs before every answer. */
  constructor(grants: readonly Grant[], before: () => Promise<void> = () => Promise.resolve()) {
    this.#grants = [...grants]
    this.#before = before
  }

  async take(): Promise<Grant | null> {
    this.taken++
    await this.#before()
    return this.#grants.shift() ?? null
  }

  async settle(settlement: Settlement, next: boolean): Promise<Grant | null> {
    await this.#before()
    this.settled.push({ settlement, next })
    const failure = this.failures.shift()
    if (failure) throw failure
    return next ? (this.#grants.shift() ?? null) : null
  }

  async progress(progress: GrantProgress): Promise<void> {
    await this.#before()
    this.told.push(progress)
  }

  register = notAsked
  endLog = notAsked
  configure = notAsked
  ledger = notAsked
  metrics = notAsked
  ways = notAsked
  past = notAsked
  deadLetters = notAsked
  deadLetter = notAsked
  redrive = notAsked
  redrives = notAsked
  cancelRedrive = notAsked
  traceOf = notAsked
  nudge = notAsked
  tryNow = notAsked
  receiverIsBack = notAsked
  permit = notAsked
  report = notAsked
  forget = notAsked

  /** Each settled result as `kind code: events`. */
  get outcomes(): string[] {
    return this.settled.flatMap(({ settlement }) =>
      settlement.results.map(({ outcome, events }) => {
        const code = 'code' in outcome ? ` ${outcome.code}` : ''
        return `${outcome.kind}${code}: ${events.join(' ')}`
      }),
    )
  }
}

function notAsked(): never {
  throw new Error('a worker does not ask for this')
}

let batches = 0

/** A batch in the archive of `count` events, one of them `damaged` if a test wants it, and a grant of all of them. */
export async function grantOf(count: number, facts: Partial<Grant> = {}, damaged = -1): Promise<Grant> {
  const lines = Array.from({ length: count }, (_, index) =>
    index === damaged ? '{"type":' : JSON.stringify(newEvent({ messageId: `m${index}` })),
  )
  const at = new Date(Date.UTC(2030, 0, 1) + batches++).toISOString()
  const batch = `${Date.parse(at)}-standin${batches}`
  const { key, chunks } = await writeBatch(
    env.ARCHIVE,
    { source: 'src_1', batch, firstReceivedAt: at, lastReceivedAt: at },
    lines,
  )
  return {
    work: 1,
    lease: `lease-${batches}`,
    log: 'src_1',
    seq: batches,
    key,
    chunks,
    first: 0,
    events: lines.map((_, index) => index),
    attempt: 0,
    rate: null,
    windowMs: 5_000,
    version: 1,
    ...facts,
  }
}

type Answer = (request: OutgoingRequest, ctx: Context, event: SpecEvent) => Promise<Response> | Response

/** Runs a worker for a lane to its end, on its own clock. */
export async function work(
  lane: (sleep: (ms: number) => Promise<void>) => LaneRemote,
  answer: Answer = () => new Response('ok'),
  deps: Partial<Pick<DeliverDeps, 'archive' | 'lane' | 'db'>> & { target?: () => Promise<unknown> } = {},
  destination = 'dst_2',
) {
  const world = virtual((request) => answer(request, world.ctx, JSON.parse(request.body) as SpecEvent))
  const { sleep, run } = ticking(world.clock)
  world.ctx.sleep = sleep
  const began = world.clock.now
  const remote = lane(sleep)
  const { target = () => Promise.resolve(direct()), ...others } = deps
  const settings = { target, invalidate: () => undefined } as unknown as SettingsCache
  const db = openDatabase(env.DB, undefined, world.ctx)
  const all = { ctx: world.ctx, db, archive: env.ARCHIVE, settings, lane: () => remote, allowLocal: false, ...others }
  await run(runLane({ lane: destination }, all))
  return {
    sent: world.sent.map(({ body, at }) => ({ id: (JSON.parse(body) as SpecEvent).messageId, at: at - began })),
    logged: world.logged,
    took: world.clock.now - began,
  }
}
