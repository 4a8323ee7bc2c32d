import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import { PERMISSIONS } from '../accounts/index.ts'
import { FIELD_TYPES, type FieldType, MASK, MODES, SCOPES, SDKS, validateSettings } from '../integrations/index.ts'
import { nameProblem, SCHEDULE_NAMES } from '../settings/index.ts'
import { EVENT_TYPES, isObject, type JsonObject } from '../event/index.ts'

const name = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? nameProblem(dataset.value) : undefined
    if (problem) addIssue({ message: problem })
  }),
)
const slug = v.pipe(
  v.string('Must be text.'),
  v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/i, 'A slug has letters, digits, - and _, at most 63.'),
)
const flag = v.boolean('Must be true or false.')
/** Not `v.record`, which leaves out names like `constructor` without a word. */
const settings = v.custom<Record<string, unknown>>(isObject, 'Must be an object.')
const rate = v.nullable(
  v.pipe(
    v.number('Must be a number.'),
    v.minValue(0.001, 'At least 0.001 a second.'),
    v.maxValue(100_000, 'At most 100000 a second.'),
  ),
)

const DAY_SECONDS = 86_400
const seconds = (most: number) =>
  v.pipe(
    v.number('Must be a number.'),
    v.minValue(0, 'Must not be negative.'),
    v.maxValue(most, `At most ${most} seconds.`),
  )
const mode = v.picklist(MODES, `Must be ${MODES.join(' or ')}.`)
const concurrency = v.pipe(
  v.number('Must be a number.'),
  v.integer('Must be a whole number.'),
  v.minValue(1, 'At least 1.'),
  v.maxValue(50, 'At most 50.'),
)

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

export const newDestination = v.strictObject({
  sourceId: v.string('Must be text.'),
  metadataId: v.string('Must be text.'),
  name: v.optional(name),
  anyway: v.optional(flag),
  enabled: v.optional(flag, true),
  paused: v.optional(flag),
  settings: v.optional(settings, {}),
  mode: v.optional(mode),
  rate: v.optional(rate),
  concurrency: v.optional(concurrency),
  schedule: v.optional(schedule),
})

export const destinationChanges = v.strictObject({
  name: v.optional(name),
  enabled: v.optional(flag),
  paused: v.optional(flag),
  settings: v.optional(settings),
  mode: v.optional(mode),
  rate: v.optional(rate),
  concurrency: v.optional(concurrency),
  schedule: v.optional(schedule),
})

const letterId = v.pipe(
  v.number('Must be the id of a dead letter.'),
  v.safeInteger('Must be the id of a dead letter.'),
  v.minValue(0, 'Must be the id of a dead letter.'),
)

/** Which dead letters are to be sent once more: exactly one way to say it. */
export const redrive = v.pipe(
  v.strictObject({
    ids: v.optional(v.pipe(v.array(letterId, 'Must be a list of ids.'), v.maxLength(500, 'At most 500 ids.'))),
    reason: v.optional(v.pipe(v.string('Must be text.'), v.nonEmpty('Must not be empty.'))),
    all: v.optional(v.literal(true, 'Must be true.')),
  }),
  v.check((what) => Object.keys(what).length === 1, 'Say which: ids, reason or all.'),
)

const field = v.pipe(
  v.strictObject({
    name: v.pipe(
      v.string('Must be text.'),
      v.regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'Letters, digits and _, beginning with a letter.'),
    ),
    label: name,
    type: v.picklist(FIELD_TYPES, `Must be one of ${FIELD_TYPES.join(', ')}.`),
    required: v.optional(flag, false),
    description: v.optional(v.pipe(v.string('Must be text.'), v.maxLength(500, 'At most 500 characters.')), ''),
    default: v.optional(v.unknown()),
    choices: v.optional(v.pipe(v.array(name, 'Must be a list of choices.'), v.maxLength(100, 'At most 100 choices.'))),
    scope: v.optional(v.picklist(SCOPES, `Must be ${SCOPES.join(' or ')}.`)),
  }),
  v.check(({ name: key }) => key !== 'apiKey', 'apiKey is there already: everything with an endpoint has it.'),
  v.check(({ type, scope }) => type !== 'secret' || scope !== 'device', 'A secret cannot go to devices.'),
  v.check(({ type, choices }) => type !== 'select' || (choices ?? []).length > 0, 'A select needs choices.'),
  v.forward(
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? defaultProblem(dataset.value) : undefined
      if (problem) addIssue({ message: problem })
    }),
    ['default'],
  ),
)

