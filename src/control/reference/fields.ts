import type { JsonSchema } from './json-schema.ts'

/** One field of a body, or of what is in it. */
export interface BodyField {
  /** `schedule.ageSeconds`; of what stands in a list `settings[].name`. */
  path: string
  type: string
  required: boolean
  words: string
}

/** All fields of a body, each before what is in it. */
export function fieldsOf(schema: JsonSchema, path = ''): BodyField[] {
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) return distinct(forms.flatMap((form) => (typeof form === 'boolean' ? [] : fieldsOf(form, path))))
  if (schema.type === 'array') return isSchema(schema.items) ? fieldsOf(schema.items, `${path}[]`) : []
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (typeof field === 'boolean') return []
    const own = path === '' ? name : `${path}.${name}`
    const words = [field.description ?? '', 'default' in field ? `Default: ${JSON.stringify(field.default)}.` : '']
    const required = schema.required?.includes(name) === true
    return [
      { path: own, type: typeOf(field), required, words: words.filter(Boolean).join(' ') },
      ...fieldsOf(field, own),
    ]
  })
}

/** What a value has to be, in words: `a number, 1 to 50`, `one of track, page`. */
export function typeOf(schema: JsonSchema): string {
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) {
    const words = forms.flatMap((form) => (typeof form === 'boolean' ? [] : typeOf(form)))
    return [...new Set(words)].join(', or ')
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum)
    return `one of ${schema.enum.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ')}`
  switch (schema.type) {
    case 'string':
      return `text${limits(schema.minLength, schema.maxLength, 'characters')}`
    case 'integer':
    case 'number':
      return `a ${schema.type === 'integer' ? 'whole ' : ''}number${limits(schema.minimum, schema.maximum)}`
    case 'boolean':
      return 'true or false'
    case 'array': {
      const of = isSchema(schema.items) ? typeOf(schema.items) : 'anything'
      return `a list${limits(schema.minItems, schema.maxItems, 'entries')}: ${of}`
    }
    case 'object':
      return 'an object'
    case 'null':
      return 'null'
    default:
      return 'anything'
  }
}

function limits(least: number | undefined, most: number | undefined, of = ''): string {
  const unit = of === '' ? '' : ` ${of}`
  if (most === undefined) return least === undefined ? '' : `, at least ${least}${unit}`
  // Of what is safe as a number that is not worth a word.
  if (most >= Number.MAX_SAFE_INTEGER) return limits(least, undefined, of)
  return least === undefined ? `, at most ${most}${unit}` : `, ${least} to ${most}${unit}`
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Forms of one value may have fields in common. */
function distinct(fields: readonly BodyField[]): BodyField[] {
  return [...new Map(fields.map((field) => [field.path, field])).values()]
}
