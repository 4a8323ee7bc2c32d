import type { Context as HonoContext } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { InvalidDestinationSettings, SettingsError } from '../settings/index.ts'

const TYPES: Record<number, string> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  413: 'payload-too-large',
  429: 'too-many-requests',
  500: 'internal',
  503: 'unavailable',
}

/** Problems that one answer names, and letters of a field's name in it: both are the sender's choice. */
const MOST_PROBLEMS = 20
const MOST_LETTERS = 200

export interface Problem {
  message: string
  field?: string
}

/** Refuses a request with one or several reasons. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: ContentfulStatusCode
  readonly problems: Problem[]

  constructor(status: ContentfulStatusCode, ...problems: Problem[]) {
    super(problems.map(({ message }) => message).join(' '))
    this.status = status
    this.problems = problems
  }
}

/** As many of some issues as one answer names, and how many more there are. An empty field is none. */
export function problemsIn<T>(issues: readonly T[], problemOf: (issue: T) => Problem): Problem[] {
  const problems = issues.slice(0, MOST_PROBLEMS).map((issue): Problem => {
    const { message, field } = problemOf(issue)
    return { message, ...(field && { field: field.slice(0, MOST_LETTERS) }) }
  })
  const more = issues.length - problems.length
  if (more > 0)
    problems.push({ message: `There ${more === 1 ? 'is 1 more problem' : `are ${more} more problems`} like these.` })
  return problems
}

/** The Public API's error shape: `{"errors":[{type, message, field?, status}]}`. */
export function errorReply(c: HonoContext, status: ContentfulStatusCode, problems: readonly Problem[]): Response {
  return c.json(
    { errors: problems.map((problem) => ({ type: TYPES[status] ?? 'bad-request', ...problem, status })) },
    status,
  )
}

/** What an exception means to the caller; `undefined`: nothing that the caller could mend. */
export function problemsOf(error: unknown): { status: ContentfulStatusCode; problems: Problem[] } | undefined {
  if (error instanceof ApiError) return { status: error.status, problems: error.problems }
  if (error instanceof InvalidDestinationSettings) {
    const problems = problemsIn(error.issues, ({ field, message }) => ({
      field: field ? `settings.${field}` : 'settings',
      message,
    }))
    return { status: 400, problems }
  }
  if (error instanceof SettingsError) {
    const { status, message, field } = error
    return { status, problems: [{ message, ...(field !== undefined && { field }) }] }
  }
  return undefined
}
