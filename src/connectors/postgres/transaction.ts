import type { PostgresConnection } from './connection.ts'

/**
 * Locks are waited for briefly: whoever waits for one holds up everybody behind. Our own functions and operators only,
 * whatever somebody has made under their names.
 */
const BEGIN = `begin; set local lock_timeout = '5s'; set local statement_timeout = '50s'; set local search_path = pg_catalog, pg_temp`

/** All of it or nothing. Behind a pool only what is in one transaction is in one session. */
export async function transaction<T>(connection: PostgresConnection, run: () => Promise<T>): Promise<T> {
  await connection.query(BEGIN)
  try {
    const result = await run()
    await connection.query('commit')
    return result
  } catch (error) {
    // A connection that is lost has rolled back by itself.
    await connection.query('rollback').catch(() => undefined)
    throw error
  }
}
