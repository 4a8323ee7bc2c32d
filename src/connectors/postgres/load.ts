import { type CellText, FOLDED_FROM, foldNotices, type SyncNotice, type TableRows } from '../../tables/index.ts'
import type { Load, Loaded } from '../connector.ts'
import type { PostgresConnection } from './connection.ts'
import { isAboutRows, serverError } from './errors.ts'
import { foldById, isFolded } from '../folded.ts'
import { type DeclaredTypes, foldStatement } from './fold.ts'
import { mergeStatement } from './merge-objects.ts'
import { moveCursor, NoCursorTable, readCursor, writeDiscards } from './own-tables.ts'
import { columnList, qualified } from './sql.ts'
import { copyInto, type Stage, stageOf } from './stage.ts'
import { transaction } from './transaction.ts'

/** What a session knows of the database it loads. */
export interface LoadTerms {
  /** Whether temporary tables may be made. */
  isTemporary: boolean
  /** Keeps names of stages apart from those of others. */
  mark: string
}

/**
 * A portion in one transaction: the cursor first, so that of two that load the same one waits and then hears that it has
 * moved; rows through a stage. When the server refuses one for what is in it, all is done again with care: by halves, until
 * the row is found, which is left out and becomes a notice.
 */
export async function loadPortion(connection: PostgresConnection, load: Load, terms: LoadTerms): Promise<Loaded> {
  try {
    return await attempt(connection, load, terms, false)
  } catch (error) {
    if (error instanceof NoCursorTable) return { state: 'moved', to: null }
    if (!isAboutRows(error)) throw error
    return attempt(connection, load, terms, true)
  }
}

function attempt(connection: PostgresConnection, load: Load, terms: LoadTerms, isCareful: boolean): Promise<Loaded> {
  return transaction(connection, async () => {
    const { schema, cursor } = load
    if (!(await moveCursor(connection, schema, cursor))) {
      return { state: 'moved', to: await readCursor(connection, schema, cursor.reader) }
    }
    const merges = await mergesOf(connection, load, terms)
    const notices: SyncNotice[] = []
    const inserted: Record<string, number> = {}
    const count = (merge: Merge, rows: number) => {
      if (!merge.isFold && rows > 0) inserted[merge.table] = (inserted[merge.table] ?? 0) + rows
    }
    if (merges.length > 0) await connection.query(merges.map(({ stage }) => stage.create).join('; '))
    if (isCareful) {
      for (const merge of merges) count(merge, await sift(connection, merge, merge.rows, notices))
    } else await mergeAll(connection, merges, count)
    const drops = merges.flatMap(({ stage }) => stage.drop ?? [])
    if (drops.length > 0) await connection.query(drops.join('; '))
    const refused = foldNotices(notices)
    if (load.discards) {
      await writeDiscards(connection, schema, cursor.reader, foldNotices(load.discards, refused))
    }
    return { state: 'loaded', inserted, notices: refused }
  })
}

/** Rows of one table, on their way through a stage. */
interface Merge {
  table: string
  stage: Stage
  rows: readonly (readonly CellText[])[]
  /** From the stage into the table. */
  sql: string
  isFold: boolean
  /** Where a row has its id. */
  id: number
}

async function mergesOf(connection: PostgresConnection, load: Load, terms: LoadTerms): Promise<Merge[]> {
  const { schema, tables, upserts, merges = [] } = load
  const folds = upserts.filter(({ rows }) => rows.length > 0)
  const types =
    folds.length > 0 ? await declaredTypes(connection, schema, load) : new Map<string, Map<string, string>>()
  const all = [...tables, ...merges].filter(({ rows }) => rows.length > 0).concat(folds)
  return all.map((rows, at) => {
    const { table, columns } = rows
    const isFold = folds.includes(rows)
    const { sets } = rows
    const stage = stageOf(schema, table, columns, { ...terms, mark: `${terms.mark}_${at}` }, sets !== undefined)
    const id = columns.findIndex(({ name }) => name === 'id')
    const made = { table, stage, isFold, id }
    if (isFold && isFolded(table)) {
      return { ...made, rows: foldById(rows), sql: foldStatement(schema, table, columns, stage.name, types) }
    }
    if (sets) {
      const cells = rows.rows.map((row, n) => [...row, sets[n] ?? null])
      return { ...made, rows: cells, sql: mergeStatement(schema, table, columns, stage.name) }
    }
    const list = columnList(columns)
    const sql = `insert into ${qualified(schema, table)} (${list}) select ${list} from ${stage.name} on conflict (id) do nothing`
    return { ...made, rows: firstById(rows, id), sql }
  })
}

