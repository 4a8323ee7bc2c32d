import { FOLDED_FROM, type TableColumn } from '../../tables/index.ts'
import { isFolded, KEY_OF, OF_THE_ROW } from '../folded.ts'
import { quotedName, quotedTable, redshiftType } from './sql.ts'
import type { LoadStage, Staged } from './stage.ts'

/** Bytes of the assignments of one statement. */
const MOST_ASSIGNMENT_BYTES = 90_000

/** Its id lies in the first slot, so that rows lie where those of their tables do. */
export const createStage = (schema: string, stage: string, { slots }: LoadStage) =>
  `create table ${quotedTable(schema, stage)} ("k" integer, ${slots.map(([slot, type]) => `${quotedName(slot)} ${type}`).join(', ')}) distkey ("c0")`

/** What is left in the stage after the merges are the rows that were new. */
export const countStage = (schema: string, stage: string) =>
  `select "k", count(*) from ${quotedTable(schema, stage)} group by "k"`

export const dropStage = (schema: string, stage: string) => `drop table ${quotedTable(schema, stage)}`

/** Of each table what is there already goes out of the stage, the rest in; then `users` and `accounts` follow. */
export function mergeStage(schema: string, stage: string, { tables, upserts, merges, discards }: LoadStage): string[] {
  const place: Placed = { schema, stage, at: quotedTable(schema, stage) }
  return [
    ...tables.flatMap((staged) => [withoutKnown(place, staged), append(place, staged)]),
    ...upserts.flatMap((staged) => fold(place, staged, tables)),
    ...merges.flatMap((staged) => set(place, staged)),
    ...discards.map((staged) => append(place, staged)),
  ]
}

interface Placed {
  schema: string
  stage: string
  at: string
}

function withoutKnown({ schema, stage, at }: Placed, { k, table, slots }: Staged): string {
  const id = `${quotedName(stage)}.${quotedName(slots[0] as string)}`
  return `delete from ${at} using ${quotedTable(schema, table)} where ${quotedName(stage)}."k" = ${k} and ${id} = ${quotedName(table)}."id"`
}

function append({ schema, at }: Placed, { k, table, columns, slots }: Staged): string {
  const names = columns.map((column) => quotedName(column.name)).join(', ')
  return `insert into ${quotedTable(schema, table)} (${names}) select ${slots.map(quotedName).join(', ')} from ${at} where "k" = ${k}`
}

/** Rows that are there get what is set of them, also where that is nothing; the others are new. */
function set(place: Placed, staged: Staged): string[] {
  const { k, table, columns, slots, cells, sets = '' } = staged
  // Behind the columns of the table stands what is set.
  const kept = columns.length - 1
  const own: Staged = { ...staged, columns: columns.slice(0, kept), slots: slots.slice(0, kept) }
  const target = quotedTable(place.schema, table)
  const rest = own.columns.map((column, nth) => ({ column, slot: slots[nth] as string, cell: cells[nth] as number }))
  const assigned = ({ column, slot, cell }: Slotted & { cell: number }) => {
    const isSet = `substring(${quotedName(place.stage)}.${quotedName(sets)}, ${cell + 1}, 1) = '1'`
    const [given, old] = [
      `${quotedName(place.stage)}.${quotedName(slot)}`,
      `${quotedName(table)}.${quotedName(column.name)}`,
    ]
    return `${quotedName(column.name)} = case when ${isSet} then ${given} else ${old} end`
  }
  const same = `${quotedName(table)}."id" = ${quotedName(place.stage)}.${quotedName(slots[0] as string)}`
  return [
    ...inParts(rest.slice(1), assigned).map(
      (parts) =>
        `update ${target} set ${parts.map(({ text }) => text).join(', ')} from ${place.at} where ${quotedName(place.stage)}."k" = ${k} and ${same}`,
    ),
    withoutKnown(place, own),
    append(place, own),
  ]
}

/** A column of `users` or `accounts` with its slot. */
interface Slotted {
  column: TableColumn
  slot: string
}

/**
 * A row for each id that has none, then the columns. A column that the table of calls has too is looked up there, over all
 * rows of these ids: so that it is the value received last, whatever was loaded first. Another one is taken from the stage.
 */
