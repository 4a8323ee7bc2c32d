/** How a PostgreSQL is reached: straight, or through a Hyperdrive whose binding the Worker has. */
export type PostgresSettings = DirectSettings | HyperdriveSettings

export interface DirectSettings {
  host: string
  port: number
  database: string
  username: string
  password: string
  /**
   * As libpq calls it. `verify-full`: TLS, the certificate has to be good and for this host; there is nothing between, since
   * Workers check every certificate. `disable`: everything in plain text, the rows and what the password is proved by.
   */
  sslmode: 'verify-full' | 'disable'
}

export interface HyperdriveSettings {
  /** Of the binding, which only the Worker can use. The real host, name, password and TLS are in Hyperdrive's configuration. */
  hyperdrive: Pick<Hyperdrive, (typeof FIELDS)[number]>
}

const FIELDS = ['host', 'port', 'user', 'password', 'database'] as const

export function isHyperdrive(settings: PostgresSettings): settings is HyperdriveSettings {
  return 'hyperdrive' in settings
}

/** The bindings of a Worker that are Hyperdrives, by name, for people to choose from. */
export function hyperdriveNames(env: object): string[] {
  return Object.keys(env).filter((name) => hyperdriveOf(env, name) !== undefined)
}

/** What a Hyperdrive is reached by; `undefined`: the Worker has no such binding. */
export function hyperdriveOf(env: object, name: string): HyperdriveSettings | undefined {
  if (!Object.hasOwn(env, name)) return undefined
  const binding: unknown = (env as Record<string, unknown>)[name]
  // What other Workers are bound by has every property that is asked for, none of them a text.
  if (typeof binding !== 'object' || binding === null || !('connectionString' in binding)) return undefined
  if (typeof binding.connectionString !== 'string') return undefined
  // Its fields rather than its connection string, in which a password is not always escaped.
  const { host, port, user, password, database } = binding as Hyperdrive
  return { hyperdrive: { host, port, user, password, database } }
}
