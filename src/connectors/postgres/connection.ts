import type { Context } from '../../context.ts'

/** An open connection to PostgreSQL: all that is asked of a driver. Fails with what the server says, or with `ConnectionLost`. */
export interface PostgresConnection {
  /**
   * Statements, several only without values. Answers rows and counts of each; the whole fails where one does, within `ms`.
   * Counts are of rows that a statement touched.
   */
  query(text: string, values?: readonly unknown[], ms?: number): Promise<Answer[]>
  /** `copy … from stdin`, fed piece by piece, the next one only when there is room for it. */
  copy(statement: string, pieces: Iterable<string>): Promise<void>
  /** Never fails, and leaves nothing open. */
  end(): Promise<void>
}

export interface Answer {
  rows: Record<string, unknown>[]
  count: number
}

/** Where a connection was when it failed. */
export type Phase = 'connecting' | 'tls' | 'startup' | 'open'

/** The network, or nobody at the other end: what the server said itself is an error with a `code` of five letters. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
  readonly phase: Phase
  /** Nothing came in time. */
  readonly timedOut: boolean

  constructor(phase: Phase, timedOut: boolean, why: string, options?: ErrorOptions) {
    super(why, options)
    this.phase = phase
    this.timedOut = timedOut
  }
}

export interface ConnectionTarget {
  host: string
  port: number
  database: string
  username: string
  password: string
  tls: boolean
}

/** How long each step may take, in milliseconds. */
export const TIMEOUTS_MS = {
  /** With TLS and the password. A server that is asleep takes five seconds. */
  open: 10_000,
  /** Hyperdrive gives no statement more than a minute. */
  statement: 55_000,
  /** Until there is room for the next piece of a copy. */
  piece: 30_000,
} as const

export type OpenConnection = (target: ConnectionTarget, ctx: Context) => Promise<PostgresConnection>
