import { type Limits, PLATFORM } from '../platform/limits.ts'
import { SWEEP_DIALS, type SweepDials } from '../../src/inbox/index.ts'
import { INTAKE_DIALS, type IntakeDials } from '../../src/intake/index.ts'
import { LANE_DIALS, type LaneDials } from '../../src/lane/index.ts'
import { PULLER_DIALS, type PullerDials } from '../../src/pull/index.ts'
import { REPLAY_DIALS, type ReplayDials } from '../../src/replay/index.ts'
import { STATISTICS_DIALS, type StatisticsDials } from '../../src/statistics/index.ts'
import { WAREHOUSE_DIALS, type WarehouseDials } from '../../src/warehouse/index.ts'

/** How long is long in a run: as on the platform, or so short that it happens within its minutes. */
export interface Dials {
  intake: IntakeDials
  sweep: SweepDials
  lane: LaneDials
  replay: ReplayDials
  statistics: StatisticsDials
  warehouse: WarehouseDials
  puller: PullerDials
}

/** A page or two a step, and no pause that a run would not see the end of. */
const PULLER: PullerDials = {
  ...PULLER_DIALS,
  stepMs: 500,
  patienceMs: 60_000,
  pauseMs: 2_000,
  longestPauseMs: 30_000,
  overlapMs: 5_000,
}

/** Its loads have a few events each, and so many calls in a step of the platform's. */
const WAREHOUSE_STEP_MS = 150

export const LONG: Dials = {
  intake: INTAKE_DIALS,
  sweep: SWEEP_DIALS,
  lane: LANE_DIALS,
  replay: REPLAY_DIALS,
  statistics: STATISTICS_DIALS,
  warehouse: { ...WAREHOUSE_DIALS, stepMs: WAREHOUSE_STEP_MS },
  puller: PULLER,
}

/** What takes a day, an hour or a thousand rows on the platform. Their order of size is the same. */
export const SHORT: Dials = {
  intake: {
    windowMs: 130_000,
    windowRows: 5,
    staleMs: 20_000,
    repeatMs: 100_000,
    liveMs: 100_000,
    segmentRows: 3,
    segmentChars: 20_000,
    segmentIds: 50,
    segmentsAtOnce: 2,
    partRows: 10,
    generation: 24,
    acceptGeneration: 12,
    // One new id in ten has to be looked up.
    filterBits: 6,
    orphanAgeMs: 60_000,
    orphanEveryMs: 20_000,
    orphanPages: 2,
  },
  sweep: { oldestMs: 200_000, staleMs: 20_000, orphanAgeMs: 60_000, orphanEveryMs: 20_000, orphanPages: 2 },
  // Minutes of which an hour is made must divide a quarter of an hour, and that two hours.
  lane: {
    deadMs: LANE_DIALS.deadMs,
    hourMinutes: 3,
    minutesMs: 9 * 60_000,
    hoursMs: 21 * 60_000,
    healthMs: 10_000,
    keptMs: LANE_DIALS.keptMs,
    progress: null,
    ways: { slotMs: 60_000, hourSlots: 3, rowHours: 2, slotsMs: 6 * 60_000, hoursMs: 60 * 60_000 },
  },
  replay: { ...REPLAY_DIALS, stepEvents: 10, mostWaiting: 20 },
  statistics: { ...STATISTICS_DIALS, stepChunks: 3, portionChunks: 1, portionProperties: 2, publishMs: 20_000 },
  warehouse: {
    ...WAREHOUSE_DIALS,
    stepMs: WAREHOUSE_STEP_MS,
    chunks: 2,
    callMs: 20_000,
    patienceMs: 60_000,
    pauseMs: 5_000,
    lookMs: 60_000,
  },
  puller: PULLER,
}

/** Bytes of a lane's rows where words are too much for them: what no outcome depends on is the larger part. */
export const WORDLESS_ROW_BYTES = 12_000

/** The platform's limits, some of them so near that a run comes to them. */
export const TIGHT: Limits = {
  ...PLATFORM,
  storageBytes: 400_000,
  rowBytes: 100_000,
  // What an archive object says of itself takes 166 at most, one of objects 174, however large it is.
  r2MetadataBytes: 174,
  r2KeyBytes: 100,
  calls: 1_000,
  // What an invocation and an object's call have been seen to take is 150 and 6.
  cpuMs: 600,
  objectCpuMs: 12,
}
