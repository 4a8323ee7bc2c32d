import type { Additions, Catalogue, ColumnType, Limits, SyncNotice, TableRows } from '../tables/index.ts'

/** A place in a source's log: event `index` of row `seq` comes next. */
export interface Cursor {
  seq: number
  index: number
}

/**
 * How far a reader of a source's log has been loaded. It lies in the warehouse itself, in `_sluice_cursor` of the source's
 * schema, and moves in the same transaction as the rows, so that rows are the same after any crash.
 */
export interface CursorMove {
  /** `sync`, or that of a backfill: `backfill:<id>`. */
  reader: string
  /** Where it stands, as whoever loads knows it; `null`: the warehouse has none yet. Another place there: nothing is loaded. */
  from: Cursor | null
  to: Cursor
}

/** Of a schema, where its owner wants it: what could not be loaded as it was sent. */
export const DISCARDS_TABLE = '_sluice_discards'

/** One portion of a source's log as rows. */
export interface Load {
  schema: string
  /** Append only: rows whose `id` is there already are left out, the first of those with one id is taken. */
  tables: TableRows[]
  /**
   * `users` and `accounts`: rows to be folded into one an `id`, of each column the value that was received last and is not
   * NULL. Recomputed from `identifies` or `groups` for the ids that are named here, where those are loaded.
   */
  upserts: TableRows[]
  /** Objects: rows that set some columns of the row of their id, see `TableRows.sets`. Absent: there are none. */
  merges?: TableRows[]
  cursor: CursorMove
  /**
   * What of the portion could not be loaded as it was sent, for the table `_sluice_discards` of the schema, where its owner
   * wants one: it gets these and the rows that the warehouse refuses, in the same transaction. Absent: no such table.
   */
  discards?: readonly SyncNotice[]
}

export type Loaded =
  | {
      state: 'loaded'
      /** Rows that are new, by table. */
      inserted: Record<string, number>
      /** Rows that the warehouse would not take, one by one; they never stop a load. */
      notices: SyncNotice[]
    }
  /** Somebody else has moved the cursor: nothing was loaded. */
  | { state: 'moved'; to: Cursor | null }

/** What is wrong with a connection, in words for whoever set it up. */
export interface Check {
  /** What was looked at: `host`, `port`, `tls`, `password`, `database`, `create`, `temporary`, `version`, … */
  code: string
  ok: boolean
  /** A sentence. */
  words: string
  /** Statements that mend it, to be run by an administrator. */
  sql?: string
  /** An IAM policy that mends it (JSON, on several lines), to be attached where `words` say. */
  policy?: string
}

/**
 * A failure of the warehouse: `words` for people. `retry`: the same again may work (it is restarting, asleep, too busy);
 * else a person has to do something.
 */
export class WarehouseError extends Error {
  override readonly name = 'WarehouseError'
  readonly code: string
  readonly retry: boolean
  /** Statements that mend it, to be run by an administrator. */
  readonly sql: string | undefined

  constructor(code: string, words: string, retry: boolean, options?: ErrorOptions & { sql?: string | undefined }) {
    super(words, options)
    this.code = code
    this.retry = retry
    this.sql = options?.sql
  }
}

/** The code of a failure: the rows of a load lie in more files than can be written anew at once; fewer rows may do. */
export const TOO_SPREAD = 'folded_too_large'

