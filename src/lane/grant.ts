import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import { cutBatches, FEW_BYTES, GRANT_BYTES, grantPieces } from './batches.ts'
import { cutGrant, FEW_MEMBERS } from './cut-grant.ts'
import type { Due } from './due.ts'
import { indexesOf, setOf } from './event-set.ts'
import { ofGeneration } from './generation.ts'
import { CONNECTIONS } from './own-pace.ts'
import type { Pace } from './pace.ts'
import type { Grant, ProgressTerms } from './protocol.ts'
import type { BatchTerms, LaneConfig } from '../settings/index.ts'
import { type Group, originLog, type WorkPart } from './work.ts'

/** A lease outlasts window and request timeout by this much, for the settlement to arrive. */
const LEASE_MARGIN_MS = 5_000

/** What a grant goes by beside the pace. */
interface GrantTerms {
  /** Events at most; of batches one goes in any case. */
  size: number
  /** There are many workers: fewer members of the archive than usual. */
  few: boolean
  restMs?: number | undefined
  progress: ProgressTerms | null
  /** Milliseconds that its worker has to come for it. */
  keptMs: number
  probe: boolean
  tried: boolean
  config: LaneConfig
}

/** The first events of a group, so many requests, and where they are read. */
interface CutGroup extends Pick<Grant, 'seq' | 'key' | 'chunks' | 'first' | 'events' | 'pieces'> {
  rest: number[]
  cuts: number[]
  requests: number
}

/** Of batches that were put together and are sent no longer as such, each event is one. */
const SINGLE: BatchTerms = { maxEvents: 1, maxBytes: 0, maxWaitMs: 0 }

/** Puts a lease on the first events of a group, at most `size`; the rest becomes a group of its own. */
export function makeGrant(
  { work, group }: Due,
  pace: Pace,
  { size, few, restMs, progress, keptMs, probe, tried, config }: GrantTerms,
  ctx: Context,
): Grant {
  const part = work.parts[group.part]
  if (!part) throw new Error(`work ${work.id} has no part ${group.part}`)
  const { events, rest, requests, cuts, ...read } = cut(group, part, config, { requests: pace.maxRequests, size, few })
  delete group.waits
  if (rest.length > 0) {
    work.groups.splice(work.groups.indexOf(group) + 1, 0, { ...group, events: setOf(rest) })
    group.events = setOf(events)
  }
  const { batch } = config
  if (batch) group.cuts = cuts
  const windowMs = pace.windowMs(requests)
  const now = ctx.now()
  group.lease = {
    id: randomId(ctx, '', 16),
    at: now,
    until: now + keptMs + windowMs + config.timeoutMs + LEASE_MARGIN_MS,
    rate: pace.rate ?? 0,
    ...ofGeneration(ctx),
    ...(pace.parallel < CONNECTIONS && { parallel: pace.parallel }),
    ...(probe && { probe }),
    ...(tried && { tried }),
  }
  return {
    work: work.id,
    part: group.part,
    lease: group.lease.id,
    log: originLog(work),
    ...read,
    events,
    ...(batch && { batches: { cuts, maxBytes: batch.maxBytes, ...(pace.maxRequests === 1 && { single: true }) } }),
    attempt: group.attempt,
    rate: pace.nextAt === undefined ? pace.rate : null,
    parallel: pace.parallel,
    ...(restMs !== undefined && { restMs }),
    ...(progress && { progress }),
    windowMs,
    version: config.version,
  }
}

function cut(
  group: Group,
  part: WorkPart,
  { batch }: LaneConfig,
  { requests: most, size, few }: { requests: number; size: number; few: boolean },
): CutGroup {
  const { seq, key } = part
  if (!batch && !part.more) {
    const members = few ? FEW_MEMBERS : undefined
    const { events, rest, chunks, first } = cutGrant(indexesOf(group.events), part, Math.min(most, size), members)
    return { seq, key, chunks, first, events, rest, cuts: [], requests: events.length }
  }
  const bytes = few ? FEW_BYTES : GRANT_BYTES
  const taken = cutBatches(group, part, batch ?? SINGLE, { requests: most, events: size, bytes })
  const pieces = grantPieces(part, taken.events)
  const [{ chunks, first } = { chunks: [], first: 0 }] = pieces
  // A settlement is told by its part and the row that this begins with.
  return { ...taken, seq, key, chunks, first, ...(part.more && { pieces }) }
}
