import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import {
  CONNECTORS,
  FIELD_TYPES,
  type FieldType,
  MASK,
  SCOPES,
  SDKS,
  strangeValue,
  validateSettings,
} from '../../integrations/index.ts'
import { EVENT_TYPES } from '../../event/index.ts'
import { flag, maxInFlight, mode, name, rate, settings, slug } from '../input.ts'

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
  maxInFlight,
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
  description: v.optional(integrationFacts.description, ''),
  settings: v.optional(integrationFacts.settings, []),
  supportedMethods: v.optional(integrationFacts.supportedMethods, [...EVENT_TYPES]),
  rate: v.optional(rate, null),
  maxInFlight: v.optional(maxInFlight, null),
})

export const integrationChanges = v.partial(v.strictObject({ ...integrationFacts, device, warehouse, bi }))
