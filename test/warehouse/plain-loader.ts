/**
 * What a warehouse has to hold, worked out once more from docs/warehouse.md alone: one event after another, one value after
 * another, everything kept in memory, and not a word of `src`. It knows PostgreSQL's names and types, and the kinds of values
 * that the generators of the tests make.
 */
import { plainColumn, plainTable } from './plain-names.ts'

/** A number by the text that was sent. */
class Num {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Json = null | boolean | string | Num | Json[] | { [key: string]: Json }
type PlainEvent = { [key: string]: Json }
export type PlainType = 'text' | 'bigint' | 'double' | 'boolean' | 'timestamp'
export type PlainCell = string | null

export interface PlainTable {
  columns: Map<string, PlainType>
  /** By `id`, as `rowText` writes it. */
  rows: Map<string, string>
}

interface Sent {
  table: string
  id: string
  base: [string, Json, PlainType][]
  own: Map<string, Json>
  receivedAt: string
  /** Of events received together, the order in which a person was told of. */
  timestamp: string
  folded: boolean
}

const TIMES = ['original_timestamp', 'sent_at', 'received_at', 'timestamp']
const CALL = ['id', 'anonymous_id', 'user_id', ...TIMES, 'uuid_ts']
const VIEW = [...CALL, 'name', 'category']

/** Cells of a row that are not NULL, by column; without `uuid_ts`, which tells when it was loaded. */
export function rowText(cells: Map<string, string>): string {
  return JSON.stringify([...cells].filter(([column]) => column !== 'uuid_ts').toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** A warehouse in memory. `keep` makes less of each row's text, where a million would not fit. */
export class PlainWarehouse {
  readonly #tables = new Map<string, PlainTable>()
  readonly #folded: Sent[] = []
  readonly #keep: (text: string) => string

  constructor(keep: (text: string) => string = (text) => text) {
    this.#keep = keep
  }

  /** Lines of the archive that are loaded together: types of new columns are decided among them. */
  load(lines: readonly string[]): void {
    const events = lines.map((line) => sentBy(parse(line)))
    makeColumns(this.#tables, events.flat())
    for (const rows of events) {
      const isNew = rows.some((row) => !row.folded && this.#tables.get(row.table)?.rows.has(row.id) === false)
      for (const row of rows) {
        const table = this.#tables.get(row.table)
        if (row.folded) this.#folded.push(isNew ? row : { ...row, own: new Map() })
        else if (!row.folded && table && !table.rows.has(row.id)) {
          table.rows.set(row.id, this.#keep(rowText(cellsOf(table, row))))
        }
      }
    }
  }

  /**
   * All tables; of users and accounts what was received last counts, whenever it was loaded. Of an event that was sent
   * twice only when that was: the rest of it is as it came first.
   */
  tables(): Map<string, PlainTable> {
    const byTime = (row: Sent) => `${row.receivedAt} ${row.timestamp} ${row.id}`
    const folded = new Map<string, Map<string, string>>()
    for (const row of this.#folded.toSorted((a, b) => (byTime(a) < byTime(b) ? -1 : 1))) {
      const table = this.#tables.get(row.table)
      const id = row.base[0]?.[1] as string
      if (!table) continue
      const cells = new Map([...(folded.get(`${row.table} ${id}`) ?? []), ...cellsOf(table, row)])
      folded.set(`${row.table} ${id}`, cells)
      table.rows.set(id, this.#keep(rowText(cells)))
    }
    return this.#tables
  }
}

function parse(line: string): PlainEvent {
  // The reviver's third argument has the text of a number.
  const reviver = (_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' ? new Num(source ?? '') : value
  return JSON.parse(line, reviver) as PlainEvent
}

function sentBy(event: PlainEvent): Sent[] {
  const text = (key: string) => (event[key] ?? null) as string | null
  const id = text('messageId') ?? ''
  const userId = text('userId')
  const base: Sent['base'] = [
    ['id', id, 'text'],
    ['anonymous_id', text('anonymousId'), 'text'],
    ['user_id', userId, 'text'],
    ['original_timestamp', text('originalTimestamp'), 'timestamp'],
    ['sent_at', text('sentAt'), 'timestamp'],
    ['received_at', text('receivedAt'), 'timestamp'],
    ['timestamp', text('timestamp'), 'timestamp'],
  ]
  const receivedAt = text('receivedAt') ?? ''
  const common = { id, receivedAt, timestamp: text('timestamp') ?? '', folded: false }
  const context = leaves(event.context ?? null, [], null)
  const properties = event.properties ?? null
  const traits = event.traits ?? null
  const asFolded = (table: string, key: string | null, own: Map<string, Json>): Sent[] => {
    if (key === null) return []
    const cells: Sent['base'] = [
      ['id', key, 'text'],
      ['received_at', receivedAt, 'timestamp'],
    ]
    return [{ ...common, table, base: cells, own, folded: true }]
  }
  switch (event.type) {
    case 'track': {
      const name = text('event') ?? ''
      const table = plainTable(name)
      const cells: Sent['base'] = [...base, ['event', table, 'text'], ['event_text', name, 'text']]
      const tracks: Sent = { ...common, table: 'tracks', base: cells, own: context }
      if (table === null) return [tracks]
      const own = new Map([...context, ...leaves(properties, [], [...CALL, 'event', 'event_text'])])
      return [tracks, { ...common, table, base: cells, own }]
    }
    case 'identify': {
      const own = new Map([...context, ...leaves(traits, [], CALL)])
      return [{ ...common, table: 'identifies', base, own }, ...asFolded('users', userId, own)]
    }
    case 'group': {
      const own = new Map([...context, ...leaves(traits, [], [...CALL, 'group_id'])])
      const groupId = text('groupId')
      const cells: Sent['base'] = [...base, ['group_id', groupId, 'text']]
      return [{ ...common, table: 'groups', base: cells, own }, ...asFolded('accounts', groupId, own)]
    }
    case 'alias':
      return [
        { ...common, table: 'aliases', base: [...base, ['previous_id', text('previousId'), 'text']], own: context },
      ]
    case 'page':
    case 'screen': {
      const own = leaves(properties, [], VIEW)
      const named = (field: string): Json => {
        const property = own.get(`_${field}`) ?? null
        const value = event[field] ?? property
        if (value !== null && value === property) own.delete(`_${field}`)
        return value
      }
      const cells: Sent['base'] = [...base, ['name', named('name'), 'text'], ['category', named('category'), 'text']]
      return [{ ...common, table: `${event.type}s`, base: cells, own: new Map([...context, ...own]) }]
    }
    default:
      return []
  }
}

/** Values by column, of what lies in an object at any depth; of two with one name the last. */
function leaves(value: Json, keys: string[], taken: string[] | null): Map<string, Json> {
  const found = new Map<string, Json>()
  if (value === null) return found
  if (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Num)) {
    for (const [key, part] of Object.entries(value)) {
      for (const [column, leaf] of leaves(part, [...keys, key], taken)) found.set(column, leaf)
    }
    return found
  }
  const column = plainColumn(keys, taken)
  if (column !== null) found.set(column, value)
  return found
}

/** Columns that a portion needs. Those of `users` and `accounts` have the types of `identifies` and `groups`. */
function makeColumns(tables: Map<string, PlainTable>, sent: Sent[]): void {
  for (const folded of [false, true]) {
    const types = new Map<string, Map<string, PlainType>>()
    for (const row of sent.filter((one) => one.folded === folded)) {
      const ofTable = types.get(row.table) ?? new Map<string, PlainType>()
      types.set(row.table, ofTable)
      for (const [column, , type] of row.base) ofTable.set(column, type)
      ofTable.set('uuid_ts', 'timestamp')
      const from = folded ? tables.get(row.table === 'users' ? 'identifies' : 'groups') : undefined
      for (const [column, value] of row.own) {
        const type = from?.columns.get(column) ?? typeOf(value)
        const before = ofTable.get(column)
        ofTable.set(column, before === undefined ? type : both(before, type))
      }
    }
    for (const [name, columns] of types) {
      const table = tables.get(name) ?? { columns: new Map(), rows: new Map() }
      tables.set(name, table)
      for (const [column, type] of columns) if (!table.columns.has(column)) table.columns.set(column, type)
    }
  }
}

function cellsOf(table: PlainTable, row: Sent): Map<string, string> {
  const cells = new Map<string, string>()
  const put = (column: string, value: Json) => {
    const cell = cast(value, table.columns.get(column) ?? 'text')
    if (cell !== null) cells.set(column, cell)
  }
  for (const [column, value] of row.base) put(column, value)
  for (const [column, value] of row.own) put(column, value)
  return cells
}

function typeOf(value: Json): PlainType {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return moment(value) === null ? 'text' : 'timestamp'
  if (value instanceof Num) return integer(value.text) !== null ? 'bigint' : 'double'
  return 'text'
}

function both(one: PlainType, other: PlainType): PlainType {
  if (one === other) return one
  const isNumber = (type: PlainType) => type === 'bigint' || type === 'double'
  return isNumber(one) && isNumber(other) ? 'double' : 'text'
}

function cast(value: Json, type: PlainType): PlainCell {
  if (value === null) return null
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : written(value)
    case 'bigint': {
      const text = numeral(value)
      if (text === null) return null
      const whole = integer(text)
      if (whole !== null || typeof value === 'string') return whole
      return integer(BigInt(Math.trunc(Number(text))).toString())
    }
    case 'double': {
      const text = numeral(value)
      return text === null || !Number.isFinite(Number(text)) ? null : String(Number(text))
    }
    case 'boolean': {
      const words: Record<string, string> = { true: 't', false: 'f' }
      if (value instanceof Num) return value.text === '1' ? 't' : value.text === '0' ? 'f' : null
      return words[String(value).toLowerCase()] ?? null
    }
    case 'timestamp':
      return typeof value === 'string' ? moment(value) : null
  }
}

/** Text of a number, of digits in a text, or of 0 and 1. */
function numeral(value: Json): string | null {
  if (value instanceof Num) return value.text
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'string' && /^[-+]?\d+(\.\d+)?$/.test(value) ? value : null
}

/** Digits of what is an integer of 64 bits; exponents do not occur below 10²¹. */
function integer(text: string): string | null {
  const plain = text.replace(/\.0+$/, '')
  if (!/^[-+]?\d+$/.test(plain)) return null
  const value = BigInt(plain)
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value.toString() : null
}

/** JSON as `JSON.stringify` writes it, numbers as they were sent. */
function written(value: Json): string {
  if (value instanceof Num) return String(Number(value.text)).length < 16 ? String(Number(value.text)) : value.text
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}:${written(part)}`)
    .join(',')}}`
}

/** A day, or a day with a time, in ISO 8601; checked by taking it apart and putting it together again. */
function moment(text: string): string | null {
  const time = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/
  if (!time.test(text)) return null
  const day = text.slice(0, 10)
  const midnight = new Date(`${day}T00:00:00.000Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day || day < '0001') return null
  const clock = text.slice(11).replace(/(Z|[+-]\d{2}:?\d{2})$/, '')
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d{2}):?(\d{2})$/.exec(text.slice(11)) ?? []
  const [hour = '0', minute = '0', second = '0'] = clock === '' ? [] : clock.split(':')
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 60) return null
  const [whole = '0', fraction = ''] = second.split('.')
  const micros = fraction.padEnd(6, '0').slice(0, 6)
  const offset = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes))
  const at = midnight.getTime() + ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(whole)) * 1000
  const canonical = new Date(at).toISOString().replace('.000Z', '')
  return micros.endsWith('000') ? `${canonical}.${micros.slice(0, 3)}Z` : `${canonical}.${micros}Z`
}
