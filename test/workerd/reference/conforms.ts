import type { JsonSchema } from '@valibot/to-json-schema'

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

/** The words of JSON Schema that `faults` understands, and those that say nothing about a value. */
const KNOWN = new Set(
  'type properties required additionalProperties propertyNames items minItems maxItems enum const anyOf oneOf $ref pattern minimum maximum minLength maxLength description examples default format'.split(
    ' ',
  ),
)

/**
 * What of a value is not as a schema of the document has it. Stricter than JSON Schema in one thing: what a schema with
 * properties does not name is a fault, unless it says that more may be there.
 */
export function faults(
  schema: JsonSchema | boolean,
  value: unknown,
  named: Readonly<Record<string, JsonSchema>>,
  at = '',
): string[] {
  if (typeof schema === 'boolean') return schema ? [] : [`${at}: nothing is allowed`]
  const unknown = Object.keys(schema).filter((word) => !KNOWN.has(word))
  if (unknown.length > 0) return [`${at}: the schema says ${unknown.join()}`]
  if (schema.$ref !== undefined) {
    const target = named[schema.$ref.replace('#/components/schemas/', '')]
    return target ? faults(target, value, named, at) : [`${at}: there is no ${schema.$ref}`]
  }
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) {
    const each = forms.map((form) => faults(form, value, named, at))
    return each.some((found) => found.length === 0) ? [] : [`${at}: none of the forms: ${each.flat().join('; ')}`]
  }
  const found: string[] = []
  const check = (fine: boolean, what: string) =>
    void (fine || found.push(`${at}: ${JSON.stringify(value)} is not ${what}`))
  if ('const' in schema) check(schema.const === value, `const ${JSON.stringify(schema.const)}`)
  if (schema.enum) check(schema.enum.includes(value as string), `one of ${JSON.stringify(schema.enum)}`)
  if (typeof schema.type === 'string') check(TYPES[schema.type]?.(value) === true, schema.type)
  if (typeof value === 'string') {
    check(schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value), `like ${schema.pattern}`)
    check(value.length >= (schema.minLength ?? 0), `of ${schema.minLength} characters`)
    check(value.length <= (schema.maxLength ?? Infinity), `of at most ${schema.maxLength} characters`)
    check(schema.format !== 'date-time' || !Number.isNaN(Date.parse(value)), 'a time')
  }
  if (typeof value === 'number') {
    check(value >= (schema.minimum ?? -Infinity), `at least ${schema.minimum}`)
    check(value <= (schema.maximum ?? Infinity), `at most ${schema.maximum}`)
  }
  if (Array.isArray(value)) {
    check(value.length >= (schema.minItems ?? 0), `of ${schema.minItems} entries`)
    check(value.length <= (schema.maxItems ?? Infinity), `of at most ${schema.maxItems} entries`)
    const items = schema.items as JsonSchema | undefined
    if (items) found.push(...value.flatMap((one, index) => faults(items, one, named, `${at}[${index}]`)))
  } else if (TYPES['object']?.(value)) {
    found.push(...entryFaults(schema, value as Record<string, unknown>, named, at))
  }
  return found
}

function entryFaults(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  value: Record<string, unknown>,
  named: Readonly<Record<string, JsonSchema>>,
  at: string,
): string[] {
  const rest = additionalProperties ?? Object.keys(properties).length === 0
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${at}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      if (Object.hasOwn(properties, name)) return faults(properties[name] ?? {}, one, named, `${at}.${name}`)
      return rest === false ? [`${at}.${name}: is not in the schema`] : faults(rest, one, named, `${at}.${name}`)
    }),
  ]
}
