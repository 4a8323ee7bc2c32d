import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import { EVENT_TYPES, isObject } from '../event/index.ts'
import { type AllowLocal, isLocal, refuseAddress, refuseHost } from './address.ts'

export const FIELD_TYPES = ['string', 'secret', 'boolean', 'select', 'number', 'list', 'map'] as const
export type FieldType = (typeof FIELD_TYPES)[number]

/**
 * One setting of an integration. From this come the form in the panel, the catalogue's options and the validation of
 * the API; it is plain data, so that partners can define theirs.
 */
export interface SettingField {
  /** Key in the destination's settings. */
  name: string
  label: string
  type: FieldType
  required: boolean
  description: string
  default?: unknown
  /** `select` only. */
  choices?: string[] | undefined
  /** Of a number; of text, how many characters. */
  min?: number | undefined
  max?: number | undefined
  /** What text begins with. */
  startsWith?: string | undefined
  /** `list` only. */
  maxItems?: number
  /** A stricter reading of strings, of numbers, or of what a list or a map holds. */
  format?: 'url' | 'headers' | 'whsec' | 'host' | 'hyperdrive' | 'call' | 'whole'
  /** The default is its value: nobody is asked for it. */
  fixed?: boolean | undefined
  /** Of a host or an address: the hosts that it may be, `*.example.com` for all beneath one. */
  hosts?: string[] | undefined
  /** It is asked for only where this other setting is not given; with that one it is left away. */
  unless?: string
  /** It means nothing without this other setting, and is refused where that is not given. */
  onlyWith?: string
  /** `device`: anybody may read it, since the SDKs fetch it without a secret. Default `server`. */
  scope?: FieldScope | undefined
}

export const SCOPES = ['server', 'device'] as const
export type FieldScope = (typeof SCOPES)[number]

/** What says who may read a setting. */
export type FieldReach = Pick<SettingField, 'name' | 'type' | 'format' | 'scope'>

/** Kept encrypted and never shown whole. Headers are, because that is where keys are put. */
export function isSecret({ type, format }: FieldReach): boolean {
  return type === 'secret' || format === 'headers'
}

/** May go to devices. Says no whenever one of its properties speaks against it. */
export function isPublic(field: FieldReach): boolean {
  return field.scope === 'device' && !isSecret(field)
}

export type SettingsValues = Record<string, unknown>

export interface SettingsIssue {
  field: string
  message: string
}

/** What hidden text begins with, whole or what is left of an address. */
export const MASK = '••••••••'

/** Settings of a destination, as JSON: a row of the database has to hold them, and each isolate that sends. */
const MOST_BYTES = 64 * 1_024

/** Checks settings against their fields. Absent ones take their default; unknown ones are refused. */
export function validateSettings(
  fields: readonly SettingField[],
  input: unknown,
  options: { allowLocal: AllowLocal },
): { ok: true; settings: SettingsValues } | { ok: false; issues: SettingsIssue[] } {
  if (!isObject(input)) return { ok: false, issues: [{ field: '', message: 'Settings must be an object.' }] }
  const known = new Set(fields.map(({ name }) => name))
  const unknown = Object.keys(input).filter((name) => !known.has(name))
  const issues = unknown.map((field) => ({ field, message: 'There is no such setting.' }))
  const settings: [string, unknown][] = []
  for (const field of fields) {
    // Names are their maker's choice, and every object has a `constructor`.
    const given = Object.hasOwn(input, field.name) ? input[field.name] : undefined
    if (field.unless !== undefined && Object.hasOwn(input, field.unless) && input[field.unless] !== undefined) continue
    if (field.fixed && given !== undefined && given !== field.default) {
      issues.push({ field: field.name, message: `It is ${String(field.default)} here, and stays so.` })
      continue
    }
    const value = given === undefined ? field.default : given
    if (value === undefined) {
      if (field.required) issues.push({ field: field.name, message: 'This setting is required.' })
      continue
    }
    const result = v.safeParse(fieldSchema(field, options), value)
    if (result.success && field.onlyWith !== undefined && input[field.onlyWith] === undefined) {
      const other = fields.find(({ name }) => name === field.onlyWith)
      issues.push({ field: field.name, message: `Means nothing without “${other?.label ?? field.onlyWith}”.` })
    } else if (result.success) settings.push([field.name, result.output])
    else {
      const place = (issue: v.BaseIssue<unknown>) => [field.name, v.getDotPath(issue)].filter(Boolean).join('.')
      issues.push(...result.issues.map((issue) => ({ field: place(issue), message: issue.message })))
    }
  }
  if (issues.length > 0) return { ok: false, issues }
  const valid = Object.fromEntries(settings)
  if (Buffer.byteLength(JSON.stringify(valid)) > MOST_BYTES) {
    return {
      ok: false,
      issues: [{ field: '', message: `All settings together have at most ${MOST_BYTES / 1_024} KB.` }],
    }
  }
  return { ok: true, settings: valid }
}

/** Required settings that are neither given nor have a default: without them it cannot be switched on. */
export function lackingSettings(fields: readonly SettingField[], settings: SettingsValues): SettingField[] {
  const isGiven = (name: string) => Object.hasOwn(settings, name) && settings[name] !== undefined
  return fields.filter(
    ({ name, required, default: value, unless }) =>
      required && value === undefined && !isGiven(name) && !(unless !== undefined && isGiven(unless)),
  )
}

const LONGEST = 4_096
/** Letters of a sentence's list. */
const MOST_WORDS = 300

