import type { Context } from '../../context.ts'
import { type AllowLocal, refuseAddress } from '../../integrations/index.ts'
import type { Connector } from '../connector.ts'
import { checkRedshift } from './check.ts'
import { redshiftSession } from './session.ts'
import { checkedSettings, type RedshiftSettings } from './settings.ts'

/** Amazon Redshift, by its Data API and files in the customer's bucket. */
export function redshiftConnector(ctx: Context, allowLocal: AllowLocal): Connector<RedshiftSettings> {
  const deps = { ctx, refuse: (url: string) => refuseAddress(url, allowLocal) }
  return {
    limits: { nameBytes: 127, textBytes: 512, columns: 1_500, rowBytes: null },
    // A load costs seconds of the warehouse whatever its size, and its rows are held until they are compressed.
    portion: { events: 10_000, bytes: 8 * 1_024 * 1_024, tables: 200 },
    check: (settings) => checkRedshift(settings, deps),
    open: (settings) => Promise.resolve().then(() => redshiftSession(checkedSettings(settings), deps)),
  }
}
