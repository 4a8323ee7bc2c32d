import * as v from 'valibot'
import { isObject } from '../event/index.ts'
import { done, problem, Refusal, type Result, wrong } from '../refusal.ts'

/** The body as a schema has it. Throws `Refusal` 400 with its problems, each a sentence with its field. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const result = check(schema, body)
  if (!result.ok) throw new Refusal(400, ...result.problems)
  return result.value
}

export function check<T>(schema: v.GenericSchema<unknown, T>, body: unknown): Result<T> {
  // The schemas would take a list for an object without entries.
  if (!isObject(body)) return wrong('The body is not a JSON object.')
  const result = v.safeParse(schema, body)
  if (result.success) return done(result.output)
  return {
    ok: false,
    problems: result.issues.map((issue) => problem(sentence(issue), v.getDotPath(issue) ?? undefined)),
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
}

/**
 * What is wrong, in words of ours: those that the schema has for it, or else what its kind of issue comes to. The
 * library's own messages are for programmers, and begin like the first test below.
 */
function sentence({ message, expected, received }: v.BaseIssue<unknown>): string {
  if (!message.startsWith('Invalid ')) return message
  if (expected === 'never') return 'There is no such field.'
  // An object without one of its entries expects the name of that, in quotes.
  if (received === 'undefined') return 'This is required.'
  const noun = Object.hasOwn(NOUNS, expected ?? '') ? NOUNS[expected ?? ''] : undefined
  if (noun !== undefined) return `Must be ${noun}.`
  return 'This value is not possible here.'
}
