import { randomId } from '../../context.ts'
import type { TableRows } from '../../tables/index.ts'
import { type Cursor, type Load, type Loaded, WarehouseError } from '../connector.ts'
import { type Appended, type AppendFacts, draftAppend } from './append.ts'
import { pauseBefore, sideBySide } from './calls.ts'
import type { Committed } from './catalog.ts'
import { OURS } from './columns.ts'
import { discardRows } from './discards.ts'
import { extendLake } from './extend.ts'
import type { Lake } from './lake.ts'
import { draftFold } from './fold.ts'
import type { Long } from './json.ts'
import { CURSORS, isAt, isBefore, movePlace, type ReaderPlace, parseCursor, readPlaces, writeCursor } from './place.ts'
import { type Draft, draftSnapshot, nextNumbers, removeExpired, removeWritten } from './snapshot.ts'
import { LakeTable } from './table.ts'

/** How often a load is begun again because others were first, or because it is not known what became of it. */
const TRIES = 25
/** Tables that are made ready at the same time: what each has to write is in memory. */
const SIDE_BY_SIDE = 3

/** Summaries of our snapshots: which load they come from, of which reader, and how far it went. */
const SYNC_ID = 'sluice-sync-id'
const READER = 'sluice-reader'
const TO = 'sluice-to'

/** One table's part of a load, ready to be committed. */
interface Part {
  name: string
  draft: Draft
  rows: number
  /** Data files that only this attempt knows. */
  files: string[]
}

/**
 * All or nothing, once: rows, `users` and `accounts`, objects, and the cursor. Where the catalogue commits several tables at once, all
 * move together. Where it does not, the cursor is committed last, and a load that comes again finds by the summaries of
 * snapshots what is there of it.
 */
export function runLoad(lake: Lake, load: Load): Promise<Loaded> {
  return new LoadRun(lake, load).run()
}

class LoadRun {
  readonly #lake: Lake
  readonly #load: Load
  readonly #id: string
  /** Rows by table that this run has committed, where tables are committed one by one. */
  readonly #done = new Map<string, number>()
  readonly #prepared: AppendFacts['prepared'] = new Map()
  /** An attempt may take effect at any time: nothing that it needs may be removed. */
  #isUnknown = false

  constructor(lake: Lake, load: Load) {
    this.#lake = lake
    this.#load = load
    this.#id = randomId(lake.ctx, '', 16)
  }

