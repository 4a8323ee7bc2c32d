import { type Additions, type Catalogue, keyText, type TableColumn } from '../../tables/index.ts'
import { type Cursor, WarehouseError, type WarehouseSession } from '../connector.ts'
import { stageBucket } from './bucket.ts'
import { dataApi, MOST_STATEMENTS } from './data-api.ts'
import { loadRows } from './load.ts'
import type { RedshiftSettings } from './settings.ts'
import type { AwsDeps } from './signed.ts'
import {
  addColumn,
  CURSORS_TABLE,
  columnOf,
  createCursor,
  createSchema,
  createTable,
  deletePerson,
  deleteTold,
  deleteToldOfTable,
  dropTableThere,
  selectCatalogue,
  selectCursor,
} from './sql.ts'
import { isNotThere, statementError } from './words.ts'

/** How long a statement may take that only looks or adds. It may wait for a load of before that still runs. */
const MOST_MS = 5 * 60_000
/** Files of an attempt that began so long ago are nobody's any more: no load takes half of it. */
const LEFTOVER_MS = 60 * 60_000
/** Columns that a table is made with; the others are added one by one. */
const COLUMNS_AT_ONCE = 600

/** No connection is held: each call is statements that the Data API runs by themselves. */
export function redshiftSession(settings: RedshiftSettings, deps: AwsDeps): WarehouseSession {
  const api = dataApi(settings, deps)
  const bucket = stageBucket(settings, deps)

  /** With our own tables; `null`: there is no such schema. */
  async function everyTable(schema: string): Promise<Catalogue | null> {
    const rows = await api.query(selectCatalogue(schema), MOST_MS)
    if (rows.length === 0) return null
    const tables: Catalogue = new Map()
    for (const [table, column, declared] of rows) {
      if (!table) continue
      const columns = tables.get(table) ?? new Map<string, TableColumn>()
      tables.set(table, columns)
      if (column) columns.set(column, columnOf(column, declared ?? ''))
    }
    return tables
  }

  async function cursor(schema: string, reader: string): Promise<Cursor | null> {
    const ran = await api.run([selectCursor(schema, reader)], MOST_MS)
    if (!ran.ok) {
      if (isNotThere(ran.error)) return null
      throw statementError(ran.error, settings)
    }
    const [row] = await api.rows(ran.id)
    return row ? { seq: Number(row[0]), index: Number(row[1]) } : null
  }

  /** What Redshift says, when it refuses. */
  async function addMissing(schema: string, additions: readonly Additions[]): Promise<string | undefined> {
    const there = await everyTable(schema)
    const statements = [
      ...(there ? [] : [createSchema(schema)]),
      ...(there?.has(CURSORS_TABLE) ? [] : [createCursor(schema)]),
      ...additions.flatMap((addition) => missing(schema, addition, there)),
    ]
    for (const batch of batches(statements)) {
      const ran = await api.run(batch, MOST_MS)
      if (!ran.ok) return ran.error
    }
    return undefined
  }

  return {
    cursor,

    async catalogue(schema) {
      const tables = await everyTable(schema)
      return tables && new Map([...tables].filter(([table]) => !isOurTable(table)))
    },

    async extend(schema, additions) {
      for (let tried = 1; ; tried++) {
        const failed = await addMissing(schema, additions)
        if (failed === undefined) return
        // Somebody else was faster: what is missing now is looked up anew.
        if (tried === 3 || !/already exists/i.test(failed)) throw statementError(failed, settings)
      }
    },

    load: (load) => loadRows(load, { ...deps, settings, api, bucket, cursor }),

    async erase(schema, table, userId) {
      const remove = async (sql: string) => {
        const ran = await api.run([sql], MOST_MS, { person: keyText(userId) })
        if (ran.ok) return ran.affected[0] ?? 0
        // A table of nobody's rows, or no table at all.
        if (isNotThere(ran.error) || /column .*does not exist/i.test(ran.error)) return 0
        throw statementError(ran.error, settings)
      }
      // What is told of the rows goes first, for by them it is found.
      const discards = await remove(deleteTold(schema, table))
      return { rows: await remove(deletePerson(schema, table)), discards, next: null }
    },

    async drop(schema, table) {
      const run = async (sql: string, parameters?: Record<string, string>) => {
        const ran = await api.run([sql], MOST_MS, parameters)
        if (ran.ok || isNotThere(ran.error)) return
        if (/depend/i.test(ran.error))
          throw new WarehouseError('view', `Something needs the table ${table}, such as a view: drop that first.`, true)
        throw statementError(ran.error, settings)
      }
      await run(dropTableThere(schema, table))
      await run(deleteToldOfTable(schema), { named: table })
    },

    async end() {
      await bucket.sweep(deps.ctx.now() - LEFTOVER_MS).catch((error: unknown) => {
        deps.ctx.log('warn', 'files of former loads stay in the bucket', { error: String(error) })
      })
    },
  }
}

const isOurTable = (table: string) => table.startsWith('_sluice_')

/** What makes a table, or its columns that are not there. */
function missing(schema: string, { table, columns }: Additions, there: Catalogue | null): string[] {
  const known = there?.get(table)
  if (known) return columns.filter(({ name }) => !known.has(name)).map((column) => addColumn(schema, table, column))
  const [first, rest] = [columns.slice(0, COLUMNS_AT_ONCE), columns.slice(COLUMNS_AT_ONCE)]
  return [createTable(schema, table, first), ...rest.map((column) => addColumn(schema, table, column))]
}

/** In transactions as large as one may be. */
function batches(statements: readonly string[]): string[][] {
  const all: string[][] = []
  for (const sql of statements) {
    const last = all.at(-1)
    if (last && last.length < MOST_STATEMENTS) last.push(sql)
    else all.push([sql])
  }
  return all
}
