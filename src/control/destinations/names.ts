import { and, eq, exists, ne, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { type Refusal, refusal } from '../../refusal.ts'
import { type Database, destinations, sources } from '../../settings/index.ts'

/** A destination and its name among those of its source. */
interface Called {
  id: string
  sourceId: string
  name: string
}

/**
 * Whether another destination of the source has this name: they stand beside each other under it alone. Small and capital
 * letters of the Latin alphabet are the same. In plain words, because Drizzle leaves the table's name away in a delete.
 */
export function namesake({ orm }: Database, { id, sourceId, name }: Called) {
  const other = alias(destinations, 'other')
  return exists(
    orm
      .select({ one: sql`1` })
      .from(other)
      .where(and(eq(other.sourceId, sourceId), ne(other.id, id), sql`lower(${other.name}) = lower(${name})`)),
  )
}

export async function hasNamesake(db: Database, called: Called): Promise<boolean> {
  const rows = await db.orm
    .select({ id: sources.id })
    .from(sources)
    .where(and(eq(sources.id, called.sourceId), namesake(db, called)))
  return rows.length > 0
}

export function nameTaken(name: string): Refusal {
  return refusal(409, `This source has a destination called ${name} already. Give this one a name of its own.`, 'name')
}

/** `Webhooks`, or `Webhooks 2` where the source has one. */
export async function freeName({ orm }: Database, sourceId: string, name: string): Promise<string> {
  const rows = await orm
    .select({ name: destinations.name })
    .from(destinations)
    .where(eq(destinations.sourceId, sourceId))
  const taken = new Set(rows.map((row) => row.name.toLowerCase()))
  const numbered = (n: number) => (n === 1 ? name : `${name} ${n}`)
  let n = 1
  while (taken.has(numbered(n).toLowerCase())) n++
  return numbered(n)
}
