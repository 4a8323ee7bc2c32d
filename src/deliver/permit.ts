import type { WakeUp } from '../env.ts'
import type { GrantLimits, LaneRemote, Permit, Settlement } from '../lane/index.ts'

/** Whether a worker may go on with a lane, and how fast: at the pace of the lane alone, or within a permit of another. */
export interface Leave {
  /** Milliseconds after which no further grant is asked for; `null`: as long as any worker may. */
  runMs: number | null
  /** What its grants may be at most; absent: what the lane itself gives. */
  within?: GrantLimits
  /** Told of each settlement; whether the worker may go on. */
  report(settlement: Settlement): Promise<boolean>
  end(): Promise<void>
}

const FREE: Leave = {
  runMs: null,
  report: () => Promise.resolve(true),
  end: () => Promise.resolve(),
}

/**
 * The leave to work for a lane. That of a replay has to have a permit of its destination's lane, which also hears what the
 * receiver says; `null`: it gives none now, and the replay's lane asks again by its alarm.
 */
export async function askLeave({ lane, replay }: WakeUp, laneOf: (name: string) => LaneRemote): Promise<Leave | null> {
  if (!replay) return FREE
  const lender = laneOf(replay.destination)
  const permit = await lender.permit(lane, replay.share)
  return permit && withPermit(permit, lender)
}

function withPermit(permit: Permit, lender: LaneRemote): Leave {
  return {
    runMs: permit.runMs,
    within: {
      rate: permit.rate,
      windowMs: permit.windowMs,
      events: permit.events,
      ...(permit.parallel !== undefined && { parallel: permit.parallel }),
    },
    // After each grant, since the receiver may have asked somebody else to wait meanwhile. An answer that is lost must not cost
    // the outcomes: the worker stops, with them settled.
    report: ({ version, results, latencyMs }) =>
      lender
        .report(permit.id, { version, results, ...(latencyMs !== undefined && { latencyMs }) }, false)
        .catch(() => false),
    end: async () => void (await lender.report(permit.id, { version: 0, results: [] }, true)),
  }
}
