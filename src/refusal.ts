/**
 * What is wrong with what somebody asked for, in a sentence. `field`: what of it; without one it is about the whole. `code`:
 * a word for programs, where there are several reasons to tell apart.
 */
export interface Problem {
  field?: string
  code?: string
  message: string
}

/** What a person can mend comes back as problems; everything else is thrown. */
export type Result<T> = { ok: true; value: T } | { ok: false; problems: readonly Problem[] }

export const done = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })

/** Problems that one answer names, and letters of a field's name in it: both are the sender's choice. */
const MOST_PROBLEMS = 20
const MOST_LETTERS = 200

export type RefusalStatus = 400 | 403 | 404 | 409 | 413 | 501

/**
 * Refuses what was asked for, with every reason: the one error that means its message for whoever asked. Pages show it
 * beside the fields, the Public API answers with its `status`.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: RefusalStatus
  readonly problems: readonly Problem[]

  constructor(status: RefusalStatus, ...problems: Problem[]) {
    super(messageOf(problems))
    this.status = status
    this.problems = bounded(problems)
  }
}

/** A refusal with one reason. */
export function refusal(status: RefusalStatus, message: string, field?: string): Refusal {
  return new Refusal(status, problem(message, field))
}

/** The reason why something is not done, as a result. */
export function wrong(message: string, field?: string): { ok: false; problems: readonly Problem[] } {
  return { ok: false, problems: [problem(message, field)] }
}

export function problem(message: string, field?: string): Problem {
  return { message, ...(field !== undefined && { field }) }
}

/** All of them as one text. */
export function messageOf(problems: readonly Problem[]): string {
  return problems.map(({ message }) => message).join(' ')
}

/** As many as one answer names, and how many more there are. An empty field is none. */
function bounded(problems: readonly Problem[]): Problem[] {
  const named = problems.slice(0, MOST_PROBLEMS).map(({ message, field, code }): Problem => ({
    message,
    ...(field && { field: field.slice(0, MOST_LETTERS) }),
    ...(code !== undefined && { code }),
  }))
  const more = problems.length - named.length
  if (more > 0)
    named.push({ message: `There ${more === 1 ? 'is 1 more problem' : `are ${more} more problems`} like these.` })
  return named
}
