import {
  type Connector,
  hyperdriveOf,
  icebergConnector,
  type IcebergSettings,
  postgresConnector,
  type PostgresSettings,
  redshiftConnector,
  type RedshiftSettings,
  WarehouseError,
} from '../../connectors/index.ts'
import type { Context } from '../../context.ts'
import type { AllowLocal, SettingsValues } from '../../integrations/index.ts'
import type { Connectors } from '../request.ts'

/**
 * What loads warehouses, by the name that entries of the catalogue have it by: each takes the settings of such an entry.
 * `allowLocal`: of the local run, whose databases may be on loopback. `env`: where the bindings of Hyperdrives are.
 */
export function connectorsOf(ctx: Context, allowLocal: AllowLocal, env: object): Connectors {
  return {
    postgres: loadedBy(postgresConnector(ctx, allowLocal), (values) => postgresSettings(values, env)),
    // Its fields are called as its settings are.
    redshift: loadedBy(redshiftConnector(ctx, allowLocal), (values) => values as unknown as RedshiftSettings),
    iceberg: loadedBy(icebergConnector(ctx, allowLocal), icebergSettings),
  }
}

function loadedBy<S>(connector: Connector<S>, settingsOf: (values: SettingsValues) => S): Connector<SettingsValues> {
  return {
    ...connector,
    check: async (values) => {
      try {
        return await connector.check(settingsOf(values))
      } catch (error) {
        if (!(error instanceof WarehouseError)) throw error
        return [{ code: error.code, ok: false, words: error.message }]
      }
    },
    open: async (values) => connector.open(settingsOf(values)),
  }
}

/** What was validated against the fields of `integrations/postgres.ts`. Throws where a Hyperdrive is not bound any more. */
function postgresSettings(values: SettingsValues, env: object): PostgresSettings {
  const { hyperdrive } = values
  if (typeof hyperdrive === 'string') {
    const bound = hyperdriveOf(env, hyperdrive)
    if (bound) return bound
    throw new WarehouseError('hyperdrive', noHyperdrive(hyperdrive), false)
  }
  const { host, port, database, username, password, ssl } = values as Record<
    'host' | 'database' | 'username' | 'password' | 'ssl',
    string
  > & { port: number }
  return { host, port, database, username, password, sslmode: ssl === 'disable' ? 'disable' : 'verify-full' }
}

export function noHyperdrive(name: string): string {
  return `This deployment has no Hyperdrive bound as ${name}: choose another one, or have it bound in wrangler.toml.`
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
