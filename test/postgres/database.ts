import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type { PostgresAccess } from './server.ts'

/** A database of the run's PostgreSQL, of one test file. */
export interface TestDatabase extends PostgresAccess {
  database: string
  /** Rows of a statement, by a client of its own that stays open until `end`. */
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>
  end(): Promise<void>
}

/** An empty database in the PostgreSQL that all files of the run share; the first to ask waits until it has started. */
export async function openDatabase(): Promise<TestDatabase> {
  const answer = await fetch(inject('postgres'))
  if (!answer.ok) throw new Error(await answer.text())
  return createDatabase(await answer.json())
}

/** An empty database in a PostgreSQL that the test has started itself. */
export async function createDatabase(access: PostgresAccess): Promise<TestDatabase> {
  const { host, port, user, password, ca } = access
  const database = `test_${randomBytes(6).toString('hex')}`
  const first = await connected({ host, port, user, password, database: 'postgres' })
  await first.query(`create database ${database}`)
  await first.end()
  const client = await connected({ host, port, user, password, database })
  return {
    host,
    port,
    user,
    password,
    ca,
    database,
    query: async <R extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await client.query<R>(text, values)).rows,
    end: () => client.end(),
  }
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config)
  // A server that a test kills says so here; whoever asks something afterwards hears it too.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
