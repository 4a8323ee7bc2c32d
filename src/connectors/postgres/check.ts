import type { Context } from '../../context.ts'
import { type Check, WarehouseError } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { warehouseError } from './errors.ts'
import type { Opened } from './open.ts'
import { identifier } from './sql.ts'
import { transaction } from './transaction.ts'

/** The oldest that is known to understand all that is sent. */
const OLDEST = 120_000
/** An answer that took longer was woken up. */
const SLOW_MS = 2_000

const FACTS = `
  select current_setting('server_version_num') as version, current_setting('server_version') as called,
    current_setting('server_encoding') as encoding, current_database() as database, current_user as username,
    pg_is_in_recovery() as replica,
    has_database_privilege(current_database(), 'CREATE') as may_create,
    has_database_privilege(current_database(), 'TEMPORARY') as may_stage,
    (select json_agg(nspname order by nspname) from pg_namespace where nspname !~ '^(pg_|information_schema$|public$)'
      and has_schema_privilege(oid, 'USAGE') and has_schema_privilege(oid, 'CREATE')) as schemas`

interface Facts {
  version: string
  called: string
  encoding: string
  database: string
  username: string
  replica: string
  may_create: string
  may_stage: string
  schemas: string | null
}

/** Steps to a connection, in the order in which they can fail; each with what it says when it went well. */
const STEPS: readonly [
  code: string,
  failures: readonly string[],
  words: (at: string, tls: boolean) => string | null,
][] = [
  ['host', ['host'], (at) => `${at} is found.`],
  ['port', ['port', 'no_answer', 'unreachable'], (at) => `${at} answers.`],
  [
    'tls',
    ['tls_missing', 'certificate'],
    (_, tls) => (tls ? 'The connection is encrypted, and the certificate is good.' : null),
  ],
  ['password', ['password', 'login'], () => 'User and password are right.'],
  ['database', ['database', 'permission'], () => 'The database is there.'],
]

/** Looks at a connection step by step; stops at the first that fails. Never throws. */
export async function checkConnection(open: () => Promise<Opened>, ctx: Context): Promise<Check[]> {
  const began = ctx.now()
  let opened: Opened
  try {
    opened = await open()
  } catch (error) {
    return failedToConnect(error)
  }
  const { connection, place, tls } = opened
  const checks = reached(STEPS.length, `${place.host}:${place.port}`, tls)
  if (!tls && !opened.isHyperdrive) checks.push(PLAIN_TEXT)
  if (ctx.now() - began > SLOW_MS) {
    checks.push({ code: 'asleep', ok: true, words: 'It took some seconds: the server was asleep, or is far away.' })
  }
  try {
    for (const check of await permissions(connection)) {
      checks.push(check)
      if (!check.ok) break
    }
  } catch (error) {
    checks.push(failure('database', warehouseError(error, place)))
  } finally {
    await connection.end()
  }
  return checks
}

const PLAIN_TEXT: Check = {
  code: 'tls',
  ok: true,
  words: 'The connection is not encrypted, as it was asked for: whoever is between here and there can read all rows.',
}

function failedToConnect(error: unknown): Check[] {
  const failed = error instanceof WarehouseError ? error : new WarehouseError('unreachable', String(error), true)
  const at = STEPS.findIndex(([, failures]) => failures.includes(failed.code))
  // Too many connections, starting up: the server itself has said so.
  const step = at >= 0 ? at : STEPS.length - 1
  const code = at >= 0 ? (STEPS[at] as (typeof STEPS)[number])[0] : failed.code
  const isReached = at > 1
  return [...(isReached ? reached(step, 'The server', at > 2) : []), failure(code, failed)]
}

function reached(steps: number, at: string, tls: boolean): Check[] {
  return STEPS.slice(0, steps).flatMap(([code, , words]) => {
    const said = words(at, tls)
    return said === null ? [] : [{ code, ok: true, words: said }]
  })
}

function failure(code: string, { message, sql }: WarehouseError): Check {
  return { code, ok: false, words: message, ...(sql !== undefined && { sql }) }
}

async function permissions(connection: PostgresConnection): Promise<Check[]> {
  const [answer] = await transaction(connection, () => connection.query(FACTS))
  const facts = answer?.rows[0] as unknown as Facts
  return [version(facts), primary(facts), encoding(facts), create(facts), temporary(facts)]
}

function version({ version, called }: Facts): Check {
  const ok = Number(version) >= OLDEST
  return {
    code: 'version',
    ok,
    words: ok ? `It is PostgreSQL ${called}.` : `It is PostgreSQL ${called}; 12 or later is needed.`,
  }
}

function primary({ replica }: Facts): Check {
  const ok = replica !== 't'
  return {
    code: 'primary',
    ok,
    words: ok ? 'It can be written to.' : 'It is a replica, which takes no rows: connect to the primary server.',
  }
}

function encoding({ encoding, database, username }: Facts): Check {
  const ok = encoding === 'UTF8'
  return {
    code: 'encoding',
    ok,
    words: ok
      ? 'Its encoding is UTF-8.'
      : `Its encoding is ${encoding}, which has not all characters that events have.`,
    ...(!ok && {
      sql: `create database ${identifier(`${database}_utf8`)} owner ${identifier(username)} encoding 'UTF8' template template0;`,
    }),
  }
}

function create({ may_create, schemas, database, username }: Facts): Check {
  if (may_create === 't') return { code: 'create', ok: true, words: 'Schemas can be made.' }
  const ready = schemas === null ? [] : (JSON.parse(schemas) as string[])
  const sql = `grant create on database ${identifier(database)} to ${identifier(username)};`
  if (ready.length > 0) {
    const words = `No schemas can be made; tables can in these: ${ready.slice(0, 10).join(', ')}. A source needs one of its own name.`
    return { code: 'create', ok: true, words, sql }
  }
  return {
    code: 'create',
    ok: false,
    words: `${username} may make no schema in ${database}: each source has one.`,
    sql: `${sql}\n-- or one for a source, by its slug:\ncreate schema "…" authorization ${identifier(username)};`,
  }
}

function temporary({ may_stage, database, username }: Facts): Check {
  if (may_stage === 't') return { code: 'temporary', ok: true, words: 'Temporary tables can be made.' }
  return {
    code: 'temporary',
    ok: true,
    words:
      'No temporary tables can be made: rows go through tables in the schemas of the sources, which is a little slower.',
    sql: `grant temporary on database ${identifier(database)} to ${identifier(username)};`,
  }
}
