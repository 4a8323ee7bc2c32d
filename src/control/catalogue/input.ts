import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import { emailProblems } from '../../accounts/index.ts'
import {
  BATCH_LIMITS,
  CATEGORIES,
  CONNECTORS,
  FIELD_TYPES,
  type FieldType,
  MASK,
  SCOPES,
  SDKS,
  type SettingField,
  strangeValue,
  validateSettings,
} from '../../integrations/index.ts'
import { EVENT_TYPES } from '../../event/index.ts'
import { flag, maxInFlight, mode, name, rate, settings, slug } from '../input.ts'

/** Of numbers and of lengths. */
const bound = v.pipe(v.number('Must be a number.'), v.finite('Must be a number.'))
const TEXTS: ReadonlySet<FieldType> = new Set(['string', 'secret', 'list'])

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
    min: v.optional(bound),
    max: v.optional(bound),
    startsWith: v.optional(
      v.pipe(v.string('Must be text.'), v.nonEmpty('Must not be empty.'), v.maxLength(50, 'At most 50 characters.')),
    ),
    scope: v.optional(v.picklist(SCOPES, `Must be ${SCOPES.join(' or ')}.`)),
  }),
  v.check(({ name: key }) => key !== 'apiKey', 'apiKey is there already: everything with an endpoint has it.'),
  v.check(({ type, scope }) => type !== 'secret' || scope !== 'device', 'A secret cannot go to devices.'),
  v.check(
    ({ type, min, max }) => (min === undefined && max === undefined) || type === 'number' || TEXTS.has(type),
    'Only text and numbers have min and max.',
  ),
  v.check(({ min, max }) => min === undefined || max === undefined || min <= max, 'Its min is more than its max.'),
  v.check(({ type, startsWith }) => startsWith === undefined || TEXTS.has(type), 'Only text has startsWith.'),
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
function defaultProblem(
  field: Pick<SettingField, 'name' | 'type' | 'choices' | 'default' | 'min' | 'max' | 'startsWith'>,
) {
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

/** Where a partner listens besides its endpoint. */
const region = v.strictObject({
  id: v.pipe(
    v.string('Must be text.'),
    v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'Small letters, digits and -, at most 32, such as eu or us-east.'),
  ),
  name,
  endpoint: url,
})

const regions = v.pipe(
  v.array(region, 'Must be a list of regions.'),
  v.maxLength(10, 'At most 10 regions.'),
  v.check((all) => new Set(all.map(({ id }) => id)).size === all.length, 'Two regions have the same id.'),
)

const category = v.picklist(CATEGORIES, `Must be one of ${CATEGORIES.join(', ')}.`)

/** Nobody’s address: where a picture, a site and a mailbox are told, empty says that there is none. */
const site = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.maxLength(300, 'At most 300 characters.'),
  v.check((one) => one === '' || isSite(one), 'Must be an address that begins with https://, or empty.'),
)

function isSite(one: string): boolean {
  return URL.canParse(one) && new URL(one).protocol === 'https:' && new URL(one).username === ''
}

const support = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.maxLength(300, 'At most 300 characters.'),
  v.check((one) => one === '' || emailProblems(one).length === 0, 'Must be an e-mail address, or empty.'),
)

/** SVG as text, or a PNG in base64 or as a data address; empty: none. */
const picture = v.pipe(v.string('Must be text.'), v.trim(), v.maxLength(120_000, 'At most 120,000 characters.'))

/** What people read of it. */
const words = {
  description: v.pipe(v.string('Must be text.'), v.maxLength(500, 'At most 500 characters.')),
  categories: v.pipe(
    v.array(category, 'Must be a list of categories.'),
    v.maxLength(3, 'At most 3 categories.'),
    v.check((all) => new Set(all).size === all.length, 'A category is there twice.'),
  ),
  site,
  support,
  docs: v.pipe(v.string('Must be text.'), v.maxLength(20_000, 'At most 20,000 characters.')),
  logo: picture,
  mark: picture,
}

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

const help = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.nonEmpty('Must not be empty.'),
  v.maxLength(1_000, 'At most 1000 characters.'),
)
const MOST_HELP = 20

