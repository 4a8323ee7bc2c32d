import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import { cutGrant } from './cut-grant.ts'
import type { Due } from './due.ts'
import { indexesOf, setOf } from './event-set.ts'
import type { Pace } from './pace.ts'
import type { Grant } from './protocol.ts'
import type { LaneConfig } from '../settings/index.ts'
import { originLog } from './work.ts'

/** A lease outlasts window and request timeout by this much, for the settlement to arrive. */
const LEASE_MARGIN_MS = 5_000

/** Puts a lease on the first events of a group, at most `size`; the rest becomes a group of its own. */
export function makeGrant(
  { work, group }: Due,
  pace: Pace,
  { size, probe, tried, config }: { size: number; probe: boolean; tried: boolean; config: LaneConfig },
  ctx: Context,
): Grant {
  const part = work.parts[group.part]
  if (!part) throw new Error(`work ${work.id} has no part ${group.part}`)
  const { events, rest, chunks, first } = cutGrant(indexesOf(group.events), part, Math.min(pace.maxEvents, size))
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
    ...(probe && { probe }),
    ...(tried && { tried }),
  }
  return {
    work: work.id,
    lease: group.lease.id,
    log: originLog(work),
    seq: part.seq,
    key: part.key,
    chunks,
    first,
    events,
    attempt: group.attempt,
    rate: pace.nextAt === undefined ? pace.rate : null,
    windowMs,
    version: config.version,
  }
}
