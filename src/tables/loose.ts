import { isEventType, isExactNumber, isObject, type JsonObject, type SpecEvent } from '../event/index.ts'
import type { ColumnList } from './column-list.ts'
import { BASE_COLUMNS, type FixedTable, KEPT_COLUMNS, TABLE_OF } from './fixed.ts'
import { keyText } from './keys.ts'
import type { NamedKey, Names } from './names.ts'
import type { Remark } from './notices.ts'
import type { NoticeCode } from './protocol.ts'

/**
 * A row as its event has it: columns named, values still JSON. The first `base` columns are those of every such row, and
 * may be `null`; no other value is. Rows of one event share what they have alike.
 */
export interface LooseRow {
  table: string
  /** Of `users` or `accounts`: to be folded into the row of its id. */
  upsert: boolean
  /** Of such a row: see `TableRows`. */
  order?: string
  /** The event's, for notices. */
  messageId: string
  base: number
  columns: readonly string[]
  values: readonly unknown[]
  /** Of an object: what of the row of its id it clears beside the values, columns by name or `all` that it has none for. */
  clears?: readonly string[] | 'all'
}

/** The rows of one event, and what could not be named. */
export interface Loose {
  rows: LooseRow[]
  remarks: Remark[]
}

/** Whether a table, or a column of it, is to be loaded. Asked for a table first, with `null`. */
export type TableSelection = (table: string, column: string | null) => boolean

/**
 * The rows that an event of the archive makes: that of its call, of a track also that of its own table, of an identify and
 * a group also that of `users` or `accounts`. Never throws, whatever the event has; what is no call makes none.
 */
export function looseRows(event: SpecEvent, names: Names, selection?: TableSelection): Loose {
  names.tidy()
  const remarks: Remark[] = []
  if (!isEventType(event.type)) return { rows: [], remarks }
  const maker = new RowMaker(event, names, selection, remarks)
  return { rows: maker.rows(), remarks }
}

/** Values, with the columns that they are of. */
interface Cells {
  list: ColumnList
  values: unknown[]
}

/** Of a list of columns those that are selected, by their places. */
interface Chosen {
  columns: readonly string[]
  places: readonly number[]
  base: number
}

const chosenBy = new WeakMap<TableSelection, WeakMap<ColumnList, Map<string, Chosen>>>()

/** Counts the objects that are flattened, for slots to know which one they are in. */
let flattened = 0

class RowMaker {
  readonly #event: SpecEvent
  readonly #names: Names
  readonly #selection: TableSelection | undefined
  readonly #remarks: Remark[]
  readonly #messageId: string

  constructor(event: SpecEvent, names: Names, selection: TableSelection | undefined, remarks: Remark[]) {
    this.#event = event
    this.#names = names
    this.#selection = selection
    this.#remarks = remarks
    this.#messageId = textOf(event.messageId) ?? ''
  }

  rows(): LooseRow[] {
    const event = this.#event
    const table = TABLE_OF[event.type]
    const context = this.#flatten(event.context, this.#names.context(), null, table)
    switch (event.type) {
      case 'track':
        return this.#ofTrack(context)
      case 'identify':
        return this.#ofTraits('identifies', 'users', 'user_id', event.userId, context)
      case 'group':
        return this.#ofTraits('groups', 'accounts', 'group_id', event.groupId, context)
      case 'alias':
        return this.#row(table, table, this.#base(table, { previous_id: event.previousId }), context)
      case 'page':
      case 'screen':
        return this.#ofView(table, context)
    }
  }

  #ofTrack(context: Cells): LooseRow[] {
    const name = textOf(this.#event.event)
    const table = name === null ? null : this.#names.table(name)
    if (table === null) this.#remark('name_empty', 'tracks', null, name)
    const base = this.#base('tracks', { event: table, event_text: name })
    const rows = this.#row('tracks', 'tracks', base, context)
    if (table === null || this.#selection?.(table, null) === false) return rows
    return [...rows, ...this.#row(table, 'tracks', base, context, this.#own('tracks', table))]
  }

  #ofTraits(
    table: 'identifies' | 'groups',
    folded: 'users' | 'accounts',
    key: string,
    id: unknown,
    context: Cells,
  ): LooseRow[] {
    const own = this.#own(table, table)
    const base = this.#base(table, { group_id: id })
    const rows = this.#row(table, table, base, context, own)
    const foldedId = base[BASE_COLUMNS[table].indexOf(key)] ?? null
    if (foldedId === null) return rows
    const more = this.#row(folded, folded, [foldedId, this.#event.receivedAt], context, own)
    const order = `${textOf(this.#event.timestamp) ?? ''} ${keyText(this.#messageId)}`
    return [...rows, ...more.map((row) => ({ ...row, order }))]
  }

  /**
   * SDKs put a page's name and category among its properties too. Where the call itself has none, that of the properties
   * is taken; where both are the same, it is loaded once.
   */
  #ofView(table: FixedTable, context: Cells): LooseRow[] {
    const properties = isObject(this.#event.properties) ? this.#event.properties : {}
    const given: Record<string, unknown> = {}
    const twice = new Set<string>()
    for (const field of ['name', 'category']) {
      const property = Object.hasOwn(properties, field) && !isObject(properties[field]) ? properties[field] : null
      given[field] = this.#event[field] ?? property
      if (given[field] === property) twice.add(field)
    }
    return this.#row(table, table, this.#base(table, given), context, this.#own(table, table, twice))
  }

  /** Properties or traits, as columns of the tables of such a call. */
  #own(kind: FixedTable, table: string, without: ReadonlySet<string> = NONE): Cells {
    const { traits, properties } = this.#event
    const object = kind === 'identifies' || kind === 'groups' ? traits : properties
    return this.#flatten(object, this.#names.properties(kind), kind, table, without)
  }