/** A default is what customers get who say nothing, so it has to pass as what they say. */
function defaultProblem(field: { name: string; type: FieldType; choices?: string[] | undefined; default?: unknown }) {
  if (field.default === undefined) return undefined
  if (field.type === 'secret') return 'A secret has no default: everybody could read it.'
  const one = { ...field, label: '', description: '', required: true }
  const checked = validateSettings([one], { [field.name]: field.default }, { allowLocal: false })
  return checked.ok ? undefined : checked.issues[0]?.message
}

const LONGEST_URL = 2_048
const url = v.pipe(
  v.string('Must be text.'),
  v.maxLength(LONGEST_URL, `At most ${LONGEST_URL} characters.`),
  v.check((given) => !given.includes(MASK), 'It is hidden in part: give it whole.'),
)

const subscription = v.strictObject({
  name,
  subscribe: v.pipe(v.string('Must be text.'), v.maxLength(5_000, 'At most 5000 characters.')),
  partnerAction: name,
  mapping: settings,
})

/** A plugin's subscriptions are sent to every page, so they are bounded as a whole. */
const LONGEST_SUBSCRIPTIONS = 32 * 1_024

const device = v.strictObject({
  sdks: v.pipe(
    v.array(v.picklist(SDKS, `Must be some of ${SDKS.join(', ')}.`), 'Must be a list of SDKs.'),
    v.minLength(1, 'At least one SDK.'),
  ),
  plugin: v.variant(
    'type',
    [
      v.strictObject({
        type: v.literal('remote'),
        url,
        libraryName: v.pipe(
          v.string('Must be text.'),
          v.regex(/^[A-Za-z_$][\w$-]{0,99}$/, 'Must be the name of the global that the script leaves.'),
        ),
        subscriptions: v.optional(
          v.pipe(
            v.array(subscription, 'Must be a list.'),
            v.check((all) => JSON.stringify(all).length <= LONGEST_SUBSCRIPTIONS, 'At most 32 KB as JSON.'),
          ),
        ),
      }),
      v.strictObject({ type: v.literal('bundle') }),
    ],
    'Must be a plugin of type remote or bundle.',
  ),
  defaultMode: v.optional(mode, 'device'),
})

/** Of an integration's settings: every list and every destination's page carries them. */
const MOST_BYTES = 64 * 1_024

const integrationFacts = {
  name: v.pipe(
    name,
    v.check(
      (given) => !/^(?:all|segment\.io)$/i.test(given),
      'This name has a meaning of its own in the integrations object.',
    ),
  ),
  description: v.pipe(v.string('Must be text.'), v.maxLength(500, 'At most 500 characters.')),
  endpoint: url,
  settings: v.pipe(
    v.array(field, 'Must be a list of settings.'),
    v.maxLength(50, 'At most 50 settings.'),
    v.check((all) => Buffer.byteLength(JSON.stringify(all)) <= MOST_BYTES, 'At most 64 KB as JSON.'),
    v.check((all) => new Set(all.map(({ name }) => name)).size === all.length, 'Two settings have the same name.'),
  ),
  supportedMethods: v.pipe(
    v.array(v.picklist(EVENT_TYPES, `Must be some of ${EVENT_TYPES.join(', ')}.`)),
    v.minLength(1, 'At least one call must be supported.'),
  ),
  rate,
}

export const newIntegration = v.strictObject({
  ...integrationFacts,
  slug,
  kind: v.optional(v.picklist(['direct', 'packaged'], 'Must be direct or packaged.'), 'direct'),
  endpoint: v.optional(integrationFacts.endpoint),
  device: v.optional(device),
  description: v.optional(integrationFacts.description, ''),
  settings: v.optional(integrationFacts.settings, []),
  supportedMethods: v.optional(integrationFacts.supportedMethods, [...EVENT_TYPES]),
  rate: v.optional(rate, null),
})

export const integrationChanges = v.partial(v.strictObject({ ...integrationFacts, device }))

const scope = v.union(
  [
    v.picklist(['full', 'read-only']),
    v.pipe(v.array(v.picklist(PERMISSIONS)), v.minLength(1, 'At least one permission.')),
  ],
  `Must be full, read-only, or a list of ${PERMISSIONS.join(', ')}.`,
)

export const newToken = v.strictObject({ name, scope: v.optional(scope, 'full') })

/** One event to a destination, of a type or of the caller's own. */
export const testEvent = v.pipe(
  v.strictObject({
    type: v.optional(v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`)),
    event: v.optional(v.custom<JsonObject>(isObject, 'Must be an object.')),
  }),
  v.check(({ type, event }) => type === undefined || event === undefined, 'Say one: type, for a sample, or event.'),
)
