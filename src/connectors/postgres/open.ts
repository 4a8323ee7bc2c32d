import type { Context } from '../../context.ts'
import type { AllowLocal } from '../../integrations/index.ts'
import { WarehouseError } from '../connector.ts'
import { warehouseAddress } from './address.ts'
import { ConnectionLost, type ConnectionTarget, type OpenConnection, type PostgresConnection } from './connection.ts'
import { type DatabasePlace, serverError, warehouseError } from './errors.ts'
import { isHyperdrive, type PostgresSettings } from './settings.ts'

export interface Opened {
  connection: PostgresConnection
  place: DatabasePlace
  tls: boolean
  isHyperdrive: boolean
}

/** Before a server that was asleep, or is starting, is asked once more. */
const WAKING_MS = 2_000

/** Opens a connection, or throws a `WarehouseError` that says what is wrong. */
export async function openConnection(
  settings: PostgresSettings,
  allowLocal: AllowLocal,
  ctx: Context,
  open: OpenConnection,
): Promise<Opened> {
  const target = targetOf(settings, allowLocal)
  const place = { host: target.host, port: target.port, database: target.database, username: target.username }
  const opened = (connection: PostgresConnection) => {
    return { connection, place, tls: target.tls, isHyperdrive: isHyperdrive(settings) }
  }
  try {
    return opened(await open(target, ctx))
  } catch (error) {
    if (!isAsleep(error)) throw warehouseError(error, place)
  }
  await ctx.sleep(WAKING_MS)
  try {
    return opened(await open(target, ctx))
  } catch (error) {
    throw warehouseError(error, place)
  }
}

function isAsleep(error: unknown): boolean {
  if (error instanceof ConnectionLost) return error.timedOut
  return serverError(error)?.code === '57P03'
}

/** Looked at again each time, since settings may be older than a rule. */
function targetOf(settings: PostgresSettings, allowLocal: AllowLocal): ConnectionTarget {
  if (isHyperdrive(settings)) {
    const { user: username, ...more } = settings.hyperdrive
    // Behind its host, a name that only the Worker knows, Hyperdrive speaks TLS with the database.
    return { ...more, username, tls: false }
  }
  const { port, database, username, password, sslmode } = settings
  const address = warehouseAddress(settings.host, port, allowLocal)
  if ('why' in address) {
    const words = `${address.field === 'host' ? settings.host : `Port ${port}`} ${address.why}.`
    throw new WarehouseError(address.field, words, false)
  }
  return { host: address.host, port, database, username, password, tls: sslmode !== 'disable' }
}
