import { type ColumnType, SAMPLE_CHARACTERS, type TableColumn } from '../../tables/index.ts'
import { type Cursor, type CursorMove, DISCARDS_TABLE, WarehouseError } from '../connector.ts'

/** Names as `src/tables` makes them. Redshift folds names to small letters, in quotes too, so no others may come here. */
const NAME = /^[a-z0-9_]{1,127}$/
const READER = /^[\w:-]{1,128}$/

/** A name in quotes; throws when it is none of ours. */
export function quotedName(text: string): string {
  if (!NAME.test(text)) throw new WarehouseError('name', `“${text.slice(0, 130)}” cannot be a name in Redshift.`, false)
  return `"${text}"`
}

export function quotedTable(schema: string, table: string): string {
  return `${quotedName(schema)}.${quotedName(table)}`
}

/** Types of the columns that we make. */
const TYPES: Record<ColumnType, string> = {
  text: 'character varying(512)',
  bigint: 'bigint',
  double: 'double precision',
  boolean: 'boolean',
  timestamp: 'timestamp without time zone',
}

/** Types that we load into, as `format_type` writes them. */
const LOADED =
  /^(?:character varying\((\d{1,5})\)|character\((\d{1,5})\)|bigint|integer|smallint|double precision|real|numeric\(\d{1,2},\d{1,2}\)|boolean|timestamp with(?:out)? time zone|super)$/

/** A column's type in SQL: as its table has it, else as we make it. */
export function redshiftType(column: TableColumn): string {
  const { declared, type } = column
  if (declared !== undefined && LOADED.test(declared)) return declared
  if (type === 'numeric') return 'numeric(38,9)'
  if (type === 'json') return 'super'
  return TYPES[type === 'unknown' ? 'text' : type]
}

/** A column of the catalogue, by what `format_type` says of it. */
export function columnOf(column: string, declared: string): TableColumn {
  const [match, varying, fixed] = LOADED.exec(declared) ?? []
  const shared = { name: column, declared }
  if (match === undefined) return { ...shared, type: 'unknown' }
  // Redshift counts a text's bytes, not its letters.
  if (varying !== undefined || fixed !== undefined)
    return { ...shared, type: 'text', most: { bytes: Number(varying ?? fixed) } }
  if (match === 'integer') return { ...shared, type: 'bigint', most: { bits: 32 } }
  if (match === 'smallint') return { ...shared, type: 'bigint', most: { bits: 16 } }
  if (match === 'bigint' || match === 'boolean') return { ...shared, type: match }
  if (match.startsWith('numeric')) return { ...shared, type: 'numeric' }
  if (match.startsWith('timestamp')) return { ...shared, type: 'timestamp' }
  return { ...shared, type: match === 'super' ? 'json' : 'double' }
}

export const CURSORS_TABLE = '_sluice_cursor'

export const createSchema = (schema: string) => `create schema if not exists ${quotedName(schema)}`

export const createCursor = (schema: string) =>
  `create table if not exists ${quotedTable(schema, CURSORS_TABLE)} ("reader" character varying(128), "seq" bigint, "event" bigint) diststyle all`

/** A table by its columns. Rows of one id lie together, and what was received lately is found soon. */
export function createTable(schema: string, table: string, columns: readonly TableColumn[]): string {
  const has = (wanted: string) => columns.some(({ name }) => name === wanted)
  const list = columns.map((column) => `${quotedName(column.name)} ${redshiftType(column)}`).join(', ')
  const keys = `${has('id') ? ' distkey ("id")' : ''}${has('received_at') ? ' sortkey ("received_at")' : ''}`
  return `create table if not exists ${quotedTable(schema, table)} (${list})${keys}`
}

/** One column: Redshift adds one a statement, and knows no `if not exists` for it. */
export const addColumn = (schema: string, table: string, column: TableColumn) =>
  `alter table ${quotedTable(schema, table)} add column ${quotedName(column.name)} ${redshiftType(column)}`

/** Every table of a schema with its columns; one row without a table where the schema has none, no row without a schema. */
export const selectCatalogue = (schema: string) =>
  `select "c"."relname", "a"."attname", format_type("a"."atttypid", "a"."atttypmod") from "pg_namespace" as "n" left join "pg_class" as "c" on "c"."relnamespace" = "n"."oid" and "c"."relkind" = 'r' left join "pg_attribute" as "a" on "a"."attrelid" = "c"."oid" and "a"."attnum" > 0 and not "a"."attisdropped" where "n"."nspname" = '${quotedName(schema).slice(1, -1)}' order by "c"."relname", "a"."attnum"`

function reader(text: string): string {
  if (!READER.test(text)) throw new WarehouseError('name', `“${text.slice(0, 130)}” cannot be a reader.`, false)
  return `'${text}'`
}

function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new WarehouseError('cursor', `${value} is no place in a log.`, false)
  return String(value)
}

export const selectCursor = (schema: string, who: string) =>
  `select "seq", "event" from ${quotedTable(schema, CURSORS_TABLE)} where "reader" = ${reader(who)}`

