import { type SettingField, isSecret, type SettingsValues } from '../../../integrations/index.ts'
import { KEEP } from '../../../settings/index.ts'
import { isObject } from '../../../event/index.ts'
import type { Form } from '../../../ui/forms.ts'
import { type Problem, problem } from '../../../refusal.ts'

/**
 * What was typed, as the API takes settings. On a form a setting is named `settings.<name>`; the rows of a list come
 * several times under that name, those of a map under `….key` and `….value`; `remove.<name>` gives a secret up.
 */

/**
 * `before` are the settings that are changed, `null` for a new destination. What only a form can get wrong goes to
 * `problems`, by field as the API names fields.
 */
export function settingsIn(
  form: Form,
  fields: readonly SettingField[],
  before: SettingsValues | null,
  problems: Problem[],
): SettingsValues {
  const settings: SettingsValues = {}
  for (const field of fields) {
    if (field.fixed) continue
    const read = field.type === 'map' ? readMap(field, form, before, problems) : readField(field, form)
    // Left empty: what is there is removed, what is new is not there.
    if (read === undefined && before) settings[field.name] = null
    if (read !== undefined) settings[field.name] = read
  }
  return settings
}

function readField(field: SettingField, form: Form): unknown {
  const name = `settings.${field.name}`
  const text = form.get(name)
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
      return undefined
  }
}

/** The rows of a list that are not empty. */
export function rowsOf(form: Form, { name }: Pick<SettingField, 'name'>): string[] {
  return form
    .all(`settings.${name}`)
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

/** The rows of a map whose name or value is not empty. */
export function pairsOf(form: Form, { name }: Pick<SettingField, 'name'>): (readonly [key: string, value: string])[] {
  const values = form.all(`settings.${name}.value`)
  return form
    .all(`settings.${name}.key`)

    .map((key, index) => [key.trim(), (values[index] ?? '').trim()] as const)
    .filter(([key, value]) => key !== '' || value !== '')
}

function readMap(field: SettingField, form: Form, before: SettingsValues | null, problems: Problem[]): unknown {
  const known = before && Object.hasOwn(before, field.name) ? before[field.name] : undefined
  const kept = isSecret(field) && isObject(known) ? Object.keys(known) : []
  const name = `settings.${field.name}`
  const map = new Map<string, string | typeof KEEP>()
  for (const [key, value] of pairsOf(form, field)) {
    if (key === '') {
      const named = isSecret(field) ? '' : `${JSON.stringify(value)} `
      problems.push(problem(`The value ${named}has no name.`, name))
    }
    if (map.has(key)) problems.push(problem(`${JSON.stringify(key)} is there twice.`, name))
    map.set(key, value === '' && kept.includes(key) ? KEEP : value)
  }
  return map.size === 0 ? undefined : Object.fromEntries(map)
}
