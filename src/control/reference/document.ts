import { type Declaration, declarationOf } from '../../accounts/index.ts'
import { VERSION } from '../../version.ts'
import { type Operation, type OperationGroup, SHARED_SCHEMAS } from '../operation.ts'
import { exampleOf, type JsonSchema, jsonSchemaOf } from './json-schema.ts'
import type {
  Content,
  OpenApi,
  OpenApiMethod,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
  Reference,
} from '../open-api.ts'
import { PARAMETERS, refusalsOf, RESPONSES, SECURITY, ERROR_SCHEMAS } from './common.ts'

/** A route of the router: what of it counts here. */
export interface RouterRoute {
  method: string
  path: string
  handler: object
}

const DESCRIPTION = `Everything that the panel does, in the shapes of Segment's Public API, and the tracking API.

Send a token of your workspace: \`Authorization: Bearer <token>\`. The permission that an operation asks for stands beside it. Bodies are JSON, at most 1 MB. Answers are \`{"data":{…}}\` or \`{"errors":[{"type":"…","message":"…","field":"…","status":400}]}\`. New fields may come into answers.

A change is in force within 15 seconds, on devices within a minute, and is written into the audit trail. Making something anew is no repeat of it: a POST that got no answer may have worked, so look before you send it again. PATCH and DELETE can be sent again; a DELETE of what is gone is a 404.`

/**
 * The OpenAPI document of what the groups describe, with what the router's routes declare. Throws for an operation that
 * has no route: a description of nothing.
 */
export function documentOf(groups: readonly OperationGroup[], routes: readonly RouterRoute[]): OpenApi {
  const declarations = new Map<string, Declaration | undefined>()
  for (const { method, path, handler } of routes) {
    const route = `${method} ${path}`
    declarations.set(route, declarations.get(route) ?? declarationOf(handler))
  }
  const schemas: Record<string, JsonSchema> = { ...ERROR_SCHEMAS }
  for (const named of [SHARED_SCHEMAS, ...groups.map((group) => group.schemas ?? {})]) {
    for (const [name, schema] of Object.entries(named)) schemas[name] = jsonSchemaOf(schema)
  }
  const paths: OpenApi['paths'] = {}
  for (const group of groups) {
    for (const [route, operation] of Object.entries(group.operations)) {
      if (!declarations.has(route)) throw new Error(`The reference describes ${route}, and there is no such route.`)
      const [method = '', path = ''] = route.split(' ')
      const of = (paths[path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})
      const described = describe(route, operation, group, declarations.get(route), schemas)
      of[method.toLowerCase() as OpenApiMethod] = described
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sluice',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This deployment.' }],
    tags: groups.flatMap(({ name, about }) => (about === undefined ? [] : [{ name, description: about }])),
    paths,
    components: { schemas, responses: RESPONSES, parameters: PARAMETERS, securitySchemes: SECURITY },
  }
}

function describe(
  route: string,
  operation: Operation,
  group: OperationGroup,
  declaration: Declaration | undefined,
  schemas: Readonly<Record<string, JsonSchema>>,
): OpenApiOperation {
  const { id, summary, about, body } = operation
  const parameters = parametersOf(route, operation, group)
  const event = declaration && 'change' in declaration ? declaration.change : undefined
  return {
    operationId: id,
    tags: [group.name],
    summary,
    ...(about !== undefined && { description: about }),
    security: securityOf(group, declaration),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.optional !== true,
        content: { 'application/json': { schema: bodySchema(route, body), example: body.example } },
      },
    }),
    responses: responsesOf(route, operation, group, declaration, schemas),
    ...(event !== undefined && { 'x-audit-event': event }),
  }
}

/** With the words of each field. Throws for words of none. */
function bodySchema(route: string, { schema, fields }: NonNullable<Operation['body']>): JsonSchema {
  const whole = jsonSchemaOf(schema)
  const properties = { ...whole.properties }
  for (const [name, words] of Object.entries(fields)) {
    const field = properties[name]
    if (typeof field !== 'object')
      throw new Error(`The reference describes ${name} of ${route}, and there is no such field.`)
    properties[name] = { ...field, description: [words, field.description].filter(Boolean).join(' ') }
  }
  return { ...whole, properties }
}

function securityOf(group: OperationGroup, declaration: Declaration | undefined): OpenApiOperation['security'] {
  // In the body, or as the Basic user name.
  if (group.credential === 'writeKey') return [{ writeKey: [] }, {}]
  if (declaration?.kind === 'grant') return [{ grant: [] }]
  const asks = declaration?.kind === 'access' || declaration?.kind === 'change'
  return asks ? [{ token: [declaration.permission] }] : []
}

function parametersOf(route: string, { query = {}, paged }: Operation, { params = {} }: OperationGroup) {
  const inPath = [...route.matchAll(/:(\w+)/g)].map(([, name = '']): OpenApiParameter => {
    const schema = params[name]
    if (!schema) throw new Error(`The reference does not say what ${name} of ${route} is.`)
    return { name, in: 'path', required: true, ...parameter(jsonSchemaOf(schema)) }
  })
  const inQuery = Object.entries(query).map(([name, schema]): OpenApiParameter => {
    return { name, in: 'query', required: false, ...parameter(jsonSchemaOf(schema)) }
  })
  const pages: (OpenApiParameter | Reference)[] =
    paged === undefined
      ? []
      : [
          {
            name: 'pagination[count]',
            in: 'query',
            required: false,
            description: `Entries of a page, 1 to ${paged}.`,
            schema: { type: 'integer', minimum: 1, maximum: paged, default: 50 },
          },
          { $ref: '#/components/parameters/cursor' },
        ]
  return [...inPath, ...inQuery, ...pages]
}

/** The words and the example of a parameter stand beside its schema. */
function parameter({ description, examples, ...schema }: JsonSchema) {
  const example: unknown = examples?.[0] ?? schema.enum?.[0]
  return {
    ...(description !== undefined && { description }),
    schema,
    ...(example !== undefined && { example }),
  }
}

function responsesOf(
  route: string,
  operation: Operation,
  group: OperationGroup,
  declaration: Declaration | undefined,
  schemas: Readonly<Record<string, JsonSchema>>,
): OpenApiOperation['responses'] {
  const { answer, refusals = {} } = operation
  const responses: Record<string, OpenApiResponse | Reference> = {}
  if (answer) {
    const { status = 200, schema, type = 'application/json' } = answer
    const plain = jsonSchemaOf(schema)
    const isAlone = group.bare || type !== 'application/json'
    const whole: JsonSchema = isAlone ? plain : { type: 'object', properties: { data: plain }, required: ['data'] }
    const content: Content = { [type]: { schema: whole, example: exampleOf(whole, schemas) } }
    responses[status] = { description: status === 201 ? 'It is made.' : 'It is done.', content }
  }
  if (!group.bare) Object.assign(responses, refusalsOf(route, operation, declaration))
  const error = { $ref: `#/components/schemas/${group.bare ? 'TrackingError' : 'Errors'}` }
  for (const [status, refusal] of Object.entries(refusals)) {
    const [description, schema] =
      typeof refusal === 'string' ? [refusal, error] : [refusal.words, jsonSchemaOf(refusal.schema)]
    responses[status] = { description, content: { 'application/json': { schema } } }
  }
  return responses
}
