import type { Database } from './database.ts'

/** A query as drizzle prepares it, with the values that its placeholders stand for. */
interface Prepared<Rows> {
  all(values: Record<string, unknown>): Promise<Rows>
}

/**
 * A query that is built once for each D1 and not each time, for what the pipeline reads: drizzle puts its text together from
 * tables and columns, and it always comes out the same. What differs from time to time is `sql.placeholder(name)` in it.
 */
export function prepared<Rows>(build: (orm: Database['orm']) => { prepare(): Prepared<Rows> }) {
  const built = new WeakMap<D1Database, Prepared<Rows>>()
  return ({ orm }: Pick<Database, 'orm'>, values: Record<string, unknown> = {}): Promise<Rows> => {
    let query = built.get(orm.$client)
    if (!query) built.set(orm.$client, (query = build(orm).prepare()))
    return query.all(values)
  }
}
