import * as v from 'valibot'
import { isObject } from '../spec/index.ts'
import { ApiError, MOST_PROBLEMS } from './errors.ts'

/** The body as a schema has it. Throws `ApiError` 400 with the problems and their fields. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  // The schemas would take a list for an object without entries.
  if (!isObject(body)) throw new ApiError(400, { message: 'The body is not a JSON object.' })
  const result = v.safeParse(schema, body)
  if (result.success) return result.output
  const problems = result.issues.slice(0, MOST_PROBLEMS).map((issue) => {
    const field = v.getDotPath(issue)
    return { message: issue.message, ...(field && { field }) }
  })
  throw new ApiError(400, ...problems)
}