/** Of rows with one id the first. */
function firstById({ rows }: TableRows, id: number): CellText[][] {
  const seen = new Set<CellText | undefined>()
  return rows.filter((row) => {
    if (seen.has(row[id])) return false
    seen.add(row[id])
    return true
  })
}

/** Of `users`, `accounts` and those that they are folded from, where these are loaded too. */
async function declaredTypes(
  connection: PostgresConnection,
  schema: string,
  { tables, upserts }: Load,
): Promise<DeclaredTypes> {
  const loaded = new Set(tables.map(({ table }) => table))
  const wanted = upserts.flatMap(({ table }) => {
    const from = isFolded(table) ? FOLDED_FROM[table] : null
    return from !== null && loaded.has(from) ? [table, from] : []
  })
  return readTypes(connection, schema, wanted)
}

/** How columns of some tables are declared. */
export async function readTypes(
  connection: PostgresConnection,
  schema: string,
  tables: readonly string[],
): Promise<DeclaredTypes> {
  const types = new Map<string, Map<string, string>>()
  if (tables.length === 0) return types
  const [answer] = await connection.query(
    `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as declared
     from pg_namespace n join pg_class c on c.relnamespace = n.oid join pg_attribute a on a.attrelid = c.oid
     where n.nspname = $1 and c.relname = any($2) and a.attnum > 0 and not a.attisdropped`,
    [schema, tables],
  )
  for (const { table, name, declared } of (answer?.rows ?? []) as Record<string, string>[]) {
    if (!types.has(table as string)) types.set(table as string, new Map())
    types.get(table as string)?.set(name as string, declared as string)
  }
  return types
}

/** With as few round trips as there can be: a copy for each table, and all merges in one. */
async function mergeAll(
  connection: PostgresConnection,
  merges: readonly Merge[],
  count: (merge: Merge, rows: number) => void,
): Promise<void> {
  if (merges.length === 0) return
  for (const { stage, rows } of merges) await copyInto(connection, stage, rows)
  const answers = await connection.query(merges.map(({ sql }) => sql).join('; '))
  for (const [at, merge] of merges.entries()) count(merge, answers[at]?.count ?? 0)
}

/** Merges rows, those of them that the server takes; answers how many were new. */
async function sift(
  connection: PostgresConnection,
  merge: Merge,
  rows: Merge['rows'],
  notices: SyncNotice[],
): Promise<number> {
  if (rows.length === 0) return 0
  await connection.query(`savepoint sift; ${merge.stage.empty}`)
  try {
    await copyInto(connection, merge.stage, rows)
    const [answer] = await connection.query(merge.sql)
    await connection.query('release savepoint sift')
    return answer?.count ?? 0
  } catch (error) {
    if (!isAboutRows(error)) throw error
    await connection.query('rollback to savepoint sift; release savepoint sift')
    if (rows.length === 1) {
      notices.push(refusal(merge, rows[0] as readonly CellText[], error))
      return 0
    }
    const half = Math.ceil(rows.length / 2)
    const first = await sift(connection, merge, rows.slice(0, half), notices)
    return first + (await sift(connection, merge, rows.slice(half), notices))
  }
}

function refusal({ table, id }: Merge, row: readonly CellText[], error: unknown): SyncNotice {
  const where = error instanceof Error && 'where' in error ? String(error.where) : ''
  const column = /^COPY .*, line \d+, column (.+?)(?:: |$)/.exec(where)?.[1] ?? null
  const value = (serverError(error)?.message ?? String(error)).slice(0, 200)
  const samples = [{ id: (row[id] ?? '').slice(0, 200), value }]
  return { code: 'row_refused', table, column, count: 1, samples }
}
