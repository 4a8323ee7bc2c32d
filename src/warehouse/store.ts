import type { Cursor } from '../connectors/index.ts'
import type { Catalogue } from '../tables/index.ts'
import type { WarehouseBounds } from './dials.ts'
import { withoutPeople } from './samples.ts'
import type {
  Backfill,
  Erasure,
  KnownTable,
  Removal,
  RetypingJob,
  SourceSync,
  Sync,
  SyncCause,
  Trouble,
} from './protocol.ts'

/** The part of a Durable Object's storage that a warehouse needs. */
export interface WarehouseStorage {
  sql: Pick<SqlStorage, 'exec'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** What the object knows beside its lists, in one row. */
export interface StoredWarehouse {
  /** Grows with each write: whoever has an older one in memory writes no more. */
  version: number
  /** Of the terms that it goes by; another one is looked at anew. */
  terms: number
  nextAt: number | null
  /** Somebody wants a sync, which has this id. */
  wanted: { id: string; cause: SyncCause } | null
  /** Syncs in a row that failed, the last one's reason, and of how many others were told. */
  failures: number
  error: Trouble | null
  told: number
  /** Steps in a row that came to nothing for reasons of the platform’s own. */
  faults: number
  rows: number
  /** The number of the newest sync. */
  syncs: number
  /** People who were erased, altogether. */
  erased: number
}

/** A sync as it is stored; `after`: the last source that it is done with. */
export interface StoredSync extends Sync {
  n: number
  after: string
  /** Of the sources: all that are connected, and those that are done. */
  sources: number
  done: number
}

/** Of one source in one sync. */
export interface StoredPart extends SourceSync {
  n: number
  /** Rows of the log: where it began, and the last one that belongs to it. */
  first: number
  last: number
  /** The same of the log of its objects; absent: it has none. */
  objects?: { first: number; last: number }
  tries: number
}

/** What is known of a source: a hint of where its reader stands, and what is loaded. */
export interface StoredSource {
  cursor: Cursor | null
  /** Milliseconds: what was committed until then is loaded; `null`: nothing is. */
  until: number | null
  last: number
  lookedAt: number
  /** The same of the log of its objects, and the tables that those are in; absent: nothing of it is loaded. */
  objects?: { cursor: Cursor; last: number; tables: string[] }
}

/** What a job that reads objects anew knows of that. */
interface ReadingAnew {
  /** Tables beside which there are others, and those of them whose rows were taken. */
  anew: string[]
  taken: string[]
  /** All is read: nothing else is loaded until it is taken. Rows of the ids after `after` are to be taken; `null`: all. */
  settles: boolean
  after: string | null
  /** It comes to nothing: what it has made in the warehouse is to be removed, and then this is its state. */
  gaveUp: 'cancelled' | 'failed' | null
}

export interface StoredBackfill extends Backfill, ReadingAnew {
  /** What the log of events had is read. */
  hasEvents: boolean
  /** Rows of the log: where it began, and the last that belongs to it; `null`: it has not begun. */
  first: number | null
  last: number | null
  tries: number
  notBefore: number
}

export interface StoredErasure extends Erasure {
  /** The last table that it is done with: schema and table. */
  place: [schema: string, table: string] | null
  /** In the next one: whom of the people it removes, and from where on; `null`: from the beginning. */
  within: { person: number; from: string | null } | null
  tries: number
  notBefore: number
}

export interface StoredRetyping extends RetypingJob, ReadingAnew {
  /** Whose columns it makes anew, that which others are folded from first; each goes when its new column is in place. */
  tables: string[]
  /** Whether the new columns are there. */
  begun: boolean
  /** Where it goes on in the log; `null`: at the beginning. */
  at: Cursor | null
  /** Where the sync stood when this reading of the log began; `null`: nowhere. */
  mark: Cursor | null
  /** `users` or `accounts` is still folded, of the ids after `after`. */
  folds: boolean
  tries: number
  notBefore: number
}

export interface StoredRemoval extends Removal {
  /** Tables of its objects that syncs had found when it was ordered. */
  known: string[]
  /** Tables that were to be dropped. */
  seen: string[]
  tries: number
  notBefore: number
}

export type StoredJob = StoredBackfill | StoredErasure | StoredRetyping | StoredRemoval

type Body = { body: string }

const TABLES = [
  'warehouse (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
  'sources (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID',
  'syncs (n INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL)',
  'parts (n INTEGER NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (n, source)) WITHOUT ROWID',
  'jobs (id TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID',
  'tables (source TEXT NOT NULL, name TEXT NOT NULL, first INTEGER NOT NULL, loaded INTEGER NOT NULL, columns TEXT NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID',
  'erased (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID',
]
const NAMES = TABLES.map((table) => table.slice(0, table.indexOf(' ')))

/**
 * `warehouse` one row of state; `sources` a row a source; `syncs` and `parts` what syncs did, altogether and with single
 * sources; `jobs` backfills, erasures and retypings; `tables` what was first seen when; `erased` people who are not loaded again.
 */
export class WarehouseStore {
  readonly #storage: WarehouseStorage
  readonly #bounds: WarehouseBounds