/** An open connection. Every call may fail with a `WarehouseError`, before or after it took effect; each may be repeated. */
export interface WarehouseSession {
  /** The tables of a schema as they are now; `null`: there is no such schema. Tables whose names begin with `_sluice_` are left out. */
  catalogue(schema: string): Promise<Catalogue | null>
  /** Where a reader of a source's log stands; `null`: nowhere yet. */
  cursor(schema: string, reader: string): Promise<Cursor | null>
  /** Makes the schema, its cursor table, tables and columns that are not there. Nothing is ever taken away or changed. */
  extend(schema: string, additions: readonly Additions[]): Promise<void>
  /** All or nothing: rows, `users` and `accounts`, and the cursor. */
  load(load: Load): Promise<Loaded>
  /**
   * Removes a person's rows from one table: by `user_id`, in `users` by `id`, in `aliases` also by `previous_id`; and, not
   * after them, the rows of `_sluice_discards` that have a sample of a row that goes, by its `id`. Bounded in time: it goes
   * through a part of a large table, from `from` on (`null`: the beginning, else what `next` said).
   */
  erase(schema: string, table: string, userId: string, from: string | null): Promise<Erased>
  /** Removes a table, if it is there, and what `_sluice_discards` says of it. What needs it, such as a view: a `WarehouseError`. */
  drop(schema: string, table: string): Promise<void>
  /** Absent: objects cannot be read anew. */
  rereading?: Rereading
  /** Absent: columns cannot be given another type. */
  retyping?: Retyping
  end(): Promise<void>
}

/** Rows that were removed, and where the next call goes on; `null`: the table has been gone through. */
export interface Erased {
  rows: number
  /** Rows of `_sluice_discards` that were removed; absent: none. */
  discards?: number
  next: string | null
}

/**
 * Gives a column another type and loads it anew from the archive: `begin`, `fill` with all that the archive has up to the
 * cursor (nothing else may load the table meanwhile), `finish`. What reads the column sees the old values until then.
 */
export interface Retyping {
  /**
   * Makes the new column beside the old one, empty; one of another type that is there already is made anew. Views that need
   * the old one: a `WarehouseError` with `sql`, as with `finish`.
   */
  begin(schema: string, table: string, column: string, type: ColumnType): Promise<void>
  /** Puts cells of `column` into the new column where that has none, by `id`: of rows with one id the first stays. Those that the warehouse refuses stay NULL and are notices. */
  fill(schema: string, column: string, rows: TableRows): Promise<{ filled: number; notices: SyncNotice[] }>
  /**
   * `fill` for `users` and `accounts`: from the new column of the table they are folded from, or its column where that is
   * of the type already; some ids at a time, those after `after`. Answers the last one; `null`: that was all.
   */
  refold(schema: string, table: string, column: string, after: string | null): Promise<string | null>
  /** The new column takes the place of the old one, in one transaction. Views that need the old one: a `WarehouseError` with `sql`. */
  finish(schema: string, table: string, column: string): Promise<void>
  /** Removes the new column. */
  cancel(schema: string, table: string, column: string): Promise<void>
}

/**
 * Reads objects anew: `load` all of their log, into tables beside those that people see, and then `take` their rows over while
 * nothing else is loaded, so that nobody sees an older state.
 */
export interface Rereading {
  /** As the session's, of `merges` alone, into tables beside their own, which are made. */
  load(load: Load): Promise<Loaded>
  /**
   * Takes some rows from the table beside, those of the ids after `after`: whole, or `column` alone into its new column, see
   * `Retyping.begin`. Answers how many rows are new, or values were filled in, those that the warehouse refuses as notices,
   * and the last id; `null`: that was all.
   */
  take(
    schema: string,
    table: string,
    column: string | null,
    after: string | null,
  ): Promise<{ rows: number; notices: SyncNotice[]; next: string | null }>
  /** Removes the table beside. */
  close(schema: string, table: string): Promise<void>
}

/** What a kind of warehouse can do. `Settings` are what a person fills in, secrets opened. */
export interface Connector<Settings = unknown> {
  limits: Limits
  /**
   * Of one load at most: events, bytes of their JSON, and tables that they make rows of (events called by what should be a
   * property make a table each; a transaction has locks for so many). What a load costs at the warehouse decides.
   */
  portion: { events: number; bytes: number; tables?: number }
  /** Looks at the connection step by step, up to the first step that fails; throws nothing. */
  check(settings: Settings): Promise<Check[]>
  open(settings: Settings): Promise<WarehouseSession>
  /** Whether its sessions give columns another type. */
  retypes?: true
}
