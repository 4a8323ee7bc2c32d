import { WarehouseError } from '../connector.ts'
import { ConnectionLost } from './connection.ts'
import { identifier } from './sql.ts'

/** What the server says of an error: the fields that are used here. */
export interface ServerError {
  code: string
  message: string
}

export function serverError(error: unknown): ServerError | null {
  if (!(error instanceof Error) || !('code' in error) || error instanceof WarehouseError) return null
  const { code, message } = error
  return typeof code === 'string' && /^[\dA-Z]{5}$/.test(code) ? { code, message } : null
}

/**
 * It is about a row and what it holds: 22 data that a type does not take, 23 a constraint of the owner's, 54 too wide for a
 * page; 44 a view's condition. But 54011 and 54023 are about columns of a table.
 */
export function isAboutRows(error: unknown): boolean {
  const code = serverError(error)?.code ?? ''
  return /^(?:22|23|44|54)/.test(code) && code !== '54011' && code !== '54023'
}

/** Who asks and whom, for sentences and statements. */
export interface DatabasePlace {
  host: string
  port: number
  database: string
  username: string
}

/** A failure in words, and whether the same again may work. */
export function warehouseError(error: unknown, place: DatabasePlace): WarehouseError {
  if (error instanceof WarehouseError) return error
  if (error instanceof ConnectionLost) return lost(error, place)
  const said = serverError(error)
  if (!said) throw error
  const known = SENTENCES.find(([code]) => said.code.startsWith(code))?.[1]
  if (known) {
    const { code, words, retry, sql } = known(place, said.message)
    return new WarehouseError(code, words, retry, { cause: error, sql })
  }
  const words = `PostgreSQL refused it: ${said.message} (${said.code}).`
  return new WarehouseError('refused', words, true, { cause: error })
}

interface Sentence {
  code: string
  words: string
  retry: boolean
  sql?: string
}

type Say = (place: DatabasePlace, message: string) => Sentence

const again = (code: string, words: string): Say => {
  return () => ({ code, words, retry: true })
}

function notATable(_: DatabasePlace, message: string): Sentence {
  const words = `Something that is no table has the name of one of ours: ${message}. Rename it, and the table is made.`
  return { code: 'not_a_table', words, retry: false }
}

/** By the beginning of the server's code, the longer one first. */
const SENTENCES: readonly [code: string, say: Say][] = [
  [
    '28P01',
    ({ username }) => ({
      code: 'password',
      words: `The password of ${username} is wrong, or PostgreSQL has no such user.`,
      retry: false,
      sql: `create role ${identifier(username)} login password '…';\n-- or, where it is there:\nalter role ${identifier(username)} login password '…';`,
    }),
  ],
  [
    '28',
    ({ username }, message) => ({
      code: 'login',
      words: `PostgreSQL does not let ${username} in from here: ${message}. Its file pg_hba.conf, or the rules of its provider, say who may come from where.`,
      retry: false,
    }),
  ],
  [
    '3D000',
    ({ database, username }) => ({
      code: 'database',
      words: `The server has no database called ${database}.`,
      retry: false,
      sql: `create database ${identifier(database)} owner ${identifier(username)};`,
    }),
  ],
  [
    '42501',
    ({ database, username }, message) => ({
      code: 'permission',
      words: `${username} may not do this: ${message}.`,
      retry: false,
      sql: `grant connect, create, temporary on database ${identifier(database)} to ${identifier(username)};`,
    }),
  ],
  ['42P01', again('changed', 'A table was removed while it was being loaded.')],
  ['42703', again('changed', 'A column was removed while its table was being loaded.')],
  ['42804', again('changed', 'A column was given another type while its table was being loaded.')],
  ['42809', notATable],
  ['42P07', notATable],
  [
    '54011',
    (_, message) => ({
      code: 'columns_used_up',
      words: `A table of PostgreSQL has 1 600 columns in its life, removed ones too: ${message}. Make the table anew (create table … as select …) to have them back.`,
      retry: false,
    }),
  ],
  [
    '53100',
    (_, message) => ({
      code: 'disk_full',
      words: `The server's disk is full: ${message}. Nothing is loaded until there is room.`,
      retry: false,
    }),
  ],
  ['53300', again('too_many_connections', 'The server has as many connections as it takes.')],
  ['53', again('no_resources', 'The server has too little memory or other resources at the moment.')],
  [
    '25006',
    ({ host }) => ({
      code: 'read_only',
      words: `${host} only answers questions: it is a replica, or read only. Connect to the primary server.`,
      retry: false,
    }),
  ],
  [
    '0A000',
    (_, message) => ({
      code: 'not_supported',
      words: `The server does not know how to do this: ${message}. PostgreSQL 12 or later is needed.`,
      retry: false,
    }),
  ],
  ['40', again('conflict', 'Another transaction was in the way.')],
  ['55P03', again('locked', 'A table stayed locked by somebody else, a long report for instance.')],
  ['57014', again('too_slow', 'The server took too long for a statement, and it was cancelled.')],
  ['57P03', again('starting', 'The server is starting or shutting down.')],
  ['57P', again('restarting', 'The server was stopped or ended the connection.')],
  ['08', again('connection', 'The connection was broken.')],
]

function lost(error: ConnectionLost, { host, port }: DatabasePlace): WarehouseError {
  const of = (code: string, words: string, retry: boolean) => new WarehouseError(code, words, retry, { cause: error })
  const { phase, timedOut, message } = error
  if (phase === 'open') {
    const why = timedOut ? 'did not answer in time' : 'ended the connection'
    return of(timedOut ? 'timeout' : 'connection', `${host} ${why}.`, true)
  }
  if (/does not support SSL/i.test(message)) {
    return of(
      'tls_missing',
      `${host} does not speak TLS. Switch it on in the server, so that nobody reads along.`,
      false,
    )
  }
  if (phase === 'tls' && !timedOut) {
    return of(
      'certificate',
      `The certificate of ${host} is not good: no public authority has signed it, it is for another name, or out of date. ` +
        'Of a server whose provider has an authority of its own, use Hyperdrive, which can be given that.',
      false,
    )
  }
  if (/ENOTFOUND|EAI_AGAIN|DNS|resolve/i.test(message)) {
    return of('host', `There is no host called ${host}. Is the name spelled right?`, false)
  }
  if (/ECONNREFUSED|refused/i.test(message)) {
    return of('port', `At ${host} nobody listens on port ${port}, or a firewall refuses.`, true)
  }
  if (timedOut || /ETIMEDOUT|timed? ?out/i.test(message)) {
    const words = `${host}:${port} does not answer. A firewall drops what comes from Cloudflare, or the server is asleep.`
    return of('no_answer', words, true)
  }
  if (phase === 'startup') {
    return of('connection', `${host}:${port} ended the connection before it let us in. Is it PostgreSQL?`, true)
  }
  // A Worker is told no more than this.
  const words = `${host}:${port} cannot be connected to: the name is wrong, nobody listens on that port, or a firewall refuses.`
  return of('unreachable', words, true)
}