  constructor(storage: WarehouseStorage, bounds: WarehouseBounds) {
    this.#storage = storage
    this.#bounds = bounds
    for (const table of TABLES) storage.sql.exec(`CREATE TABLE IF NOT EXISTS ${table}`)
  }

  read(): StoredWarehouse | null {
    const [row] = this.#storage.sql.exec<Body>('SELECT body FROM warehouse WHERE id = 1').toArray()
    return row ? (JSON.parse(row.body) as StoredWarehouse) : null
  }

  /** With what `beside` writes, together or not at all. Throws when another instance has written meanwhile. */
  save(state: StoredWarehouse, beside: () => void = () => undefined): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      const query = "SELECT body ->> 'version' AS version FROM warehouse WHERE id = 1"
      const [stored] = sql.exec<{ version: number }>(query).toArray()
      if (stored && stored.version !== state.version) throw new Error('another instance has gone on')
      beside()
      sql.exec(
        'INSERT OR REPLACE INTO warehouse (id, body) VALUES (1, ?)',
        JSON.stringify({ ...state, version: state.version + 1 }),
      )
    })
    state.version++
  }

  source(id: string): StoredSource | null {
    const [row] = this.#storage.sql.exec<Body>('SELECT body FROM sources WHERE id = ?', id).toArray()
    return row ? (JSON.parse(row.body) as StoredSource) : null
  }

  sources(): Map<string, StoredSource> {
    const rows = this.#storage.sql.exec<{ id: string } & Body>('SELECT id, body FROM sources').toArray()
    return new Map(rows.map(({ id, body }) => [id, JSON.parse(body) as StoredSource]))
  }

  putSource(id: string, source: StoredSource): void {
    this.#storage.sql.exec('INSERT OR REPLACE INTO sources (id, body) VALUES (?, ?)', id, JSON.stringify(source))
  }

  /** Nothing is kept of sources but of these. */
  keepSources(ids: readonly string[]): void {
    const { sql } = this.#storage
    const kept = JSON.stringify(ids)
    sql.exec('DELETE FROM sources WHERE id NOT IN (SELECT value FROM json_each(?))', kept)
    sql.exec('DELETE FROM tables WHERE source NOT IN (SELECT value FROM json_each(?))', kept)
  }

  /** The newest sync; `null`: there was none. */
  lastSync(): StoredSync | null {
    const [row] = this.#storage.sql.exec<Body>('SELECT body FROM syncs ORDER BY n DESC LIMIT 1').toArray()
    return row ? (JSON.parse(row.body) as StoredSync) : null
  }

  /** The newest first. */
  syncs(): StoredSync[] {
    const rows = this.#storage.sql.exec<Body>('SELECT body FROM syncs ORDER BY n DESC').toArray()
    return rows.map(({ body }) => JSON.parse(body) as StoredSync)
  }

  putSync(sync: StoredSync): void {
    const { sql } = this.#storage
    sql.exec('INSERT OR REPLACE INTO syncs (n, id, body) VALUES (?, ?, ?)', sync.n, sync.id, JSON.stringify(sync))
    sql.exec('DELETE FROM syncs WHERE n <= ?', sync.n - this.#bounds.syncs)
    sql.exec('DELETE FROM parts WHERE n <= ?', sync.n - this.#bounds.syncs)
  }

  part(n: number, sourceId: string): StoredPart | null {
    const [row] = this.#storage.sql
      .exec<Body>('SELECT body FROM parts WHERE n = ? AND source = ?', n, sourceId)
      .toArray()
    return row ? (JSON.parse(row.body) as StoredPart) : null
  }

  putPart(part: StoredPart): void {
    const { sql } = this.#storage
    sql.exec(
      'INSERT OR REPLACE INTO parts (n, source, body) VALUES (?, ?, ?)',
      part.n,
      part.sourceId,
      JSON.stringify(part),
    )
    const { n } = sql.exec<{ n: number }>('SELECT count(*) AS n FROM parts').one()
    if (n <= this.#bounds.parts) return
    sql.exec('DELETE FROM parts WHERE n = (SELECT min(n) FROM parts) AND n < ?', part.n)
  }

  /** What syncs did, of one sync or of one source, the newest first. */
  parts(of: { n?: number; sourceId?: string }): StoredPart[] {
    const rows = this.#storage.sql
      .exec<Body>(
        'SELECT body FROM parts WHERE (?1 IS NULL OR n = ?1) AND (?2 IS NULL OR source = ?2) ORDER BY n DESC, source',
        of.n ?? null,
        of.sourceId ?? null,
      )
      .toArray()
    return rows.map(({ body }) => JSON.parse(body) as StoredPart)
  }

  /** What syncs noted of these people is forgotten. */
  forgetSamples(userIds: readonly string[]): void {
    const { sql } = this.#storage
    const query = `SELECT n, source FROM parts WHERE instr(body, '"samples":[{') > 0`
    // One part at a time: altogether they may be large.
    for (const { n, source } of sql.exec<{ n: number; source: string }>(query).toArray()) {
      const part = this.part(n, source)
      const notices = part && withoutPeople(part.notices, userIds)
      if (!notices) continue
      const body = JSON.stringify({ ...part, notices })
      sql.exec('UPDATE parts SET body = ? WHERE n = ? AND source = ?', body, n, source)
    }
  }

  jobs(): StoredJob[] {
    const rows = this.#storage.sql.exec<Body>('SELECT body FROM jobs ORDER BY at, id').toArray()
    return rows.map(({ body }) => jobOfRow(JSON.parse(body) as StoredJob))
  }

  putJob(job: StoredJob): void {
    const { id, orderedAt } = job
    this.#storage.sql.exec(
      'INSERT OR REPLACE INTO jobs (id, at, body) VALUES (?, ?, ?)',
      id,
      orderedAt,
      JSON.stringify(job),
    )
  }

  deleteJob(id: string): void {
    this.#storage.sql.exec('DELETE FROM jobs WHERE id = ?', id)
  }

  /** Notes the tables of a source as they are in the warehouse: what is new is first seen now. */
  noteTables(sourceId: string, catalogue: Catalogue, now: number): void {
    const { sql } = this.#storage
    const known = new Map(this.tables(sourceId).map((table) => [table.name, table]))
    let { n } = sql.exec<{ n: number }>('SELECT count(*) AS n FROM tables').one()
    for (const [name, columns] of catalogue) {
      const before = known.get(name)
      if (!before && n >= this.#bounds.tables) continue
      const firstAt = new Map(before?.columns.map((column) => [column.name, column.firstAt]))
      const after = [...columns.values()].slice(0, this.#bounds.columns).map(({ name: column, type, declared }) => ({
        name: column,
        type: declared ?? type,
        firstAt: firstAt.get(column) ?? now,
      }))
      if (before && JSON.stringify(before.columns) === JSON.stringify(after)) continue
      if (!before) n++
      sql.exec(
        'INSERT OR REPLACE INTO tables (source, name, first, loaded, columns) VALUES (?, ?, ?, ?, ?)',
        sourceId,
        name,
        before?.firstAt ?? now,
        before?.rows ?? 0,
        JSON.stringify(after),
      )
    }
  }

  /** The table is not there any more. */
  dropTable(sourceId: string, name: string): void {
    this.#storage.sql.exec('DELETE FROM tables WHERE source = ? AND name = ?', sourceId, name)
  }

  countRows(sourceId: string, inserted: Readonly<Record<string, number>>): void {
    for (const [table, rows] of Object.entries(inserted))
      if (rows > 0)
        this.#storage.sql.exec(
          'UPDATE tables SET loaded = loaded + ? WHERE source = ? AND name = ?',
          rows,
          sourceId,
          table,
        )
  }

  /** By source and name; of one source, if so wished. */
  tables(sourceId?: string): KnownTable[] {
    const rows = this.#storage.sql
      .exec<{ source: string; name: string; first: number; loaded: number; columns: string }>(
        'SELECT * FROM tables WHERE ?1 IS NULL OR source = ?1 ORDER BY source, name',
        sourceId ?? null,
      )
      .toArray()
    return rows.map(({ source, name, first, loaded, columns }) => ({
      sourceId: source,
      name,
      firstAt: first,
      rows: loaded,
      columns: JSON.parse(columns) as KnownTable['columns'],
    }))
  }

  /** What these people sent until `at` is not loaded any more. */
  putErased(userIds: readonly string[], at: number): void {
    for (const id of userIds)
      this.#storage.sql.exec(
        'INSERT INTO erased (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)',
        id,
        at,
      )
  }

  /** Milliseconds until which what a person sent is not loaded, by id. */
  erased(): Map<string, number> {
    const rows = this.#storage.sql.exec<{ id: string; at: number }>('SELECT id, at FROM erased').toArray()
    return new Map(rows.map(({ id, at }) => [id, at]))
  }

  /** Nothing is left. */
  clear(): void {
    this.#storage.transactionSync(() => {
      for (const name of NAMES) this.#storage.sql.exec(`DELETE FROM ${name}`)
    })
  }

  setAlarm(at: number): Promise<void> {
    return this.#storage.setAlarm(at)
  }
}

/** One that was ordered before objects could be read anew knows nothing of that. */
function jobOfRow(job: StoredJob): StoredJob {
  if (job.kind !== 'backfill' && job.kind !== 'retyping') return job
  const nothing = { anew: [], taken: [], settles: false, after: null, gaveUp: null, hasEvents: false }
  return { ...nothing, ...job }
}
