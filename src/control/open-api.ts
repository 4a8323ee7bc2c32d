import type { JsonSchema } from '@valibot/to-json-schema'

/** What we write of OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApi {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string; description: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Partial<Record<OpenApiMethod, OpenApiOperation>>>
  components: {
    schemas: Record<string, JsonSchema>
    responses: Record<string, OpenApiResponse>
    parameters: Record<string, OpenApiParameter>
    securitySchemes: Record<string, { type: 'http'; scheme: 'bearer' | 'basic'; description: string }>
  }
}

export type OpenApiMethod = 'get' | 'post' | 'put' | 'patch' | 'delete'

export interface OpenApiOperation {
  operationId: string
  tags: [string]
  summary: string
  description?: string
  /** The permission stands in the list of a token, as 3.1 allows for what it calls roles. */
  security: Record<string, string[]>[]
  parameters?: (OpenApiParameter | Reference)[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, OpenApiResponse | Reference>
  /** What the audit trail calls the change. */
  'x-audit-event'?: string
}

export interface OpenApiParameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: JsonSchema
  example?: unknown
}

export interface OpenApiResponse {
  description: string
  content?: Content
}

export type Content = Record<string, { schema: JsonSchema; example?: unknown }>

export interface Reference {
  $ref: string
}
