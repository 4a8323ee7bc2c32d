import { normalise, parseJson, type SpecEvent } from '../../../src/event/index.ts'
import { looseRows, Names, planLoad, type LoadPlan } from '../../../src/tables/index.ts'
import type { Catalogue, CellText, Limits, TableColumn, TableRows } from '../../../src/tables/index.ts'

export const POSTGRES: Limits = { nameBytes: 63, textBytes: null, columns: 1500, rowBytes: 8000 }
export const REDSHIFT: Limits = { nameBytes: 127, textBytes: 512, columns: 1500, rowBytes: null }
export const LOADED = '2026-03-01T12:00:00.000Z'

let made = 0

/** An event as the archive has it: sent as JSON, which may be given as text, checked and brought into its form. */
export function eventOf(sent: string | Record<string, unknown>): SpecEvent {
  const raw = parseJson(typeof sent === 'string' ? sent : JSON.stringify(sent)) as Record<string, unknown>
  const normalised = normalise(
    { userId: 'u1', ...raw },
    {
      receivedAt: Date.UTC(2026, 1, 1) + ++made,
      projectId: 'src_1',
      newMessageId: () => `m-${made}`,
    },
  )
  if (!normalised.ok) throw new Error(`refused: ${normalised.code}`)
  return normalised.event
}

/** A track whose properties are given as JSON text, or as they are. */
export function track(properties: string | Record<string, unknown>, event = 'Thing Done'): SpecEvent {
  const text = typeof properties === 'string' ? properties : JSON.stringify(properties)
  return eventOf(`{"type":"track","event":${JSON.stringify(event)},"properties":${text}}`)
}

/** One load of these events into a warehouse that has `catalogue`. */
export function load(events: SpecEvent[], catalogue: Catalogue | null = null, limits = POSTGRES): LoadPlan {
  const names = new Names(limits.nameBytes)
  const loose = events.map((event) => looseRows(event, names))
  return planLoad(
    loose.flatMap(({ rows }) => rows),
    { catalogue, limits, loadedAt: LOADED, remarks: loose.flatMap(({ remarks }) => remarks) },
  )
}

/** The catalogue after a load. */
export function extended(catalogue: Catalogue | null, { additions }: LoadPlan): Catalogue {
  const after = new Map([...(catalogue ?? [])].map(([table, columns]) => [table, new Map(columns)]))
  for (const { table, columns } of additions) {
    const there = after.get(table) ?? new Map<string, TableColumn>()
    for (const column of columns) there.set(column.name, column)
    after.set(table, there)
  }
  return after
}

export type Row = Record<string, CellText>

/** Rows of a table as records, without what every row has. */
export function rowsOf(plan: LoadPlan, table: string): Row[] {
  return [...plan.tables, ...plan.upserts].filter((one) => one.table === table).flatMap(records)
}

function records({ columns, rows }: TableRows): Row[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])))
}

/** Types of the columns that a load adds to a table. */
export function typesOf(plan: LoadPlan, table: string): Record<string, string> {
  const columns = plan.additions.find((one) => one.table === table)?.columns ?? []
  return Object.fromEntries(columns.map(({ name, type }) => [name, type]))
}

/** Notices as `code table.column ×count`. */
export function noticesOf({ notices }: LoadPlan): string[] {
  return notices.map(({ code, table, column, count }) => `${code} ${table}.${column ?? ''} ×${count}`)
}
