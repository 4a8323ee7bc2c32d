import type { Context } from 'hono'
import { readForm } from '../accounts/index.ts'
import { done, type Problem, Refusal, type Result } from '../refusal.ts'

/** What was typed into a form, by name every value that came under it, and what is wrong with it. */
export class Form {
  /** A form that nobody has sent yet. */
  static readonly blank = new Form(new Map(), false, [])

  readonly #values: ReadonlyMap<string, readonly string[]>
  /** Whether somebody has sent it: what they typed stands in the fields, and not what is saved. */
  readonly sent: boolean
  readonly problems: readonly Problem[]

  private constructor(values: ReadonlyMap<string, readonly string[]>, sent: boolean, problems: readonly Problem[]) {
    this.#values = values
    this.sent = sent
    this.problems = problems
  }

  /** The form that a request posts. */
  static async read(c: Context): Promise<Form> {
    const values = new Map<string, string[]>()
    for (const [name, value] of await readForm(c)) {
      const before = values.get(name)
      if (before) before.push(value)
      else values.set(name, [value])
    }
    return new Form(values, true, [])
  }

  /** The same form, to be shown again with what is wrong. */
  refused(...problems: readonly Problem[]): Form {
    return new Form(this.#values, this.sent, problems)
  }

  /** Whether something is wrong: then the page that shows it is no success. */
  get wrong(): boolean {
    return this.problems.length > 0
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** One value, without the space around it; absent is empty. */
  get(name: string): string {
    return this.exact(name).trim()
  }

  /** One value as it was typed, for passwords. */
  exact(name: string): string {
    return this.#values.get(name)?.at(-1) ?? ''
  }

  /** What a field shows: what was typed, or else `saved`. */
  value(name: string, saved: string): string
  value(name: string, saved: string | undefined): string | undefined
  value(name: string, saved: string | undefined): string | undefined {
    return this.has(name) ? this.get(name) : saved
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  names(): string[] {
    return [...this.#values.keys()]
  }

  /** What is wrong with a field, every reason; without a name, with the form as a whole. */
  problem(name?: string): string | undefined {
    const messages = this.problems.filter(({ field }) => field === name).map(({ message }) => message)
    return messages.length === 0 ? undefined : messages.join(' ')
  }
}

/**
 * Does what a form asks for. What the person can mend comes back as problems, beside its fields; what is not there, and
 * the rest, is thrown.
 */
export async function attempt<T>(act: () => Promise<T>): Promise<Result<T>> {
  try {
    return done(await act())
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 404) throw error
    return { ok: false, problems: error.problems }
  }
}

/** What a `datetime-local` input says, which has no zone: it is UTC, as its label has to say. Other text stays as it is. */
export function utcTime(text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(text) ? `${text.length === 16 ? `${text}:00` : text}Z` : text
}

/**
 * Whether somebody typed this name, as far as a keyboard can tell: apostrophes, quotes and dashes of any shape, letters
 * that Unicode writes in two ways, and any space around or between are the same. Case counts.
 */
export function isName(typed: string, name: string): boolean {
  return plain(typed) === plain(name)
}

function plain(text: string): string {
  return (
    text
      // Before letters are taken apart: an acute accent alone would become a space.
      .replaceAll(/[‘’‚‛ʹʼʻ′＇`´]/g, "'")
      .replaceAll(/[“”„‟″«»]/g, '"')
      .replaceAll(/\p{Pd}|−/gu, '-')
      .normalize('NFKC')
      .replaceAll(/\p{Cf}|\p{Variation_Selector}/gu, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
  )
}
