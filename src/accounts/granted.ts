import { and, eq, type SQL, sql } from 'drizzle-orm'
import { sources } from '../settings/index.ts'
import type { Accounts } from './accounts.ts'
import { refusal } from '../refusal.ts'

/** A source that can be granted. */
export interface SourceChoice {
  id: string
  name: string
  slug: string
}

/** Sources that a form shows to tick; others are named. */
export const MOST_CHOICES = 50
/** Sources of a source admin. */
export const MOST_GRANTED = 50

/** The workspace's sources by name, one more than are shown: beside other columns, so that a page needs no query more. */
export function choicesOf(workspaceId: string): SQL<string> {
  return sql<string>`(SELECT json_group_array(json_object('id', id, 'name', name, 'slug', slug)) FROM (SELECT id, name, slug FROM sources WHERE workspace_id = ${workspaceId} ORDER BY lower(name), id LIMIT ${MOST_CHOICES + 1}))`
}

/**
 * Ids of the sources that were ticked (ids) or named: by name, slug or id, with commas or new lines between them; of what
 * is none as a whole, each word may be one. Throws `Refusal` 400 with the field `sources` when one is none of the
 * workspace's, or when two have the name.
 */
export async function sourcesNamed(
  { db }: Accounts,
  workspaceId: string,
  { ticked, named }: { ticked: readonly string[]; named: string },
): Promise<string[]> {
  const refuse = (message: string) => refusal(400, message, 'sources')
  const pieces = named.split(/[,;\n]/).flatMap((one) => one.trim() || [])
  const words = pieces.flatMap((one) => [one, ...one.split(/\s+/)])
  if (ticked.length + pieces.length === 0) throw refuse('Name at least one source.')
  if (ticked.length > MOST_GRANTED || words.length > 4 * MOST_GRANTED) throw refuse(`At most ${MOST_GRANTED} sources.`)
  const wanted = sql`(SELECT lower(value) FROM json_each(${JSON.stringify([...ticked, ...words])}))`
  const rows = await db.orm
    .select({ id: sources.id, name: sources.name, slug: sources.slug })
    .from(sources)
    .where(
      and(
        eq(sources.workspaceId, workspaceId),
        sql`(${sources.id} IN ${wanted} OR lower(${sources.slug}) IN ${wanted} OR lower(${sources.name}) IN ${wanted})`,
      ),
    )
    .limit(10 * MOST_GRANTED)
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const find = (word: string): string | undefined => {
    const exact = rows.find(({ id, slug }) => id === word || same(slug, word))
    if (exact) return exact.id
    const called = rows.filter(({ name }) => same(name, word))
    if (called.length > 1) throw refuse(`More than one source is called ${word}: name it by its slug.`)
    return called[0]?.id
  }
  const found = [...ticked, ...pieces].flatMap((one) => {
    const whole = find(one)
    const parts = whole === undefined ? one.split(/\s+/).map(find) : [whole]
    const ids = parts.filter((id) => id !== undefined)
    if (ids.length < parts.length) throw refuse(`There is no source ${one}.`)
    return ids
  })
  const granted = [...new Set(found)]
  if (granted.length > MOST_GRANTED) throw refuse(`At most ${MOST_GRANTED} sources.`)
  return granted
}
