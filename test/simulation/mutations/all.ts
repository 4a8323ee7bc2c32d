import { AT_THE_LIMITS } from './limits.ts'
import { BATCHES } from './batches.ts'
import { FIRST_GRANTS } from './first-grants.ts'
import { SPARE_ROWS } from './spare-rows.ts'
import { LONG_RULES } from './long.ts'
import type { Mutation } from './mutation.ts'
import { OBJECTS } from './objects.ts'
import { OWN_PACE } from './own-pace.ts'
import { PAST } from './past.ts'
import { REDRIVES } from './redrives.ts'
import { REPLAYS } from './replays.ts'
import { SHARED } from './shared.ts'
import { STATISTICS } from './statistics.ts'
import { TOLD } from './told.ts'
import { WITHIN_AN_INVOCATION } from './usage.ts'
import { WAITS } from './waits.ts'
import { WAREHOUSES } from './warehouses.ts'
import { WAY_IN } from './way-in.ts'
import { WAY_OUT } from './way-out.ts'

/** Every mistake that the simulation has to find. */
export const MUTATIONS: readonly Mutation[] = [
  // First, because one of them shows late: at the end of a run that never ends.
  ...REPLAYS,
  ...WAY_IN,
  ...WAY_OUT,
  ...SPARE_ROWS,
  ...FIRST_GRANTS,
  ...SHARED,
  ...OWN_PACE,
  ...BATCHES,
  ...LONG_RULES,
  ...AT_THE_LIMITS,
  ...WAITS,
  ...PAST,
  ...WITHIN_AN_INVOCATION,
  ...REDRIVES,
  ...STATISTICS,
  ...WAREHOUSES,
  ...OBJECTS,
  ...TOLD,
]
