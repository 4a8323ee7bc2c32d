import { type Context, randomId } from '../../context.ts'
import type { Retyping, WarehouseSession } from '../connector.ts'
import { readCatalogue } from './catalogue.ts'
import { dropTable } from './drop.ts'
import { eraseRows } from './erase.ts'
import { serverError, warehouseError } from './errors.ts'
import { extendSchema } from './extend.ts'
import { loadPortion, type LoadTerms } from './load.ts'
import type { Opened } from './open.ts'
import { readCursor } from './own-tables.ts'
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
  const retyping = retypingBy(connection)
  return {
    catalogue: (schema) => told(() => transaction(connection, () => readCatalogue(connection, schema))),
    cursor: (schema, reader) => told(() => transaction(connection, () => readCursor(connection, schema, reader))),
    extend: (schema, additions) => told(() => extendSchema(connection, schema, additions, ctx)),
    load: (load) =>
      told(async () => {
        terms ??= await termsOf(connection, ctx)
        try {
          return await loadPortion(connection, load, terms)
        } catch (error) {
          throw serverError(error)?.code === '42P10' ? await unkeyed(connection, load.schema, error) : error
        }
      }),
    erase: (schema, table, userId, from) => told(() => eraseRows(connection, schema, table, userId, from, ctx)),
    drop: (schema, table) => told(() => dropTable(connection, schema, table)),
    retyping: Object.fromEntries(
      Object.entries(retyping).map(([name, run]) => [
        name,
        (...args: unknown[]) => told(() => (run as (...args: unknown[]) => Promise<unknown>)(...args)),
      ]),
    ) as unknown as Retyping,
    end: () => connection.end(),
  }
}

async function termsOf(connection: Opened['connection'], ctx: Context): Promise<LoadTerms> {
  const sql = `select has_database_privilege(current_database(), 'TEMPORARY') as temporary`
  const [answer] = await transaction(connection, () => connection.query(sql))
  return { isTemporary: answer?.rows[0]?.temporary === 't', mark: randomId(ctx, '', 10) }
}
