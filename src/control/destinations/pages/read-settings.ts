import { type Field, isSecret, type SettingsValues } from '../../../integrations/index.ts'
import { isObject } from '../../../event/index.ts'
import { one, type Typed } from '../../forms.ts'

/**
 * What was typed, as the API takes settings. On a form a setting is named `settings.<name>`; the rows of a list come
 * several times under that name, those of a map under `….key` and `….value`; `remove.<name>` gives a secret up.
 */

/** What a secret is called that stays as it is: `unmaskSecrets` puts the one that is kept in its place. */
const KEPT = '••••••••'

export interface ReadSettings {
  settings: SettingsValues
  /** What only a form can get wrong, by field as the API names fields. */
  problems: Map<string, string>
}

/** `before` are the settings that are changed, `null` for a new destination. */
export function readSettings(fields: readonly Field[], form: Typed, before: SettingsValues | null): ReadSettings {
  const settings: SettingsValues = {}
  const problems = new Map<string, string>()
  for (const field of fields) {
    const read = field.type === 'map' ? readMap(field, form, before, problems) : readField(field, form)
    // Left empty: what is there is removed, what is new is not there.
    if (read === undefined && before) settings[field.name] = null
    if (read !== undefined && read !== KEEP) settings[field.name] = read
  }
  return { settings, problems }
}

/** A setting that is not talked about. */
const KEEP = Symbol('keep')

function readField(field: Field, form: Typed): unknown {
  const name = `settings.${field.name}`
  const text = one(form, name)
  switch (field.type) {
    case 'boolean':
      return form.has(name)
    case 'number':
      return text === '' ? undefined : Number(text)
    case 'list': {
      const entries = rowsOf(form, field)
      return entries.length > 0 || field.required ? entries : undefined
    }
    case 'secret':
      if (form.has(`remove.${field.name}`)) return undefined
      return text === '' ? KEEP : text
    case 'string':
    case 'select':
      return text === '' ? undefined : text
    case 'map':
      return KEEP
  }
}

/** The rows of a list that are not empty. */
export function rowsOf(form: Typed, { name }: Pick<Field, 'name'>): string[] {
  return (form.get(`settings.${name}`) ?? []).map((text) => text.trim()).filter((text) => text !== '')
}

/** The rows of a map whose name or value is not empty. */
export function pairsOf(form: Typed, { name }: Pick<Field, 'name'>): (readonly [key: string, value: string])[] {
  const values = form.get(`settings.${name}.value`) ?? []
  const keys = form.get(`settings.${name}.key`) ?? []
  return keys
    .map((key, index) => [key.trim(), (values[index] ?? '').trim()] as const)
    .filter(([key, value]) => key !== '' || value !== '')
}

function readMap(field: Field, form: Typed, before: SettingsValues | null, problems: Map<string, string>): unknown {
  const known = before && Object.hasOwn(before, field.name) ? before[field.name] : undefined
  const kept = isSecret(field) && isObject(known) ? Object.keys(known) : []
  const map = new Map<string, string>()
  for (const [key, value] of pairsOf(form, field)) {
    if (key === '')
      problems.set(
        `settings.${field.name}`,
        `The value ${isSecret(field) ? '' : `${JSON.stringify(value)} `}has no name.`,
      )
    if (map.has(key)) problems.set(`settings.${field.name}`, `${JSON.stringify(key)} is there twice.`)
    map.set(key, value === '' && kept.includes(key) ? KEPT : value)
  }
  return map.size === 0 ? undefined : Object.fromEntries(map)
}
