import * as v from 'valibot'
import { isRetypable } from '../../connectors/index.ts'
import { COLUMN_TYPES } from '../../tables/index.ts'
import { DAILY_MINUTES } from '../../warehouse/index.ts'
import { flag, name, settings, timeText } from '../input.ts'

const LEAST_MINUTES = 5

const time = v.pipe(
  v.string('Must be text.'),
  v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'Must be a time of the day such as 03:30, in UTC.'),
)

/** Every so many minutes, at a time of the day where that is once a day. */
const schedule = v.strictObject({
  everyMinutes: v.pipe(
    v.number('Must be a number.'),
    v.integer('Must be a whole number.'),
    v.minValue(LEAST_MINUTES, `At least ${LEAST_MINUTES} minutes.`),
    v.maxValue(DAILY_MINUTES, `At most ${DAILY_MINUTES} minutes, which is a day.`),
  ),
  at: v.optional(time),
})

export const newWarehouse = v.strictObject({
  metadataId: v.string('Must be text.'),
  name: v.optional(name),
  enabled: v.optional(flag, true),
  settings: v.optional(settings, {}),
  schedule: v.optional(schedule),
})

export const warehouseChanges = v.strictObject({
  name: v.optional(v.nullable(name)),
  enabled: v.optional(flag),
  settings: v.optional(settings),
  schedule: v.optional(schedule),
})

/** Settings that are tried and kept nowhere. */
export const warehouseValidation = v.strictObject({
  metadataId: v.string('Must be text.'),
  settings,
})

export const newConnection = v.strictObject({ since: v.optional(v.nullable(timeText)) })

const named = (what: string) =>
  v.pipe(
    v.string('Must be text.'),
    v.nonEmpty('Must not be empty.'),
    v.maxLength(200, `${what} has at most 200 letters.`),
  )

/** What is loaded of sources, and what is not: of a whole source, of a table, or of a column. */
export const selectiveSyncChanges = v.strictObject({
  syncOverrides: v.pipe(
    v.array(
      v.pipe(
        v.strictObject({
          sourceId: v.string('Must be text.'),
          collection: v.optional(named('A collection')),
          property: v.optional(named('A property')),
          enabled: flag,
        }),
        v.forward(
          v.check(
            ({ collection, property }) => property === undefined || collection !== undefined,
            'A property is one of a collection: say which.',
          ),
          ['collection'],
        ),
      ),
      'Must be a list.',
    ),
    v.minLength(1, 'At least one.'),
    v.maxLength(1_000, 'At most 1,000 at a time.'),
  ),
})

const zone = v.pipe(
  v.string('Must be text.'),
  v.check(isTimeZone, 'Must be the name of a time zone, such as Europe/Berlin or UTC.'),
)

/** In the shape of Segment's Public API: hours of the day in a time zone. */
export const advancedSchedule = v.pipe(
  v.strictObject({
    enabled: flag,
    schedule: v.optional(
      v.strictObject({
        times: v.pipe(
          v.array(
            v.strictObject({
              hourOfDay: v.pipe(
                v.number('Must be a number.'),
                v.integer('Must be a whole number.'),
                v.minValue(0, 'An hour of the day is 0 to 23.'),
                v.maxValue(23, 'An hour of the day is 0 to 23.'),
              ),
              enabled: flag,
            }),
            'Must be a list.',
          ),
          v.maxLength(24, 'At most 24 hours.'),
        ),
        timezone: zone,
      }),
    ),
  }),
  v.forward(
    v.check(
      ({ enabled, schedule: given }) => !enabled || given?.times.some((one) => one.enabled) === true,
      'At least one hour has to be enabled.',
    ),
    ['schedule'],
  ),
)

export const newBackfill = v.strictObject({
  sourceId: v.string('Must be text.'),
  from: v.optional(v.nullable(timeText)),
  collections: v.optional(
    v.pipe(
      v.array(named('A collection'), 'Must be a list.'),
      v.minLength(1, 'At least one.'),
      v.maxLength(200, 'At most 200.'),
    ),
  ),
})

/** A column, and the type that it is given. */
export const newRetyping = v.strictObject({
  sourceId: v.string('Must be text.'),
  collection: named('A collection'),
  property: v.pipe(
    named('A property'),
    v.check(isRetypable, 'Rows are told apart, found and put in order by it: it keeps its type.'),
  ),
  type: v.picklist(COLUMN_TYPES, `Must be one of ${COLUMN_TYPES.join(', ')}.`),
})

export const newErasure = v.strictObject({
  userIds: v.pipe(
    v.array(
      v.pipe(v.string('Must be text.'), v.nonEmpty('Must not be empty.'), v.maxLength(1_000, 'At most 1,000 letters.')),
      'Must be a list.',
    ),
    v.minLength(1, 'At least one.'),
    v.maxLength(100, 'At most 100 at a time.'),
  ),
})

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en-GB', { timeZone: name })
    return true
  } catch {
    return false
  }
}
