import { readForm } from '../accounts/index.ts'
import { problemsOf } from './errors.ts'
import type { PanelContext } from '../ui/context.ts'

/** What was typed into a form: by name, every value that came under it. */
export type Typed = ReadonlyMap<string, readonly string[]>

/** What is wrong with a form: by field a sentence; under the empty name, what belongs to no field. */
export type Problems = ReadonlyMap<string, string>

export const NO_PROBLEMS: Problems = new Map()

/** The fields of a form as text. */
export async function typed(c: PanelContext): Promise<Typed> {
  const values = new Map<string, string[]>()
  for (const [name, value] of await readForm(c)) {
    const before = values.get(name)
    if (before) before.push(value)
    else values.set(name, [value])
  }
  return values
}

/** One value, without the space around it; absent is empty. */
export function one(form: Typed, name: string): string {
  return form.get(name)?.at(-1)?.trim() ?? ''
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

export type Attempt<T> = { ok: true; value: T } | { ok: false; problems: Problems }

/** Does what a form asks for. What the person can mend comes back as problems, beside its fields; the rest is thrown. */
export async function attempt<T>(act: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await act() }
  } catch (error) {
    const known = problemsOf(error)
    if (!known || known.status === 404) throw error
    const problems = new Map<string, string>()
    for (const { field = '', message } of known.problems) {
      const before = problems.get(field)
      problems.set(field, before === undefined ? message : `${before} ${message}`)
    }
    return { ok: false, problems }
  }
}