function fieldSchema(field: SettingField, options: { allowLocal: AllowLocal }): v.GenericSchema {
  switch (field.type) {
    case 'boolean':
      return v.boolean('Must be true or false.')
    case 'number':
      return v.pipe(
        v.number('Must be a number.'),
        v.finite('Must be a number.'),
        v.check((value) => field.format !== 'whole' || Number.isInteger(value), 'Must be a whole number.'),
        v.minValue(field.min ?? -Infinity, `At least ${field.min}.`),
        v.maxValue(field.max ?? Infinity, `At most ${field.max}.`),
      )
    case 'select':
      return v.picklist(field.choices ?? [], `Must be one of ${choicesOf(field)}.`)
    case 'list': {
      const list = v.pipe(
        v.array(text(field, options), 'Must be a list.'),
        v.maxLength(field.maxItems ?? 100, `At most ${field.maxItems ?? 100}.`),
      )
      return field.required ? v.pipe(list, v.minLength(1, 'At least one is needed.')) : list
    }
    case 'map':
      return v.pipe(
        v.custom<Record<string, string>>(
          (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
          'Must be a list of names and values.',
        ),
        v.rawCheck(({ dataset, addIssue }) => {
          if (!dataset.typed) return
          const problem = field.format === 'headers' ? headersProblem(dataset.value) : mapProblem(dataset.value)
          if (problem) addIssue({ message: problem })
        }),
      )
    case 'string':
    case 'secret':
      return text(field, options)
  }
}

/** They may be many. */
function choicesOf({ choices = [] }: SettingField): string {
  const all = choices.join(', ')
  return all.length <= MOST_WORDS ? all : `${choices.length}, ${all.slice(0, MOST_WORDS)}…`
}

function text(field: SettingField, { allowLocal }: { allowLocal: AllowLocal }): v.GenericSchema {
  return v.pipe(
    v.string('Must be text.'),
    v.nonEmpty('Must not be empty.'),
    v.maxLength(LONGEST, `Must be shorter than ${LONGEST} characters.`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.value === '') return
      const problem = problemOf(field, dataset.value, allowLocal)
      if (problem) addIssue({ message: problem })
    }),
  )
}

function problemOf(field: SettingField, value: string, allowLocal: AllowLocal): string | undefined {
  const { format, hosts = [], min, max, startsWith } = field
  if (min !== undefined && value.length < min) return `Must have at least ${min} characters.`
  if (max !== undefined && value.length > max) return `Must have at most ${max} characters.`
  if (startsWith !== undefined && !value.startsWith(startsWith)) return `Must begin with ${startsWith}.`
  if (format === 'whsec')
    return isSigningSecret(value) ? undefined : 'The secret must be whsec_ and then 24 to 64 bytes in base64.'
  if (format === 'call') {
    return EVENT_TYPES.some((one) => one === value) ? undefined : `Must be one of ${EVENT_TYPES.join(', ')}.`
  }
  const problem =
    format === 'url' ? addressProblem(value, allowLocal) : format === 'host' ? refuseHost(value, allowLocal) : undefined
  const other = problem ?? refuseOtherHost(value, hosts, allowLocal)
  return other && `The ${format === 'url' ? 'address' : 'host'} ${other}.`
}

/** Why an address, or a host, is refused that is none of `hosts`, of which none are all; in the local run it may be this machine. */
export function refuseOtherHost(value: string, hosts: readonly string[], allowLocal: AllowLocal): string | undefined {
  if (hosts.length === 0 || hosts.some((one) => isHost(value, one)) || (allowLocal && isLocal(value))) return undefined
  return `must be ${hosts.join(' or ')}`
}

/** Whether the host of an address, or a host, is one of a pattern: `db.example.com`, `*.example.com`. */
function isHost(value: string, pattern: string): boolean {
  const url = value.includes('://') ? value : `https://${value}`
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : ''
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1).toLowerCase()) : host === pattern.toLowerCase()
}

/** As it is shown to those who may only read, an address is none. */
function addressProblem(url: string, allowLocal: AllowLocal): string | undefined {
  return url.includes(MASK) ? 'is hidden in part: give it whole' : refuseAddress(url, allowLocal)
}

/** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks has it. */
export function isSigningSecret(value: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(value)?.[1]
  if (base64 === undefined || base64.length % 4 !== 0) return false
  const bytes = Buffer.byteLength(base64, 'base64')
  return bytes >= 24 && bytes <= 64
}

function mapProblem(map: Record<string, unknown>): string | undefined {
  const wrong = Object.entries(map).find(([, value]) => typeof value !== 'string')
  return wrong && `The value of ${JSON.stringify(wrong[0])} must be text.`
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/
const HEADER_VALUE = /^[\t\x20-\x7e]{0,1024}$/
/** Set by us, or by the connection itself. */
const OWN_HEADERS =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|cf-.*|x-forwarded-.*|x-signature|webhook-.*|user-agent)$/i

function headersProblem(map: Record<string, unknown>): string | undefined {
  const entries = Object.entries(map)
  if (entries.length > 50) return 'At most 50 headers.'
  const seen = new Set<string>()
  for (const [name, value] of entries) {
    if (!HEADER_NAME.test(name)) return `${JSON.stringify(name)} is not a header name.`
    if (OWN_HEADERS.test(name)) return `The header ${name} cannot be set.`
    // Sent, the two would become one header with both values.
    if (seen.has(name.toLowerCase())) return `The header ${name} is there twice.`
    seen.add(name.toLowerCase())
    if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      return `The value of header ${name} must be printable ASCII on one line.`
    }
  }
  return undefined
}
