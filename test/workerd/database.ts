import { env } from 'cloudflare:workers'

/**
 * D1, of whose queries a test hears: `before` is told each time what is asked, also by a statement that was prepared earlier.
 * What it throws is thrown; a statement that it returns is asked instead.
 */
export function databaseWith(before: (query: string) => D1PreparedStatement | undefined): D1Database {
  const prepare = (query: string) => ({
    bind: (...values: unknown[]) => (before(query) ?? env.DB.prepare(query)).bind(...values),
  })
  return { prepare, batch: (all: D1PreparedStatement[]) => env.DB.batch(all) } as unknown as D1Database
}
