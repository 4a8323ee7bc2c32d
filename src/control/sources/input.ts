import * as v from 'valibot'
import { eventsPerSecond, flag, name, settings, slug } from '../input.ts'

/** Keys that clients already use can be anything that survives a URL and a Basic user name. */
const writeKey = v.pipe(
  v.string('Must be text.'),
  v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'A write key has letters, digits, - and _, at most 64.'),
)

const noSettings = v.pipe(
  settings,
  v.check((given) => Object.keys(given).length === 0, 'No kind of source has settings: leave it out, or empty.'),
)

export const newSource = v.strictObject({
  slug,
  name: v.optional(name),
  enabled: v.optional(flag, true),
  metadataId: v.optional(v.string('Must be text.'), 'http-api'),
  eventsPerSecond: v.optional(eventsPerSecond, null),
  settings: v.optional(noSettings),
  writeKey: v.optional(writeKey),
})

export const sourceChanges = v.strictObject({
  name: v.optional(name),
  enabled: v.optional(flag),
  eventsPerSecond: v.optional(eventsPerSecond),
})

/** What stays as it is while there are no tracking plans: only that can be said of it. */
const as = <T extends string | boolean>(value: T) =>
  v.optional(
    v.literal(value, 'There are no tracking plans yet, so nothing is blocked or left out: this stays as it is.'),
  )
const nowhere = v.optional(
  v.literal('', 'Nothing is blocked yet, so there is nothing to forward: leave it out, or empty.'),
)
const ofTraits = v.optional(
  v.strictObject({
    allowUnplannedTraits: as(true),
    allowTraitsOnViolations: as(true),
    commonEventOnViolations: as('ALLOW'),
  }),
)

/** Segment's settings of a source's schema. */
export const schemaSettings = v.strictObject({
  track: v.optional(
    v.strictObject({
      allowUnplannedEvents: as(true),
      allowUnplannedEventProperties: as(true),
      allowEventOnViolations: as(true),
      allowPropertiesOnViolations: as(true),
      commonEventOnViolations: as('ALLOW'),
    }),
  ),
  identify: ofTraits,
  group: ofTraits,
  forwardingViolationsTo: nowhere,
  forwardingBlockedEventsTo: nowhere,
})

const note = v.pipe(
  v.string('Say why: a note.'),
  v.trim(),
  v.nonEmpty('Say why.'),
  v.maxLength(500, 'At most 500 characters.'),
)

/** Why a key is taken away from who has it. */
export const releasedKey = v.strictObject({ note })

/** Which source gets a key, and why. */
export const givenKey = v.strictObject({ sourceId: v.string('Must be text.'), note })

export const newWriteKey = v.strictObject({ writeKey: v.optional(writeKey) })
