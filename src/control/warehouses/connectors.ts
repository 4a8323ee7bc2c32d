import {
  type Connector,
  icebergConnector,
  type IcebergSettings,
  postgresConnector,
  type PostgresSettings,
  redshiftConnector,
  type RedshiftSettings,
} from '../../connectors/index.ts'
import type { Context } from '../../context.ts'
import type { AllowLocal, SettingsValues } from '../../integrations/index.ts'
import type { Connectors } from '../request.ts'

/**
 * What loads warehouses, by the name that entries of the catalogue have it by: each takes the settings of such an entry.
 * `allowLocal`: of the local run, whose databases may be on loopback.
 */
export function connectorsOf(ctx: Context, allowLocal: AllowLocal): Connectors {
  return {
    postgres: loadedBy(postgresConnector(ctx, allowLocal), postgresSettings),
    // Its fields are called as its settings are.
    redshift: loadedBy(redshiftConnector(ctx, allowLocal), (values) => values as unknown as RedshiftSettings),
    iceberg: loadedBy(icebergConnector(ctx, allowLocal), icebergSettings),
  }
}

function loadedBy<S>(connector: Connector<S>, settingsOf: (values: SettingsValues) => S): Connector<SettingsValues> {
  return {
    ...connector,
    check: (values) => connector.check(settingsOf(values)),
    open: (values) => connector.open(settingsOf(values)),
  }
}

/** What was validated against the fields of `integrations/postgres.ts`. */
function postgresSettings(values: SettingsValues): PostgresSettings {
  const { host, port, database, username, password, ssl } = values as Record<
    'host' | 'database' | 'username' | 'password' | 'ssl',
    string
  > & { port: number }
  return { host, port, database, username, password, sslmode: ssl === 'disable' ? 'disable' : 'verify-full' }
}

/** What was validated against the fields of `integrations/iceberg.ts`. What was left empty is as if it were not there. */
function icebergSettings(values: SettingsValues): IcebergSettings {
  const { uri, warehouse, token, ...others } = values as Record<string, string>
  const optional = (name: string) => (others[name] === '' ? undefined : others[name])
  return {
    uri: uri ?? '',
    warehouse: warehouse ?? '',
    token: token ?? '',
    accessKeyId: optional('accessKeyId'),
    secretAccessKey: optional('secretAccessKey'),
    endpoint: optional('endpoint'),
    region: optional('region'),
  }
}