/** What an entry says of a setting of its connector. */
const preset = v.strictObject({
  name: v.string('Must be text.'),
  label: v.optional(name),
  description: v.optional(v.pipe(v.string('Must be text.'), v.maxLength(500, 'At most 500 characters.'))),
  default: v.optional(v.unknown()),
  fixed: v.optional(flag),
  hosts: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          v.string('Must be text.'),
          v.regex(
            /^(?:\*\.)?(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}$/i,
            'Must be a host such as db.example.com or *.example.com.',
          ),
        ),
        'Must be a list of hosts.',
      ),
      v.minLength(1, 'At least one host.'),
      v.maxLength(20, 'At most 20 hosts.'),
    ),
  ),
})

const connector = v.picklist(CONNECTORS, `Must be one of ${CONNECTORS.join(', ')}.`)

const warehouse = v.strictObject({
  connector,
  settings: v.optional(
    v.pipe(v.array(preset, 'Must be a list of settings.'), v.maxLength(50, 'At most 50 settings.')),
    [],
  ),
  help: v.optional(
    v.pipe(v.array(help, 'Must be a list of steps.'), v.maxLength(MOST_HELP, `At most ${MOST_HELP} steps.`)),
    [],
  ),
})

const bi = v.strictObject({
  connectors: v.pipe(v.array(connector, 'Must be a list of connectors.'), v.minLength(1, 'At least one connector.')),
  steps: v.pipe(
    v.array(
      v.pipe(
        help,
        v.check(
          (step) => strangeValue(step) === undefined,
          'Only {host}, {port}, {database}, {user} and {schema} may stand in braces.',
        ),
      ),
      'Must be a list of steps.',
    ),
    v.minLength(1, 'At least one step.'),
    v.maxLength(MOST_HELP, `At most ${MOST_HELP} steps.`),
  ),
})

/** Of an integration's settings: every list and every destination's page carries them. */
const MOST_BYTES = 64 * 1_024

/** Events that it takes in one request; `null`: one. */
const batch = v.nullable(
  v.strictObject({
    maxEvents: v.pipe(within(BATCH_LIMITS.events), v.integer('Must be a whole number.')),
    maxBytes: v.optional(v.pipe(within(BATCH_LIMITS.bytes), v.integer('Must be a whole number.'))),
    maxSeconds: v.optional(within(BATCH_LIMITS.seconds)),
  }),
)

function within({ min, max }: { min: number; max: number }) {
  return v.pipe(v.number('Must be a number.'), v.minValue(min, `At least ${min}.`), v.maxValue(max, `At most ${max}.`))
}

const integrationFacts = {
  name: v.pipe(
    name,
    v.check(
      (given) => !/^(?:all|segment\.io)$/i.test(given),
      'This name has a meaning of its own in the integrations object.',
    ),
  ),
  ...words,
  endpoint: url,
  regions,
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
  maxInFlight,
  batch,
}

export const newIntegration = v.strictObject({
  ...integrationFacts,
  slug,
  kind: v.optional(
    v.picklist(['direct', 'packaged', 'warehouse', 'bi'], 'Must be direct, packaged, warehouse or bi.'),
    'direct',
  ),
  endpoint: v.optional(integrationFacts.endpoint),
  device: v.optional(device),
  warehouse: v.optional(warehouse),
  bi: v.optional(bi),
  regions: v.optional(regions),
  description: v.optional(words.description, ''),
  categories: v.optional(words.categories),
  site: v.optional(site),
  support: v.optional(support),
  docs: v.optional(words.docs),
  logo: v.optional(picture),
  mark: v.optional(picture),
  settings: v.optional(integrationFacts.settings, []),
  supportedMethods: v.optional(integrationFacts.supportedMethods, [...EVENT_TYPES]),
  rate: v.optional(rate, null),
  maxInFlight: v.optional(maxInFlight, null),
  batch: v.optional(batch, null),
})

export const integrationChanges = v.partial(v.strictObject({ ...integrationFacts, device, warehouse, bi }))
