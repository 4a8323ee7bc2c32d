import { isEventType, isExactNumber, isObject, type JsonObject, type SpecEvent } from '../event/index.ts'
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
  /** The event's, for notices. */
  messageId: string
  base: number
  columns: readonly string[]
  values: readonly unknown[]
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

/** Columns and values side by side. */
interface Cells {
  columns: string[]
  values: unknown[]
}

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
    return [...rows, ...more.map((row) => ({ ...row, upsert: true }))]
  }

  /**
   * SDKs put a page's name and category among its properties too. Where the call itself has none, that of the properties
   * is taken; where both are the same, it is loaded once.
   */
  #ofView(table: FixedTable, context: Cells): LooseRow[] {
    const own = this.#own(table, table)
    const given: Record<string, unknown> = {}
    for (const field of ['name', 'category']) {
      const at = own.columns.indexOf(`_${field}`)
      const property = at < 0 ? null : own.values[at]
      given[field] = this.#event[field] ?? property
      if (at < 0 || given[field] !== property) continue
      own.columns.splice(at, 1)
      own.values.splice(at, 1)
    }
    return this.#row(table, table, this.#base(table, given), context, own)
  }

  /** Properties or traits, as columns of the tables of such a call. */
  #own(kind: FixedTable, table: string): Cells {
    const { traits, properties } = this.#event
    const object = kind === 'identifies' || kind === 'groups' ? traits : properties
    return this.#flatten(object, this.#names.properties(kind), kind, table)
  }

  /** None where the table is not wanted; else one, of the columns that are. */
  #row(table: string, kind: FixedTable, base: unknown[], ...more: Cells[]): LooseRow[] {
    const selection = this.#selection
    if (selection?.(table, null) === false) return []
    const columns = BASE_COLUMNS[kind].concat(...more.map((cells) => cells.columns))
    const values = base.concat(...more.map((cells) => cells.values))
    const row = { table, upsert: false, messageId: this.#messageId, base: base.length, columns, values }
    if (!selection) return [row]
    const wanted = columns.map((column) => KEPT_COLUMNS.has(column) || selection(table, column))
    return [
      {
        ...row,
        base: wanted.slice(0, base.length).filter(Boolean).length,
        columns: columns.filter((_, at) => wanted[at]),
        values: values.filter((_, at) => wanted[at]),
      },
    ]
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

  #flatten(object: unknown, root: NamedKey, kind: FixedTable | null, table: string): Cells {
    const cells: Cells = { columns: [], values: [] }
    if (isObject(object)) this.#into(cells, ++flattened, object, root, kind, table)
    return cells
  }

  #into(cells: Cells, row: number, object: JsonObject, above: NamedKey, kind: FixedTable | null, table: string): void {
    for (const name in object) {
      const value = object[name]
      if (value === null || value === undefined) continue
      const key = this.#names.below(above, name, kind)
      if (isObject(value)) this.#into(cells, row, value, key, kind, table)
      else if (key.slot === null) this.#remark('name_empty', table, null, { [name]: value })
      else {
        const { slot } = key
        if (slot.row === row) {
          this.#remark('name_taken', table, slot.column, cells.values[slot.at])
          cells.values[slot.at] = value
          continue
        }
        slot.row = row
        slot.at = cells.columns.push(slot.column) - 1
        cells.values.push(value)
      }
    }
  }

  #remark(code: NoticeCode, table: string, column: string | null, value: unknown): void {
    this.#remarks.push({ code, table, column, id: this.#messageId, value })
  }
}

/** Columns whose values are ids: of messages, people and groups. */
const ID_COLUMNS: ReadonlySet<string> = new Set(['id', 'anonymous_id', 'user_id', 'group_id', 'previous_id'])

/** Text, or a number as it was sent; `null` for everything else and for no text. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' || isExactNumber(value) ? JSON.stringify(value) : null
}
