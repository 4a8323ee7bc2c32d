import * as v from 'valibot'
import { flag, name, settings, slug } from '../input.ts'

/** Keys that clients already use can be anything that survives a URL and a Basic user name. */
const writeKey = v.pipe(
  v.string('Must be text.'),
  v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'A write key has letters, digits, - and _, at most 64.'),
)

export const newSource = v.strictObject({
  slug,
  name: v.optional(name),
  enabled: v.optional(flag, true),
  metadataId: v.optional(v.string('Must be text.'), 'http-api'),
  settings: v.optional(settings),
  writeKey: v.optional(writeKey),
})

export const sourceChanges = v.strictObject({ name: v.optional(name), enabled: v.optional(flag) })

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
