import { type Cursor, TOO_SPREAD, WarehouseError, type WarehouseSession } from '../connectors/index.ts'
import type { Catalogue, LoadPlan, Loose, SyncNotice, TableSelection } from '../tables/index.ts'
import { cuts, type PortionDeps, type Reading } from './portions.ts'
import { planOf, type ReadyPortion, readyPortions } from './ready.ts'
import { withPeople } from './samples.ts'

export interface LoadingDeps extends PortionDeps {
  now(): number
  /** Lets everything else have its turn. */
  rest(): Promise<void>
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

/** A load whose rows lie in too many files of a lake is made of so much less. */
const LESS = 4

/** Times that tables are made wider for one portion: others may do so at the same time. */
const MOST_EXTENSIONS = 5

/**
 * Loads what a source's log has from where its reader stands in the warehouse, a portion at a time: rows and cursor in one
 * transaction. One whose answer was lost, or that somebody else has loaded, is found by the cursor and not loaded again.
 * While one is loaded the next is made ready. Holds two portions and some chunks of the archive, however long the log is.
 * Ends with row `last`. Where a lake would have to write too much anew for one portion, those from there on are smaller.
 */
export async function* loadLog<T>(reading: Reading<T>, deps: LoadingDeps): AsyncGenerator<LoadedPortion> {
  const { session, now, rest, connector } = deps
  const { schema, reader, content } = reading
  let catalogue = await session.catalogue(schema)
  let at = catalogue && (await session.cursor(schema, reader))
  const making = {
    content,
    limits: connector.limits,
    selection: selectionOf(reading),
    tables: () => catalogue,
    now,
    rest,
  }
  let most = connector.portion.events
  for (let moved = true; moved;) {
    moved = false
    const smaller = { ...connector, portion: { ...connector.portion, events: most } }
    const portions = readyPortions(cuts(at, reading, { ...deps, connector: smaller }), making)
    let coming: Promise<IteratorResult<ReadyPortion<T>, undefined>> | null = null
    try {
      for (;;) {
        const next = await (coming ?? portions.next())
        coming = null
        if (next.done) break
        const { portion, made, plan } = next.value
        // A source that has never had an event has no schema either. One whose events are lost has: the cursor is to pass them.
        if (catalogue === null && portion.all.length === 0 && portion.notices.length === 0) continue
        const planned: Extended = await extended(made, plan, catalogue, schema, deps)
        catalogue = planned.catalogue
        const { tables, upserts, merges } = planned
        const events = portion.all.length
        const people = portion.all.map((one) => content.people(one))
        // While it is loaded the next is made: nothing but its rows is held, and whose they are.
        portion.all = []
        made.rows = []
        const discards = [...portion.notices, ...planned.notices]
        const loading = session.load({
          schema,
          tables,
          upserts,
          ...(merges.length > 0 && { merges }),
          cursor: { reader, from: at, to: portion.to },
          ...(deps.discards && { discards }),
        })
        if (!deps.enough()) coming = portions.next()
        // What goes wrong with it is heard when its turn comes.
        coming?.catch(() => undefined)
        const loaded = await loading.catch((error: unknown) => {
          if (!(error instanceof WarehouseError) || error.code !== TOO_SPREAD || events < 2) throw error
          return null
        })
        if (loaded === null) {
          most = Math.ceil(events / LESS)
          moved = true
          break
        }
        if (loaded.state === 'moved') {
          at = loaded.to
          moved = true
          break
        }
        at = portion.to
        yield {
          to: portion.to,
          committedAt: portion.committedAt,
          events,
          inserted: loaded.inserted,
          merged: merges.map(({ table }) => table),
          notices: withPeople([...discards, ...loaded.notices], people, (one) => one),
          catalogue,
        }
      }
    } finally {
      await portions.return(undefined)
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

/** What is loaded into the tables as they are, after those were made wide enough. `first`: by the tables as they were `before`. */
async function extended(
  made: Loose,
  first: LoadPlan,
  before: Catalogue | null,
  schema: string,
  { session, connector: { limits }, now }: LoadingDeps,
): Promise<Extended> {
  let catalogue = before
  let plan = first
  for (let tries = 0; tries < MOST_EXTENSIONS; tries++) {
    if (catalogue && plan.additions.length === 0) return { ...plan, catalogue }
    await session.extend(schema, plan.additions)
    // By what is there now: others make tables too.
    catalogue = (await session.catalogue(schema)) ?? new Map()
    plan = planOf(made, catalogue, limits, now())
  }
  throw new WarehouseError('not_extended', `The tables of ${schema} lack columns that were just added to them.`, true)
}
