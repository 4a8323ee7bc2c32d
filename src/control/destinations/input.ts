import * as v from 'valibot'
import { SCHEDULE_NAMES } from '../../settings/index.ts'
import { EVENT_TYPES, isObject, type JsonObject } from '../../event/index.ts'
import { flag, maxInFlight, mode, name, rate, settings } from '../input.ts'

const DAY_SECONDS = 86_400
const seconds = (most: number) =>
  v.pipe(
    v.number('Must be a number.'),
    v.minValue(0, 'Must not be negative.'),
    v.maxValue(most, `At most ${most} seconds.`),
  )
const workers = v.pipe(
  v.number('Must be a number.'),
  v.integer('Must be a whole number.'),
  v.minValue(1, 'At least 1.'),
  v.maxValue(50, 'At most 50.'),
)
/** Workers; `null`: it finds its own pace. */
const concurrency = v.nullable(workers)

const customSchedule = v.pipe(
  v.strictObject({
    delaysSeconds: v.pipe(
      v.array(seconds(7 * DAY_SECONDS), 'Must be a list of seconds.'),
      v.minLength(1, 'At least one attempt.'),
      v.maxLength(50, 'At most 50 attempts.'),
    ),
    ageSeconds: v.pipe(seconds(30 * DAY_SECONDS), v.minValue(1, 'At least 1 second.')),
  }),
  v.forward(
    v.check(
      ({ delaysSeconds, ageSeconds }) => delaysSeconds.reduce((a, b) => a + b, 0) <= ageSeconds,
      'Must be at least the sum of the delays.',
    ),
    ['ageSeconds'],
  ),
)
const schedule = v.lazy((input) =>
  typeof input === 'object' && input !== null
    ? customSchedule
    : v.picklist(SCHEDULE_NAMES, `Must be ${SCHEDULE_NAMES.join(', ')}, or delaysSeconds and ageSeconds.`),
)

/** Where its integration listens, by id of those that it offers; `null`: none is chosen. */
const region = v.nullable(v.string('Must be text.'))

export const newDestination = v.strictObject({
  sourceId: v.string('Must be text.'),
  metadataId: v.string('Must be text.'),
  name: v.optional(name),
  anyway: v.optional(flag),
  enabled: v.optional(flag, true),
  paused: v.optional(flag),
  settings: v.optional(settings, {}),
  mode: v.optional(mode),
  region: v.optional(region),
  rate: v.optional(rate),
  concurrency: v.optional(concurrency),
  maxInFlight: v.optional(maxInFlight),
  schedule: v.optional(schedule),
})

export const destinationChanges = v.strictObject({
  name: v.optional(name),
  enabled: v.optional(flag),
  paused: v.optional(flag),
  settings: v.optional(settings),
  mode: v.optional(mode),
  region: v.optional(region),
  rate: v.optional(rate),
  concurrency: v.optional(concurrency),
  maxInFlight: v.optional(maxInFlight),
  schedule: v.optional(schedule),
})

/** One event to a destination, of a type or of the caller's own. */
export const testEvent = v.pipe(
  v.strictObject({
    type: v.optional(v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`)),
    event: v.optional(v.custom<JsonObject>(isObject, 'Must be an object.')),
  }),
  v.check(({ type, event }) => type === undefined || event === undefined, 'Say one: type, for a sample, or event.'),
)
