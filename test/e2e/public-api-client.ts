import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as sdk from '@segment/public-api-sdk-typescript'

/** A class of the client, for one group of the API. */
type ApiClass = new (basePath: string) => { accessToken: string }

type Method = (...args: unknown[]) => Promise<{ response: { statusCode?: number }; body: unknown }>

/** What of a class is no method of the API. */
const SET_UP = new Set(['constructor', 'setDefaultAuthentication', 'setApiKey', 'addInterceptor'])

/** Every method of every class of the client, by `Class.method`; so a new version of it shows what is new. */
export function methodsOf(basePath: string, token: string): Map<string, Method> {
  const methods = new Map<string, Method>()
  for (const Class of sdk.APIS as unknown as ApiClass[]) {
    const client = new Class(basePath)
    client.accessToken = token
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Class.prototype))) {
      if (typeof value !== 'function' || SET_UP.has(name)) continue
      methods.set(`${Class.name}.${name}`, (value as Method).bind(client))
    }
  }
  return methods
}

/** What the client throws for an answer that is no success. */
export interface Refused {
  status: number | undefined
  errors: { type?: string; message?: string; field?: string; status?: number }[]
}

export function refusedOf(error: unknown): Refused {
  // Compiled for engines of old, its class is no ancestor of what it makes.
  if (!(error instanceof Error) || error.name !== 'HttpError') throw error
  const { body, statusCode } = error as sdk.HttpError
  const { errors } = body as { errors?: Refused['errors'] }
  if (!Array.isArray(errors)) throw new Error(`not in the shape of the API: ${JSON.stringify(body)}`)
  return { status: statusCode, errors }
}

interface Attribute {
  name: string
  type: string
}

const MODELS = join(dirname(createRequire(import.meta.url).resolve('@segment/public-api-sdk-typescript')), 'model')

/** Attributes of a model that have to be there, as its types say, and whether they may be `null`. */
function requiredOf(model: string): Map<string, boolean> {
  const file = join(MODELS, `${model.charAt(0).toLowerCase()}${model.slice(1)}.d.ts`)
  const [, body = ''] = /export declare class \w+ \{([^]*?)static discriminator/.exec(readFileSync(file, 'utf8')) ?? []
  return new Map(
    [...body.matchAll(/^ {4}'(\w+)': (.*);$/gm)].map(([, name = '', type = '']) => [name, /\bnull\b/.test(type)]),
  )
}

/** What an answer lacks of the model that it was decoded into, and values that the model does not know; none: all is well. */
export function faultsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => faultsOf(one, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null || !('getAttributeTypeMap' in value.constructor)) return []
  const { name: model, getAttributeTypeMap } = value.constructor as unknown as {
    name: string
    getAttributeTypeMap(): Attribute[]
  }
  const required = requiredOf(model)
  return getAttributeTypeMap().flatMap(({ name, type }) => {
    const at = `${path}.${name}`
    const one = (value as Record<string, unknown>)[name]
    const isMissing = required.has(name) && (one === undefined || (one === null && !required.get(name)))
    if (isMissing) return [`${at} of ${model} is missing`]
    if (one === undefined || one === null) return []
    const [of = '', inner] = type.replace(/^Array<(.*)>$/, '$1').split('.')
    if (inner === undefined) return faultsOf(one, at)
    const known = Object.values((sdk as unknown as Record<string, Record<string, object>>)[of]?.[inner] ?? {})
    return [one]
      .flat()
      .flatMap((given) => (known.includes(given as never) ? [] : [`${at}: ${String(given)} is no ${type}`]))
  })
}
