import type { Declaration } from '../../accounts/index.ts'
import type { Operation } from '../operation.ts'
import type { JsonSchema } from './json-schema.ts'
import type { OpenApi, OpenApiResponse, Reference } from '../open-api.ts'

/** What every refusal looks like; see `errorReply`, and `refused` of the tracking API. */
export const ERROR_SCHEMAS: Record<string, JsonSchema> = {
  Errors: {
    type: 'object',
    properties: {
      errors: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            type: { type: 'string', examples: ['bad-request'] },
            message: { type: 'string', description: 'A sentence for people.', examples: ['This is required.'] },
            field: { type: 'string', description: 'Of the body, by its path.', examples: ['name'] },
            code: {
              type: 'string',
              description: 'A word for programs, where there are several reasons.',
              examples: ['wrong_state'],
            },
            status: { type: 'integer', examples: [400] },
          },
          required: ['type', 'message', 'status'],
        },
      },
    },
    required: ['errors'],
  },
  TrackingError: {
    type: 'object',
    properties: {
      success: { const: false },
      error: { type: 'string' },
      code: { type: 'string', examples: ['bad_request'] },
      message: { type: 'string', description: 'A sentence for people.' },
    },
    required: ['success', 'error', 'code', 'message'],
  },
}

const refused = (description: string): OpenApiResponse => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
})

/** Refusals that follow from what kind of route it is, by a name of their own. */
export const RESPONSES: Record<string, OpenApiResponse> = {
  BadRequest: refused('The body or the query is not as it has to be: every problem, with its field.'),
  Unauthorized: refused('There is no token, or one that is not known.'),
  Forbidden: refused('The token’s scope, or the role of who made it, does not include the permission.'),
  NotFound: refused('There is no such thing in this workspace.'),
  TooLarge: refused('The body is larger than 1 MB.'),
  TooMany: refused('The workspace made as many changes in this minute as it may; Retry-After says when to go on.'),
}

export const PARAMETERS: OpenApi['components']['parameters'] = {
  cursor: {
    name: 'pagination[cursor]',
    in: 'query',
    required: false,
    description:
      'The next or previous of an earlier answer: a place and not a number, so nothing is left out or comes twice when something is made or deleted meanwhile.',
    schema: { type: 'string' },
  },
}

export const SECURITY: OpenApi['components']['securitySchemes'] = {
  grant: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token that a customer has allowed a client, by OAuth 2.1.',
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token that an owner makes in the panel, or ADMIN_TOKEN.',
  },
  writeKey: {
    type: 'http',
    scheme: 'basic',
    description: 'A write key as the user name, without a password. It may stand in the body as writeKey instead.',
  },
}

/** Which of the shared refusals an operation has. */
export function refusalsOf(
  route: string,
  { body, query, paged }: Operation,
  declaration: Declaration | undefined,
): Record<string, Reference> {
  const asks = declaration?.kind === 'access' || declaration?.kind === 'change' || declaration?.kind === 'grant'
  const changes = declaration !== undefined && 'change' in declaration
  const reads = body !== undefined || query !== undefined || paged !== undefined
  const found: [status: number, name: string, has: boolean][] = [
    [400, 'BadRequest', reads],
    [401, 'Unauthorized', asks],
    [403, 'Forbidden', asks],
    [404, 'NotFound', route.includes(':')],
    [413, 'TooLarge', body !== undefined],
    [429, 'TooMany', changes],
  ]
  return Object.fromEntries(
    found.flatMap(([status, name, has]) => (has ? [[status, { $ref: `#/components/responses/${name}` }]] : [])),
  )
}
