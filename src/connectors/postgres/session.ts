import { type Context, randomId } from '../../context.ts'
import type { WarehouseSession } from '../connector.ts'
import { readCatalogue } from './catalogue.ts'
import { dropTable } from './drop.ts'
import { eraseRows } from './erase.ts'
import { serverError, warehouseError } from './errors.ts'
import { extendSchema } from './extend.ts'
import { loadPortion, type LoadTerms } from './load.ts'
import type { Opened } from './open.ts'
import { readCursor } from './own-tables.ts'
import { rereadingBy } from './reread.ts'
import { retypingBy } from './retype.ts'
import { transaction } from './transaction.ts'
import { unkeyed } from './unkeyed.ts'

/** What a sync does by an open connection. All that fails is a `WarehouseError`. */
export function sessionBy({ connection, place }: Opened, ctx: Context): WarehouseSession {
  let terms: LoadTerms | undefined
  const told = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw warehouseError(error, place)
    }
  }
  const toldAll = <T extends object>(calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([name, run]) => [
        name,
        (...args: unknown[]) => told(() => (run as (...args: unknown[]) => Promise<unknown>)(...args)),
      ]),
    ) as T
  const termsOfSession = async () => (terms ??= await termsOf(connection, ctx))
  return {
    catalogue: (schema) => told(() => transaction(connection, () => readCatalogue(connection, schema))),
    cursor: (schema, reader) => told(() => transaction(connection, () => readCursor(connection, schema, reader))),
    extend: (schema, additions) => told(() => extendSchema(connection, schema, additions, ctx)),
    load: (load) =>
      told(async () => {
        try {
          return await loadPortion(connection, load, await termsOfSession())
        } catch (error) {
          throw serverError(error)?.code === '42P10' ? await unkeyed(connection, load.schema, error) : error
        }
      }),
    erase: (schema, table, userId, from) => told(() => eraseRows(connection, schema, table, userId, from, ctx)),
    drop: (schema, table) => told(() => dropTable(connection, schema, table)),
    rereading: toldAll(rereadingBy(connection, termsOfSession)),
    retyping: toldAll(retypingBy(connection)),
    end: () => connection.end(),
  }
}

async function termsOf(connection: Opened['connection'], ctx: Context): Promise<LoadTerms> {
  const sql = `select has_database_privilege(current_database(), 'TEMPORARY') as temporary`
  const [answer] = await transaction(connection, () => connection.query(sql))
  return { isTemporary: answer?.rows[0]?.temporary === 't', mark: randomId(ctx, '', 10) }
}
