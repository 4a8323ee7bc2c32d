import { FIELD_TYPES, type FieldType, type SettingField } from '../../integrations/index.ts'
import { isObject } from '../../event/index.ts'

/**
 * The settings of an integration as the editor has them: each a row of texts, whatever stands in them. On the form row 3's
 * label is `settings.3.label`, the field that the API's problems name too.
 */
export interface SettingRow {
  name: string
  label: string
  type: FieldType
  description: string
  required: boolean
  /** Anybody may read it: devices fetch it. */
  device: boolean
  /** As somebody types it: lines of a list, and of a map `name: value`. */
  default: string
  /** One a line. */
  choices: string
  min: string
  max: string
  startsWith: string
}

const TEXTS = ['name', 'label', 'description', 'default', 'choices', 'min', 'max', 'startsWith'] as const

export const EMPTY_ROW: SettingRow = {
  name: '',
  label: '',
  type: 'string',
  description: '',
  required: false,
  device: false,
  default: '',
  choices: '',
  min: '',
  max: '',
  startsWith: '',
}

/** What of a form these functions read. */
export interface TypedForm {
  has(name: string): boolean
  exact(name: string): string
}

/** The rows of a form, in their order; without `keepEmpty` those in which nothing stands are left out. */
export function settingRowsOf(form: TypedForm, keepEmpty: boolean): SettingRow[] {
  const rows: SettingRow[] = []
  for (let at = 0; form.has(`settings.${at}.name`); at++) {
    const texts = Object.fromEntries(TEXTS.map((key) => [key, plain(form.exact(`settings.${at}.${key}`))]))
    const type = form.exact(`settings.${at}.type`)
    const row = {
      ...EMPTY_ROW,
      ...texts,
      type: FIELD_TYPES.find((one) => one === type) ?? 'string',
      required: form.has(`settings.${at}.required`),
      device: form.has(`settings.${at}.device`),
    }
    if (keepEmpty || TEXTS.some((key) => row[key] !== '')) rows.push(row)
  }
  return rows
}

/** Browsers send line ends of their own. */
const plain = (text: string) => text.replaceAll('\r\n', '\n').trim()

export function rowOfField(field: SettingField): SettingRow {
  const { name, label, type, description, required, scope, choices = [], min, max, startsWith = '' } = field
  return {
    name,
    label,
    type,
    description,
    required,
    device: scope === 'device',
    default: defaultText(field.default),
    choices: choices.join('\n'),
    min: min === undefined ? '' : String(min),
    max: max === undefined ? '' : String(max),
    startsWith,
  }
}

/** A row as the API takes a setting: what cannot be one stays as it was typed, so that the refusal says why. */
export function fieldOfRow(row: SettingRow): Record<string, unknown> {
  const { name, label, type, description, required, device, choices, min, max, startsWith } = row
  return {
    name,
    label,
    type,
    description,
    required,
    ...(row.default !== '' && { default: defaultOf(type, row.default) }),
    ...(choices !== '' && { choices: linesIn(choices) }),
    ...(min !== '' && { min: numberOf(min) }),
    ...(max !== '' && { max: numberOf(max) }),
    ...(startsWith !== '' && { startsWith }),
    ...(device && { scope: 'device' }),
  }
}

/** A default as somebody types it. */
export function defaultText(value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map(String).join('\n')
  if (isObject(value))
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${String(one)}`)
      .join('\n')
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** The same, of a setting of this type, as the API takes it. */
export function defaultOf(type: FieldType, text: string): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'number':
      return numberOf(text)
    case 'list':
      return linesIn(text)
    case 'map': {
      const pairs = linesIn(text).map((line) => {
        const at = line.indexOf(':')
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
      })
      return Object.fromEntries(pairs)
    }
    case 'string':
    case 'secret':
    case 'select':
      return text
  }
}

export function linesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** A number, or the text that is none. */
export function numberOf(text: string): number | string {
  const number = Number(text)
  return text.trim() === '' || Number.isNaN(number) ? text : number
}

/** What a button of the editor does to rows, by its value `up.3`; anything else changes nothing. */
export function withAct<T>(rows: readonly T[], act: string, empty: T): T[] {
  const [what, number] = act.split('.')
  const at = Number(number)
  const changed = [...rows]
  if (what === 'add') return [...changed, empty]
  if (!Number.isInteger(at) || at < 0 || at >= rows.length) return changed
  if (what === 'remove') changed.splice(at, 1)
  const to = what === 'up' ? at - 1 : what === 'down' ? at + 1 : at
  const [one] = what === 'up' || what === 'down' ? changed.splice(at, 1) : []
  if (one !== undefined) changed.splice(Math.max(0, to), 0, one)
  return changed
}
