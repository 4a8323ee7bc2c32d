import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { isObject } from '../../event/index.ts'
import { nameOf } from '../operation.ts'

export type { JsonSchema }

/**
 * A schema of `input.ts`, or an answer's, as JSON Schema 2020-12. A check of ours that JSON Schema has no word for stands
 * in the description, in the sentence that a refusal would say.
 */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const {
    $schema: _schema,
    $defs: _defs,
    ...rest
  } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema, jsonSchema }) => {
      const name = nameOf(valibotSchema)
      if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
      // Said aloud: without it a reader cannot tell one that takes more from one that forgot to say.
      if (valibotSchema.type === 'loose_object') return { ...jsonSchema, additionalProperties: true }
      return formsOf(valibotSchema) ?? objectOf(valibotSchema)
    },
    overrideAction: ({ valibotAction, jsonSchema, errors }) => {
      // What stands in the schema needs no words.
      if (!errors) return undefined
      const { message } = valibotAction as { message?: unknown }
      if (typeof message !== 'string') return undefined
      // A pattern with a flag would be another one without it.
      const { pattern: _pattern, ...plain } = jsonSchema
      const kept = valibotAction.type === 'regex' ? plain : jsonSchema
      return { ...kept, description: [jsonSchema.description, `Refused with “${message}”`].filter(Boolean).join(' ') }
    },
  })
  return rest
}

/** A schema that is chosen by whether the value is an object: each of them. */
function formsOf(schema: object): JsonSchema | undefined {
  if (!('type' in schema) || schema.type !== 'lazy') return undefined
  const { getter } = schema as v.LazySchema<v.GenericSchema>
  const forms = new Set([getter(undefined), getter({})])
  return { anyOf: [...forms].map(jsonSchemaOf) }
}

/** One that takes any object: our own function says whether it is one. */
function objectOf(schema: object): JsonSchema | undefined {
  return 'check' in schema && schema.check === isObject ? { type: 'object' } : undefined
}

/** A value that the schema takes, made of the examples in it; the first of several forms. */
export function exampleOf(schema: JsonSchema | boolean, named: Readonly<Record<string, JsonSchema>>): unknown {
  if (typeof schema === 'boolean') return null
  if (schema.$ref !== undefined) return exampleOf(named[schema.$ref.split('/').at(-1) ?? ''] ?? {}, named)
  if (Array.isArray(schema.examples)) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  const [form] = schema.anyOf ?? schema.oneOf ?? []
  if (form !== undefined) return exampleOf(form, named)
  if (schema.enum) return schema.enum[0]
  if (schema.type === 'array') {
    return schema.items === undefined || schema.maxItems === 0 ? [] : [exampleOf(schema.items as JsonSchema, named)]
  }
  if (schema.type !== 'object') return null
  const entries = Object.entries(schema.properties ?? {})
  return Object.fromEntries(entries.map(([name, one]) => [name, exampleOf(one, named)]))
}
