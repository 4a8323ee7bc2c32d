import { type Cursor, WarehouseError, type WarehouseSession } from '../connectors/index.ts'
import {
  type Catalogue,
  type LoadPlan,
  type Loose,
  Names,
  planLoad,
  type TableSelection,
  type SyncNotice,
} from '../tables/index.ts'
import { cuts, type PortionDeps, type Reading } from './portions.ts'
import { withPeople } from './samples.ts'

export interface LoadingDeps extends PortionDeps {
  now(): number
  session: WarehouseSession
  /** Whether what was not loaded as it was sent is loaded too, as a table of its own. */
  discards: boolean
}

/** One portion that is in the warehouse. */
export interface LoadedPortion {
  to: Cursor
  /** ISO time of the last row of the log that is loaded whole; `null`: none is. */
  committedAt: string | null
  events: number
  inserted: Record<string, number>
  /** Tables of objects that it has changed. */
  merged: string[]
  notices: SyncNotice[]
  /** The tables of the source as they are now. */
  catalogue: Catalogue
}

/** Times that tables are made wider for one portion: others may do so at the same time. */
const MOST_EXTENSIONS = 5

/**
 * Loads what a source's log has from where its reader stands in the warehouse, a portion at a time: rows and cursor in one
 * transaction. One whose answer was lost, or that somebody else has loaded, is found by the cursor and not loaded again.
 * Holds one portion and some chunks of the archive, however long the log is. Ends with row `last`.
 */
export async function* loadLog<T>(reading: Reading<T>, deps: LoadingDeps): AsyncGenerator<LoadedPortion> {
  const { session } = deps
  const { schema, reader } = reading
  let catalogue = await session.catalogue(schema)
  let at = catalogue && (await session.cursor(schema, reader))
  const names = new Names(deps.connector.limits.nameBytes)
  const selection = selectionOf(reading)
  for (let moved = true; moved;) {
    moved = false
    for await (const portion of cuts(at, reading, deps)) {
      // A source that has never had an event has no schema either. One whose events are lost has: the cursor is to pass them.
      if (catalogue === null && portion.all.length === 0 && portion.notices.length === 0) continue
      names.tidy()
      const made = reading.content.rows(portion.all, names, selection)
      const planned: Extended = await extended(made, catalogue, schema, deps)
      catalogue = planned.catalogue
      const { tables, upserts, merges } = planned
      const discards = [...portion.notices, ...planned.notices]
      const loaded = await session.load({
        schema,
        tables,
        upserts,
        ...(merges.length > 0 && { merges }),
        cursor: { reader, from: at, to: portion.to },
        ...(deps.discards && { discards }),
      })
      if (loaded.state === 'moved') {
        at = loaded.to
        moved = true
        break
      }
      at = portion.to
      yield {
        to: portion.to,
        committedAt: portion.committedAt,
        events: portion.all.length,
        inserted: loaded.inserted,
        merged: merges.map(({ table }) => table),
        notices: withPeople([...discards, ...loaded.notices], portion.all, reading.content.people),
        catalogue,
      }
    }
  }
}

/** `undefined`: all is loaded. */
function selectionOf({ leftOut, only }: Pick<Reading<unknown>, 'leftOut' | 'only'>): TableSelection | undefined {
  const collections = new Set(leftOut.collections)
  const properties = new Map(Object.entries(leftOut.properties).map(([table, names]) => [table, new Set(names)]))
  if (only === null && collections.size === 0 && properties.size === 0) return undefined
  const wanted = only && new Set(only)
  return (table, column) =>
    column === null ? !collections.has(table) && wanted?.has(table) !== false : !properties.get(table)?.has(column)
}

type Extended = LoadPlan & { catalogue: Catalogue }

/** What is loaded into the tables as they are, after those were made wide enough. */
async function extended(
  { rows, remarks }: Loose,
  before: Catalogue | null,
  schema: string,
  { session, connector: { limits }, now }: LoadingDeps,
): Promise<Extended> {
  const loadedAt = new Date(now()).toISOString()
  let catalogue = before
  for (let tries = 0; tries < MOST_EXTENSIONS; tries++) {
    const plan = planLoad(rows, { catalogue, limits, loadedAt, remarks })
    if (catalogue && plan.additions.length === 0) return { ...plan, catalogue }
    await session.extend(schema, plan.additions)
    // By what is there now: others make tables too.
    catalogue = (await session.catalogue(schema)) ?? new Map()
  }
  throw new WarehouseError('not_extended', `The tables of ${schema} lack columns that were just added to them.`, true)
}
