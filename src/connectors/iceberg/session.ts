import type { Context } from '../../context.ts'
import type { WarehouseSession } from '../connector.ts'
import { Catalog } from './catalog.ts'
import { checkLake } from './check.ts'
import { eraseFrom, forgetTold } from './erase.ts'
import { extendLake, readTables } from './extend.ts'
import type { Lake } from './lake.ts'
import { readPlace, runLoad } from './load.ts'
import type { GuardedSettings } from './settings.ts'

export { checkLake }

/** A lake as it is now. There is no connection: every call is some of HTTP. */
export async function openLake(ctx: Context, settings: GuardedSettings): Promise<WarehouseSession> {
  const lake: Lake = { ctx, settings, catalog: await Catalog.open(ctx, settings) }
  return {
    catalogue: (schema) => readTables(lake, schema),
    cursor: (schema, reader) => readPlace(lake, schema, reader),
    extend: (schema, additions) => extendLake(lake, schema, additions),
    load: (load) => runLoad(lake, load),
    erase: (schema, table, userId, from) => eraseFrom(lake, schema, table, userId, from),
    drop: async (schema, table) => {
      await lake.catalog.dropTable(schema, table)
      await forgetTold(lake, schema, table)
    },
    end: () => Promise.resolve(),
  }
}
