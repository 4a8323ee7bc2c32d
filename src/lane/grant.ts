import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import { cutGrant } from './cut-grant.ts'
import type { Due } from './due.ts'
import { indexesOf, setOf } from './event-set.ts'
import { ofGeneration } from './generation.ts'
import { CONNECTIONS } from './own-pace.ts'
import type { Pace } from './pace.ts'
import type { Grant, ProgressTerms } from './protocol.ts'
import type { LaneConfig } from '../settings/index.ts'
import { originLog } from './work.ts'

/** A lease outlasts window and request timeout by this much, for the settlement to arrive. */
const LEASE_MARGIN_MS = 5_000

/** What a grant goes by beside the pace. */
interface GrantTerms {
  /** Events at most. */
  size: number
  /** Members of the archive at most; absent: as many as any grant. */
  members?: number | undefined
  restMs?: number | undefined
  progress: ProgressTerms | null
  probe: boolean
  tried: boolean
  config: LaneConfig
}

/** Puts a lease on the first events of a group, at most `size`; the rest becomes a group of its own. */
export function makeGrant(
  { work, group }: Due,
  pace: Pace,
  { size, members, restMs, progress, probe, tried, config }: GrantTerms,
  ctx: Context,
): Grant {
  const part = work.parts[group.part]
  if (!part) throw new Error(`work ${work.id} has no part ${group.part}`)
  const most = Math.min(pace.maxEvents, size)
  const { events, rest, chunks, first } = cutGrant(indexesOf(group.events), part, most, members)
  if (rest.length > 0) {
    work.groups.splice(work.groups.indexOf(group) + 1, 0, { ...group, events: setOf(rest) })
    group.events = setOf(events)
  }
  const windowMs = pace.windowMs(events.length)
  const now = ctx.now()
  group.lease = {
    id: randomId(ctx, '', 16),
    at: now,
    until: now + windowMs + config.timeoutMs + LEASE_MARGIN_MS,
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
    seq: part.seq,
    key: part.key,
    chunks,
    first,
    events,
    attempt: group.attempt,
    rate: pace.nextAt === undefined ? pace.rate : null,
    parallel: pace.parallel,
    ...(restMs !== undefined && { restMs }),
    ...(progress && { progress }),
    windowMs,
    version: config.version,
  }
}