/**
 * First of a transaction: whoever else loads into the schema waits here, and begins with what this one has left. The
 * snapshot is taken by the statement after it.
 */
export const lockCursor = (schema: string) => `lock table ${quotedTable(schema, CURSORS_TABLE)}`

/**
 * Divides by zero, and so ends the transaction, where the cursor stands elsewhere: a batch has no other way to stop by
 * what it finds.
 */
export function compareCursor(schema: string, { reader: who, from }: CursorMove): string {
  const there = from
    ? `count(*) = 1 and min("seq") = ${whole(from.seq)} and min("event") = ${whole(from.index)}`
    : 'count(*) = 0'
  return `select 1 / case when ${there} then 1 else 0 end from ${quotedTable(schema, CURSORS_TABLE)} where "reader" = ${reader(who)}`
}

/** What Redshift says of that, on its leader and on its nodes. */
export const isElsewhere = (said: string) => /divi(?:sion|de) by zero/i.test(said)

export function setCursor(schema: string, { reader: who, from, to }: CursorMove): string {
  const { seq, index }: Cursor = to
  return from
    ? `update ${quotedTable(schema, CURSORS_TABLE)} set "seq" = ${whole(seq)}, "event" = ${whole(index)} where "reader" = ${reader(who)}`
    : `insert into ${quotedTable(schema, CURSORS_TABLE)} ("reader", "seq", "event") values (${reader(who)}, ${whole(seq)}, ${whole(index)})`
}

export const dropTableThere = (schema: string, table: string) => `drop table ${quotedTable(schema, table)}`

/** What is told of a table. Its name is the parameter. */
export const deleteToldOfTable = (schema: string) =>
  `delete from ${quotedTable(schema, DISCARDS_TABLE)} where "table" = :named`

/** Where the person's id stands, by table. The value is a parameter. */
export function deletePerson(schema: string, table: string): string {
  const where = personColumns(table).map((column) => `${quotedName(column)} = :person`)
  return `delete from ${quotedTable(schema, table)} where ${where.join(' or ')}`
}

/**
 * What is told of a person's rows that are still there: the samples are JSON in a text, and have the beginning of a row's id.
 * `chr(92)` is a backslash and `chr(34)` a quote: Redshift and others do not agree on how those stand in a text.
 */
export function deleteTold(schema: string, table: string): string {
  const own = quotedName(table)
  const escaped = `replace(replace(left(${own}."id", ${SAMPLE_CHARACTERS}), chr(92), chr(92) || chr(92)), chr(34), chr(92) || chr(34))`
  const sample = `chr(34) || 'id' || chr(34) || ':' || chr(34) || ${escaped} || chr(34)`
  const isPerson = personColumns(table).map((column) => `${own}.${quotedName(column)} = :person`)
  const isTold = `position(${sample} in ${quotedName(DISCARDS_TABLE)}."samples") > 0`
  const [discards, rows] = [quotedTable(schema, DISCARDS_TABLE), quotedTable(schema, table)]
  return `delete from ${discards} using ${rows} where ${isTold} and (${isPerson.join(' or ')})`
}

function personColumns(table: string): string[] {
  return table === 'users' ? ['id'] : table === 'aliases' ? ['user_id', 'previous_id'] : ['user_id']
}

/** Characters that a URL of ours in S3 may have; it stands in SQL. */
const S3_URL = /^s3:\/\/[a-z0-9.-]+\/[A-Za-z0-9/_.=-]+$/

function s3Url(url: string): string {
  if (!S3_URL.test(url)) throw new WarehouseError('name', `${url.slice(0, 300)} is no address of ours in S3.`, false)
  return `'${url}'`
}

/** What a COPY reads, and by whose leave. Never a key: statements can be listed by others of the account. */
export interface CopySource {
  manifestUrl: string
  /** Checked, as `checkedSettings` does. */
  iamRole: string
  region: string
}

/**
 * Loads the files of a manifest into a table, all or nothing; a key of a line's object is a column. `check`: loads nothing,
 * and goes on behind what it would refuse.
 */
export function copyFiles(
  schema: string,
  table: string,
  { manifestUrl, iamRole, region }: CopySource,
  how: 'load' | 'check' = 'load',
): string {
  const role = iamRole === 'default' ? 'default' : `'${iamRole}'`
  const errors = how === 'check' ? ' noload maxerror 100000' : ''
  return `copy ${quotedTable(schema, table)} from ${s3Url(manifestUrl)} iam_role ${role} region '${region}' format json 'auto' gzip manifest timeformat 'auto' dateformat 'auto' truncatecolumns acceptinvchars compupdate off statupdate off${errors}`
}

/** What COPY refused of a file. Old clusters know the second only. */
export const selectRefused = [
  (fileUrl: string) =>
    `select "line_number", trim("column_name"), trim("error_message") from "sys_load_error_detail" where trim("file_name") = ${s3Url(fileUrl)} order by "line_number"`,
  (fileUrl: string) =>
    `select "line_number", trim("colname"), trim("err_reason") from "stl_load_errors" where trim("filename") = ${s3Url(fileUrl)} order by "line_number"`,
] as const