  /** None where the table is not wanted; else one, of the columns that are. */
  #row(table: string, kind: FixedTable, base: unknown[], context: Cells, own?: Cells): LooseRow[] {
    const selection = this.#selection
    if (selection?.(table, null) === false) return []
    const shared = this.#names.list(kind).with(context.list)
    const list = own ? shared.with(own.list) : shared
    const values = own ? [...base, ...context.values, ...own.values] : [...base, ...context.values]
    const upsert = kind === 'users' || kind === 'accounts'
    const row = { table, upsert, messageId: this.#messageId, base: base.length, columns: list.columns, values }
    if (!selection) return [row]
    const { columns, places, base: count } = chosen(selection, table, list, base.length)
    return [{ ...row, base: count, columns, values: places.map((at) => values[at]) }]
  }

  /** Values of a table's base columns, in their order; `more` are those that are not of every call. */
  #base(table: FixedTable, more: Record<string, unknown>): unknown[] {
    const event = this.#event
    const sent: Record<string, unknown> = {
      ...more,
      id: this.#messageId,
      anonymous_id: event.anonymousId,
      user_id: event.userId,
      original_timestamp: event.originalTimestamp,
      sent_at: event.sentAt,
      received_at: event.receivedAt,
      timestamp: event.timestamp,
    }
    return BASE_COLUMNS[table].map((column) =>
      ID_COLUMNS.has(column) ? this.#id(table, column, sent[column]) : (sent[column] ?? null),
    )
  }

  #id(table: string, column: string, sent: unknown): string | null {
    const id = textOf(sent)
    if (id === null) return null
    const key = keyText(id)
    if (key !== id) this.#remark('text_cut', table, column, id)
    return key
  }

  #flatten(object: unknown, root: NamedKey, kind: FixedTable | null, table: string, without = NONE): Cells {
    const cells: Cells = { list: this.#names.list(''), values: [] }
    if (isObject(object)) this.#into(cells, ++flattened, object, root, kind, table, without)
    return cells
  }

  #into(
    cells: Cells,
    row: number,
    object: JsonObject,
    above: NamedKey,
    kind: FixedTable | null,
    table: string,
    without: ReadonlySet<string>,
  ): void {
    for (const name in object) {
      const value = object[name]
      if (value === null || value === undefined || without.has(name)) continue
      const key = this.#names.below(above, name, kind)
      const { slot } = key
      if (typeof value === 'object' && isObject(value)) this.#into(cells, row, value, key, kind, table, NONE)
      else if (slot === null) this.#remark('name_empty', table, null, { [name]: value })
      else if (slot.row === row) {
        this.#remark('name_taken', table, slot.column, cells.values[slot.at])
        cells.values[slot.at] = value
      } else {
        slot.row = row
        slot.at = cells.values.push(value) - 1
        cells.list = cells.list.with(slot)
      }
    }
  }

  #remark(code: NoticeCode, table: string, column: string | null, value: unknown): void {
    this.#remarks.push({ code, table, column, id: this.#messageId, value })
  }
}

const NONE: ReadonlySet<string> = new Set()

function chosen(selection: TableSelection, table: string, list: ColumnList, base: number): Chosen {
  let lists = chosenBy.get(selection)
  if (!lists) chosenBy.set(selection, (lists = new WeakMap()))
  let tables = lists.get(list)
  if (!tables) lists.set(list, (tables = new Map()))
  const known = tables.get(table)
  if (known) return known
  const { columns } = list
  const places = [...columns.keys()].filter((at) => {
    const column = columns[at] as string
    return KEPT_COLUMNS.has(column) || selection(table, column)
  })
  const made = {
    columns: places.map((at) => columns[at] as string),
    places,
    base: places.filter((at) => at < base).length,
  }
  tables.set(table, made)
  return made
}

/** Columns whose values are ids: of messages, people and groups. */
const ID_COLUMNS: ReadonlySet<string> = new Set(['id', 'anonymous_id', 'user_id', 'group_id', 'previous_id'])

/** Text, or a number as it was sent; `null` for everything else and for no text. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' || isExactNumber(value) ? JSON.stringify(value) : null
}
