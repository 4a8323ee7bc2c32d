import * as v from 'valibot'

/**
 * A route of the API, as its reference describes it. Which permission it asks for and what the audit trail calls it is
 * read off the route itself; refusals that follow from its kind (no token, no such id, too large) are added for all.
 */
export interface Operation {
  /** What clients that are generated call it: `listSources`. No other has it. */
  id: string
  /** One sentence. */
  summary: string
  /** What else there is to know. */
  about?: string
  query?: Readonly<Record<string, v.GenericSchema>>
  /** It is a list by `pagination[count]`, at most this many a page, and `pagination[cursor]`. */
  paged?: number
  body?: {
    /** That of `input.ts`, by which the route itself checks. */
    schema: v.GenericSchema
    example: Readonly<Record<string, unknown>>
    /** What its fields mean: each of them. */
    fields: Readonly<Record<string, string>>
    /** It may be left out. */
    optional?: true
  }
  /** Absent: it never succeeds, and `refusals` say why. */
  answer?: {
    /** Default: 200. */
    status?: 200 | 201
    /** What `data` holds; in a group of `bare` answers, the whole. */
    schema: v.GenericSchema
    /** Default: `application/json`. */
    type?: string
  }
  /** By status, what is refused so here: a sentence, and what it looks like where that is not the usual. */
  refusals?: Readonly<Record<number, string | { words: string; schema: v.GenericSchema }>>
}

/** Routes that belong together, for whoever reads. Groups of several features with the same name are one. */
export interface OperationGroup {
  name: string
  /** A sentence or two; the feature whose group it is says it. */
  about?: string
  /** By method and path, as the router has them: `GET /api/sources/:id`. */
  operations: Readonly<Record<string, Operation>>
  /** Parameters of their paths. */
  params?: Readonly<Record<string, v.GenericSchema>>
  /** Answers by name, for `named`. */
  schemas?: Readonly<Record<string, v.GenericSchema>>
  /** Not of the Public API: answers stand alone, outside `data`, and all refusals are said by each operation. */
  bare?: true
  /** How a caller says who they are; default: a token. */
  credential?: 'token' | 'writeKey' | 'none'
}

/** Text, with one that could be. */
export const text = (example: string, description?: string) => v.pipe(v.string(), shown<string>(example, description))

/** A whole number, with one that could be. */
export const whole = (example: number, description?: string) =>
  v.pipe(v.number(), v.integer(), shown<number>(example, description))

export const fraction = (example: number, description?: string) =>
  v.pipe(v.number(), shown<number>(example, description))

export const flagged = (example: boolean, description?: string) =>
  v.pipe(v.boolean(), shown<boolean>(example, description))

/** An ISO time of an answer. */
export const time = (description?: string) =>
  v.pipe(
    v.string(),
    v.metadata({ format: 'date-time', examples: ['2026-11-27T15:00:00.000Z'], ...(description && { description }) }),
  )

/** Values of a kind by names that are not known beforehand. */
export function by(value: v.GenericSchema, example: Record<string, unknown>, description?: string): v.GenericSchema {
  const values: v.GenericSchema = v.record(v.string(), value)
  return v.pipe(values, shown<unknown>(example, description))
}

/** Any JSON object. */
export const anyObject = (example: Record<string, unknown>, description?: string) =>
  by(v.unknown(), example, description)

/** Counts by code. */
export const counts = (example: Record<string, number>, description?: string) => by(v.number(), example, description)

/** A list of what the platform does not have yet: always empty. */
export const noneYet: v.GenericSchema = v.pipe(v.array(v.unknown()), v.maxLength(0), v.metadata({ examples: [[]] }))

const names = new WeakMap<object, string>()

/** An answer that stands elsewhere, in any feature's `schemas`, by its name. */
export function named(name: string): v.GenericSchema {
  const schema = v.unknown()
  names.set(schema, name)
  return schema
}

/** The name that `named` was asked for; `undefined`: it is another schema. */
export function nameOf(schema: object): string | undefined {
  return names.get(schema)
}

const page = {
  current: text('W10', 'The cursor of this page.'),
  next: v.optional(text('WzE3XQ', 'Absent: it is the last.')),
}

/** Answers that are nobody's own. */
export const SHARED_SCHEMAS: Readonly<Record<string, v.GenericSchema>> = {
  Success: v.object({ status: v.literal('SUCCESS') }),
  Pagination: v.object({ ...page, previous: v.optional(text('WzM0XQ')), totalEntries: whole(1) }),
  ForwardPagination: v.pipe(v.object(page), v.description('Of a list that goes one way.')),
  Meanings: by(v.string(), { http_503: 'the endpoint answered 503' }, 'What each code of this answer means, in words.'),
}

/** Of what has no other answer. */
export const success = named('Success')
/** Of a list with a total. */
export const paginationAnswer = named('Pagination')
/** Of a list without one. */
export const forwardPagination = named('ForwardPagination')
/** Beside codes. */
export const meanings = named('Meanings')

interface Shown<T> {
  readonly [name: string]: unknown
  examples: T[]
  description?: string
}

function shown<T>(example: T, description: string | undefined) {
  return v.metadata<T, Shown<T>>({ examples: [example], ...(description !== undefined && { description }) })
}
