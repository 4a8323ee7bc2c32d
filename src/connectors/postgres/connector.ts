import type { Context } from '../../context.ts'
import type { AllowLocal } from '../../integrations/index.ts'
import type { Connector } from '../connector.ts'
import { checkConnection } from './check.ts'
import type { OpenConnection } from './connection.ts'
import { openConnection } from './open.ts'
import { sessionBy } from './session.ts'
import type { PostgresSettings } from './settings.ts'

/**
 * PostgreSQL, by TCP or through Hyperdrive. `allowLocal`: of the local run, whose databases may be on loopback. The driver
 * is loaded with the first connection, so that an isolate that opens none has nothing of it.
 */
export function postgresConnector(
  ctx: Context,
  allowLocal: AllowLocal,
  driver: OpenConnection = async (target, ctx) => (await import('./client.ts')).openClient(target, ctx),
): Connector<PostgresSettings> {
  const open = (settings: PostgresSettings) => openConnection(settings, allowLocal, ctx, driver)
  return {
    limits: { nameBytes: 63, textBytes: null, columns: 1_500, rowBytes: 8_000 },
    portion: { events: 5_000, bytes: 2_500_000, tables: 200 },
    check: (settings) => checkConnection(() => open(settings), ctx),
    retypes: true,
    open: async (settings) => sessionBy(await open(settings), ctx),
  }
}