function fold(place: Placed, staged: Staged, tables: readonly Staged[]): string[] {
  const { k, table, columns, slots } = staged
  const target = quotedTable(place.schema, table)
  const id = quotedName(slots[0] as string)
  const there = `select 1 from ${target} where ${quotedName(table)}."id" = ${quotedName(place.stage)}.${id}`
  const rest = columns.map((column, nth): Slotted => ({ column, slot: slots[nth] as string })).slice(1)
  const calls = callsOf(table, tables)
  const isLookedUp = ({ column }: Slotted) =>
    !OF_THE_ROW.has(column.name) && calls?.types.get(column.name) === redshiftType(column)
  const given = rest.filter((one) => !isLookedUp(one))
  return [
    `insert into ${target} ("id") select ${id} from ${place.at} where "k" = ${k} and not exists (${there})`,
    ...(calls
      ? inParts(rest.filter(isLookedUp), ({ column }) => lookedUp(column, calls)).map((parts) =>
          lookUp(place, staged, calls, parts),
        )
      : []),
    ...inParts(given, (one) => assignGiven(place, staged, one)).map((parts) => {
      const same = `${quotedName(table)}."id" = ${quotedName(place.stage)}.${id}`
      return `update ${target} set ${parts.map(({ text }) => text).join(', ')} from ${place.at} where ${quotedName(place.stage)}."k" = ${k} and ${same}`
    }),
  ]
}

/** The table of calls that this one follows from, where it is loaded too, as far as it can be looked up in. */
interface Calls {
  from: string
  by: string
  types: ReadonlyMap<string, string>
}

function callsOf(table: string, tables: readonly Staged[]): Calls | undefined {
  if (!isFolded(table)) return undefined
  const [from, by] = [FOLDED_FROM[table], KEY_OF[table]]
  const columns = tables.find((staged) => staged.table === from)?.columns
  const types = new Map(columns?.map((column) => [column.name, redshiftType(column)]))
  return types.has(by) && types.has('received_at') ? { from, by, types } : undefined
}

interface Part {
  column: string
  text: string
}

/** In groups whose texts fit into a statement. */
function inParts<T extends Slotted>(all: readonly T[], write: (one: T) => string): Part[][] {
  const parts: Part[][] = []
  let bytes = Infinity
  for (const one of all) {
    const part = { column: one.column.name, text: write(one) }
    // What is looked up has its name three times more beside its text.
    const size = part.text.length + 4 * part.column.length + 40
    bytes += size
    if (bytes > MOST_ASSIGNMENT_BYTES) {
      parts.push([])
      bytes = size
    }
    parts.at(-1)?.push(part)
  }
  return parts
}

/** The stage's value, unless the row is of a later moment and has one. */
function assignGiven({ stage }: Placed, { table, columns, slots }: Staged, { column, slot }: Slotted): string {
  const old = `${quotedName(table)}.${quotedName(column.name)}`
  const given = `${quotedName(stage)}.${quotedName(slot)}`
  const received = columns.findIndex(({ name }) => name === 'received_at')
  if (received < 0) return `${quotedName(column.name)} = coalesce(${given}, ${old})`
  const later = OF_THE_ROW.has(column.name)
    ? `${old} > ${given}`
    : `${quotedName(table)}."received_at" > ${quotedName(stage)}.${quotedName(slots[received] as string)}`
  return `${quotedName(column.name)} = case when ${later} then coalesce(${old}, ${given}) else coalesce(${given}, ${old}) end`
}

/** Of all calls of an id the value received last that is not NULL; of one moment by the calls' own times. */
function lookedUp(column: TableColumn, { by, types }: Calls): string {
  const time = types.has('timestamp') ? ', "timestamp" desc nulls last' : ''
  return `first_value(${quotedName(column.name)} ignore nulls) over (partition by ${quotedName(by)} order by "received_at" desc nulls last${time}, "id" desc rows between unbounded preceding and unbounded following)`
}

function lookUp(
  { schema, at }: Placed,
  { k, table, slots }: Staged,
  { from, by }: Calls,
  parts: readonly Part[],
): string {
  const values = parts.map(({ text }, nth) => `${text} as "v${nth}"`).join(', ')
  const assignments = parts.map(
    ({ column }, nth) => `${quotedName(column)} = coalesce("f"."v${nth}", ${quotedName(table)}.${quotedName(column)})`,
  )
  const touched = `select ${quotedName(slots[0] as string)} from ${at} where "k" = ${k}`
  return `update ${quotedTable(schema, table)} set ${assignments.join(', ')} from (select distinct ${quotedName(by)} as "of", ${values} from ${quotedTable(schema, from)} where ${quotedName(by)} in (${touched})) as "f" where ${quotedName(table)}."id" = "f"."of"`
}