  async run(): Promise<Loaded> {
    const { ctx } = this.#lake
    let counts: Record<string, number> = {}
    for (let tries = 1; tries <= TRIES; tries++) {
      if (tries > 1) await ctx.sleep(pauseBefore(ctx, tries))
      const cursors = await this.#cursors()
      if (cursors === null) return { state: 'moved', to: null }
      const places = readPlaces(cursors.metadata)
      const place = places.get(this.#load.cursor.reader)
      if (place?.load === this.#id) return { state: 'loaded', inserted: counts, notices: [] }
      if (!isAt(place?.cursor ?? null, this.#load.cursor.from)) {
        await this.#forget(cursors)
        return { state: 'moved', to: place?.cursor ?? null }
      }
      const parts = await this.#parts(places)
      if (parts === null) continue
      parts.push(await this.#cursorPart(cursors, places))
      counts = this.#counts(parts)
      const committed = await this.#commit(parts)
      if (committed === 'done') {
        await sideBySide(parts, ({ draft }) => removeExpired(draft))
        return { state: 'loaded', inserted: counts, notices: [] }
      }
    }
    throw new WarehouseError('busy', 'Others write to the lake all the time; it could not be loaded into.', true)
  }

  /** `null`: the lake does not know how far it has been loaded, though somebody thinks that it does. */
  async #cursors(): Promise<LakeTable | null> {
    const { schema, cursor } = this.#load
    const { ctx, settings, catalog } = this.#lake
    const loaded = await catalog.load(schema, CURSORS)
    if (loaded !== null) return new LakeTable(ctx, settings, loaded)
    if (cursor.from !== null) return null
    await extendLake(this.#lake, schema, [])
    return this.#table(CURSORS)
  }

  /** `null`: something has changed while they were made ready, so that all is begun again. */
  async #parts(places: ReadonlyMap<string, ReaderPlace>): Promise<Part[] | null> {
    const isPending = (summary: Record<string, string>) => {
      const to = summary[TO]
      const cursor = places.get(summary[READER] ?? '')?.cursor ?? null
      return to !== undefined && (cursor === null || isBefore(cursor, parseCursor(to)))
    }
    const { schema, upserts, merges = [] } = this.#load
    const tables = [...this.#load.tables]
    const discards = discardRows(this.#load, this.#lake.ctx.now())
    if (discards !== null) {
      await extendLake(this.#lake, schema, [discards])
      tables.push(discards)
    }
    try {
      const mayBeThere = this.#mayBeThere(places)
      const appended = await sideBySide(tables, (rows) => this.#append(rows, isPending, mayBeThere), SIDE_BY_SIDE)
      const parts = appended.filter((part) => part !== null)
      for (const rows of [...upserts, ...merges]) {
        if (this.#done.has(rows.table)) continue
        const table = await this.#table(rows.table)
        if (rows.sets && this.#isBehind(table)) continue
        const folded = await draftFold(table, rows, { summary: this.#summary(), isPending })
        if (folded.state === 'divide') {
          await this.#lake.catalog.commit(folded.change)
          return null
        }
        if (folded.state === 'ready') parts.push({ name: rows.table, ...folded, rows: rows.sets ? folded.rows : 0 })
      }
      return parts
    } catch (error) {
      // A file that went while it was wanted: somebody has written the table anew.
      if (error instanceof WarehouseError && error.code === 'file_gone') return null
      throw error
    }
  }

  /** Whether somebody has gone on beyond this load: what objects set goes by their order. */
  #isBehind(table: LakeTable): boolean {
    const { reader, to } = this.#load.cursor
    const isBeyond = (there = '') => there !== '' && isBefore(to, parseCursor(there))
    return table.snapshotsOf((summary) => summary[READER] === reader && isBeyond(summary[TO])).length > 0
  }

  /** Whoever reads a log again brings what is there, and whoever has just begun may; so does who comes behind such a reader. */
  #mayBeThere(places: ReadonlyMap<string, ReaderPlace>): boolean {
    const { reader, from } = this.#load.cursor
    if (reader !== 'sync' || from === null) return true
    return [...places.values()].some(({ cursor }) => isBefore(from, cursor))
  }

  async #append(rows: TableRows, isPending: AppendFacts['isPending'], mayBeThere: boolean): Promise<Part | null> {
    if (this.#done.has(rows.table)) return null
    const table = await this.#table(rows.table)
    const { reader } = this.#load.cursor
    const ours = table.snapshotsOf((summary) => summary[READER] === reader && isPending(summary))
    const pending = ours.map((snapshot) => snapshot['sequence-number'])
    const since: Long | null = mayBeThere
      ? 0
      : pending.reduce<Long | null>((least, of) => (least === null || of < least ? of : least), null)
    const facts: AppendFacts = { summary: this.#summary(), isPending, since, prepared: this.#prepared }
    const appended: Appended | null = await draftAppend(table, rows, facts)
    if (appended === null) {
      // It was this run that has loaded them, and nobody had said so.
      const own = table.snapshotsOf((summary) => summary[SYNC_ID] === this.#id).at(-1)
      if (own !== undefined) this.#done.set(rows.table, this.#prepared.get(rows.table)?.rows ?? 0)
      return null
    }
    return { name: rows.table, ...appended }
  }

  async #cursorPart(table: LakeTable, places: ReadonlyMap<string, ReaderPlace>): Promise<Part> {
    const { reader, to } = this.#load.cursor
    const place: ReaderPlace = { cursor: to, load: this.#id, at: this.#lake.ctx.now() }
    const draft = await draftSnapshot(table, nextNumbers(table), {
      operation: 'append',
      kept: [],
      lists: [],
      summary: this.#summary(),
      updates: movePlace(places, reader, place),
    })
    return { name: CURSORS, draft, rows: 0, files: [] }
  }

  async #commit(parts: readonly Part[]): Promise<Committed> {
    const { catalog } = this.#lake
    if (catalog.transactional) {
      const committed = await catalog.commitTogether(parts.map(({ draft }) => draft.change))
      if (committed !== 'unsupported') return this.#settled(parts, committed)
    }
    for (const [at, part] of parts.entries()) {
      const committed = await catalog.commit(part.draft.change)
      if (committed !== 'done') {
        await this.#settled(parts.slice(at + 1), 'conflict')
        return this.#settled([part], committed)
      }
      this.#done.set(part.name, part.rows)
    }
    return 'done'
  }

  /** What was written for a commit that was certainly refused goes; what a data file has is as good for the next one. */
  async #settled(parts: readonly Part[], committed: Committed): Promise<Committed> {
    if (committed === 'unknown') this.#isUnknown = true
    if (committed === 'conflict') {
      await sideBySide(parts, ({ draft, files }) => removeWritten({ ...draft, written: [...draft.written, ...files] }))
    }
    return committed
  }

  /** Data files of a load that another has done. */
  async #forget(table: LakeTable): Promise<void> {
    if (this.#isUnknown) return
    const files = [...this.#prepared].filter(([name]) => !this.#done.has(name)).map(([, { file }]) => file.path)
    for (const path of files) await table.storage.remove(path).catch(() => undefined)
  }

  #counts(parts: readonly Part[]): Record<string, number> {
    const rows = [...this.#done, ...parts.map((part) => [part.name, part.rows] as const)]
    return Object.fromEntries(rows.filter(([name, count]) => count > 0 && !name.startsWith(OURS)))
  }

  #summary(): Record<string, string> {
    const { reader, to } = this.#load.cursor
    return { [SYNC_ID]: this.#id, [READER]: reader, [TO]: writeCursor(to) }
  }

  async #table(name: string): Promise<LakeTable> {
    const { ctx, settings, catalog } = this.#lake
    const loaded = await catalog.load(this.#load.schema, name)
    if (loaded === null) {
      throw new WarehouseError(
        'table_gone',
        `The table ${name} is not there any more; the next try makes it anew.`,
        true,
      )
    }
    return new LakeTable(ctx, settings, loaded)
  }
}

/** Where a reader stands; `null`: nowhere yet. */
export async function readPlace({ catalog }: Lake, schema: string, reader: string): Promise<Cursor | null> {
  const table = await catalog.load(schema, CURSORS)
  return table === null ? null : (readPlaces(table.metadata).get(reader)?.cursor ?? null)
}
