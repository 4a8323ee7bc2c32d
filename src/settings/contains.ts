import { type Column, type SQL, sql } from 'drizzle-orm'

/** Different letters beyond ASCII whose case a search leaves aside: each nests the expression one level deeper. */
const MOST_LETTERS = 30
/** Between columns, so that nothing is found that lies half in one and half in the next. */
const BETWEEN = '\u001F'

/**
 * Whether one of some columns has `text` in it, in any case of its letters. Not by LIKE, whose patterns D1 bounds at
 * fifty bytes, and in which other letters than ASCII have a case. Every letter stands for itself, and a text of any
 * length is well.
 */
export function contains(columns: readonly Column[], text: string): SQL {
  const wanted = folded(text)
  if (wanted.includes(BETWEEN)) return sql`false`
  const shown = columns.map((column) => sql`coalesce(${column}, '')`)
  // SQLite's `lower` knows ASCII alone. Of the other letters those are made small that the text has.
  const all = sql`lower(${sql.join(shown, sql` || ${letter(BETWEEN)} || `)})`
  const letters = [...new Set(wanted)].map((small) => [small.toUpperCase(), small] as const)
  const cased = letters.filter(([large, small]) => large !== small && large.length === small.length && small > '\u007F')
  const small = cased
    .slice(0, MOST_LETTERS)
    .reduce((of, [large, small]) => sql`replace(${of}, ${letter(large)}, ${letter(small)})`, all)
  return sql`instr(${small}, ${wanted}) > 0`
}

/** As texts are compared in a search. */
export function folded(text: string): string {
  return text.trim().toLowerCase()
}

/** By its number and not as a parameter, of which D1 takes a hundred: a page looks for the same several times over. */
function letter(one: string): SQL {
  return sql.raw(`char(${one.codePointAt(0)})`)
}
