/** Types of the columns that we make. `timestamp`: a moment, in UTC. */
export const COLUMN_TYPES = ['text', 'bigint', 'double', 'boolean', 'timestamp'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

export function isColumnType(type: string): type is ColumnType {
  return (COLUMN_TYPES as readonly string[]).includes(type)
}

/**
 * A column as the warehouse has it, which its owner may have changed: `numeric` takes any decimal number, `json` any JSON,
 * `unknown` is a type that we load nothing into.
 */
export interface TableColumn {
  name: string
  type: ColumnType | 'numeric' | 'json' | 'unknown'
  /** As the warehouse calls it, where that says more: `character varying(512)`. */
  declared?: string
  /** What its values may have: bytes or characters of a text, bits of a whole number. Absent: as much as its type can hold. */
  most?: { bytes?: number; characters?: number; bits?: number }
}

/** The tables of a schema as they are in the warehouse, each with its columns, by name. */
export type Catalogue = Map<string, Map<string, TableColumn>>

/** What a warehouse can hold: rules of names and sizes that a row has to keep. */
export interface Limits {
  /** Bytes of a name. */
  nameBytes: number
  /** Bytes of a text in a column that we make; `null`: any. */
  textBytes: number | null
  /** Columns that we make in a table at most. */
  columns: number
  /** Estimated bytes of a row that have to lie within one page; `null`: any. */
  rowBytes: number | null
}

/** Canonical text of a value, by the type of its column: `12`, `1.5`, `t`, `2026-01-02T03:04:05.678Z`; `null`: NULL. */
export type CellText = string | null

/** Rows of one table, in the order of their events; cells stand in the order of `columns`. */
export interface TableRows {
  table: string
  columns: TableColumn[]
  rows: CellText[][]
  /**
   * Of `users` and `accounts`, a text a row: rows of one id that were received at the same moment come one after another by it.
   * It is when the event happened, and then the event's id.
   */
  order?: string[]
  /**
   * Of objects, a text a row: `1` for each column that the row sets, in the order of `columns`, `0` for one that stays as
   * it is where the table has a row of its id. At most one row an id.
   */
  sets?: string[]
}

/** Columns that a load needs and that the warehouse does not have. A table that is not there either has all of its here. */
export interface Additions {
  table: string
  columns: TableColumn[]
}

/** Why something was not loaded as it was sent. */
export type NoticeCode =
  | 'name_empty'
  | 'name_taken'
  | 'too_many_columns'
  | 'not_castable'
  | 'fraction_lost'
  | 'digits_lost'
  | 'out_of_range'
  | 'text_cut'
  | 'text_cleaned'
  | 'row_too_wide'
  | 'row_refused'
  | 'type_unknown'
  | 'table_made_again'
  | 'unreadable'

/** Something of a sync that a person should know: of which column, how often, and at most three samples. */
export interface SyncNotice {
  code: NoticeCode
  table: string
  column: string | null
  count: number
  /** Values as they came (cut to 200 characters), with the event's id; `of`: the ids of its people, where they are known. */
  samples: { id: string; value: string; of?: string[] }[]
}
