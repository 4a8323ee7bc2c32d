import { Reader } from './tokens.ts'

/** A table, with its schema. */
export type At = readonly [schema: string, table: string]

/** Every statement that the platform may send to Redshift. */
export type Statement =
  | { kind: 'createSchema'; schema: string }
  | { kind: 'dropSchema'; schema: string }
  | { kind: 'createTable'; at: At; ifNotExists: boolean; columns: [string, string][]; keys: string[] }
  | { kind: 'addColumn'; at: At; column: [string, string] }
  | { kind: 'dropTable'; at: At }
  | { kind: 'lock'; at: At }
  | { kind: 'copy'; copy: Copy }
  | { kind: 'refused'; view: 'sys_load_error_detail' | 'stl_load_errors'; file: string }
  | { kind: 'derive'; derive: Derive }
  | { kind: 'createProcedure'; at: At; body: string[] }
  | { kind: 'call'; at: At }
  | { kind: 'dropProcedure'; at: At }
  /** Means the same to PostgreSQL, as it stands. */
  | { kind: 'same'; reads: boolean; parameters: string[] }

export interface Copy {
  at: At
  manifest: string
  role: string
  region: string
  noload: boolean
}

/** An UPDATE by the last values of the calls of an id. */
export interface Derive {
  at: At
  from: At
  by: string
  columns: string[]
  /** Whether the calls' own times are asked too. */
  hasTime: boolean
  stage: At
  k: string
  slot: string
}

const TYPE =
  /^(?:character varying\((?:[1-9]\d{0,4})\)|character\(\d{1,4}\)|bigint|integer|smallint|double precision|real|numeric\(\d{1,2},\d{1,2}\)|boolean|timestamp with(?:out)? time zone|super)$/

/** Reads a statement; throws `SyntaxRefused` for whatever the platform does not write, or Redshift does not take. */
export function parse(sql: string): Statement {
  const reader = new Reader(sql)
  const statement = statementOf(reader)
  reader.end()
  return statement
}

function statementOf(reader: Reader): Statement {
  if (reader.take('create schema if not exists')) return { kind: 'createSchema', schema: reader.name() }
  if (reader.take('drop schema')) return { kind: 'dropSchema', schema: reader.name() }
  if (reader.take('create table')) return createTable(reader)
  if (reader.take('alter table')) {
    const at = reader.qualified()
    reader.expect('add column')
    return { kind: 'addColumn', at, column: column(reader) }
  }
  if (reader.take('drop table')) return { kind: 'dropTable', at: reader.qualified() }
  if (reader.take('lock table')) return { kind: 'lock', at: reader.qualified() }
  if (reader.take('copy')) return { kind: 'copy', copy: copy(reader) }
  if (reader.take('create or replace procedure')) return procedure(reader)
  if (reader.take('call')) return { kind: 'call', at: procedureName(reader) }
  if (reader.take('drop procedure')) return { kind: 'dropProcedure', at: procedureName(reader) }
  if (reader.take('select')) return select(reader)
  if (reader.take('insert into')) return insert(reader)
  if (reader.take('delete from')) return remove(reader)
  if (reader.take('update')) return update(reader)
  return reader.fail('a statement')
}

const same = (reads: boolean, parameters: string[] = []): Statement => ({ kind: 'same', reads, parameters })

function column(reader: Reader): [string, string] {
  const name = reader.name()
  let type = reader.value('word')
  while (reader.take('varying') || reader.take('precision')) type += type === 'double' ? ' precision' : ' varying'
  if (type === 'timestamp')
    type += reader.take('without time zone')
      ? ' without time zone'
      : (reader.expect('with time zone'), ' with time zone')
  if (reader.take('(')) {
    type += `(${reader.list(() => reader.value('number')).join(',')})`
    reader.expect(')')
  }
  if (!TYPE.test(type)) reader.fail('a type')
  const bytes = /^character varying\((\d+)\)$/.exec(type)?.[1]
  if (Number(bytes ?? 1) > 65_535) reader.fail('at most 65535 bytes')
  return [name, type]
}

function createTable(reader: Reader): Statement {
  const ifNotExists = reader.take('if not exists')
  const at = reader.qualified()
  reader.expect('(')
  const columns = reader.list(() => column(reader))
  reader.expect(')')
  const names = columns.map(([name]) => name)
  if (columns.length > 1_600) reader.fail('at most 1600 columns')
  if (new Set(names).size < names.length) reader.fail('different columns')
  const keys: string[] = []
  if (reader.take('diststyle all')) return { kind: 'createTable', at, ifNotExists, columns, keys }
  for (const word of ['distkey', 'sortkey']) {
    if (!reader.take(word)) continue
    reader.expect('(')
    const key = reader.name()
    reader.expect(')')
    if (!names.includes(key)) reader.fail(`a column as ${word}`)
    keys.push(key)
  }
  return { kind: 'createTable', at, ifNotExists, columns, keys }
}

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/

function copy(reader: Reader): Copy {
  const at = reader.qualified()
  reader.expect('from')
  const manifest = reader.value('text')
  reader.expect('iam_role')
  const role = reader.take('default') ? 'default' : reader.value('text')
  if (role !== 'default' && !ROLE.test(role)) reader.fail('a role')
  reader.expect('region')
  const region = reader.value('text')
  reader.expect('format json')
  if (reader.value('text') !== 'auto') reader.fail("'auto'")
  reader.expect('gzip manifest')
  for (const word of ['timeformat', 'dateformat']) {
    reader.expect(word)
    if (reader.value('text') !== 'auto') reader.fail("'auto'")
  }
  reader.expect('truncatecolumns acceptinvchars compupdate off statupdate off')
  return { at, manifest, role, region, noload: reader.take('noload maxerror 100000') }
}

function procedureName(reader: Reader): At {
  const at = reader.qualified()
  reader.expect('( )')
  return at
}

/** What may stand in a procedure: the merges, and the probe of a connection test. */
function procedure(reader: Reader): Statement {
  const at = procedureName(reader)
  reader.expect('as')
  const body = /^ begin (.+; )end; $/s.exec(reader.value('body'))?.[1]
  reader.expect('language')
  if (reader.value('word') !== 'plpgsql' || body === undefined) return reader.fail('a procedure')
  const statements = body.slice(0, -2).split('; ')
  for (const sql of statements) {
    if (!/^(?:delete|insert|update) /.test(sql)) reader.fail('a merge')
    parse(sql)
  }
  return { kind: 'createProcedure', at, body: statements }
}

function where(reader: Reader, field: string): void {
  reader.expect('where')
  if (reader.name() !== field) reader.fail(field)
  reader.expect('=')
}

function select(reader: Reader): Statement {
  if (reader.take('current_user')) return same(true)
  if (reader.take('1 / case when count ( * ) =')) {
    if (!reader.take('0')) {
      reader.expect('1')
      for (const field of ['seq', 'event']) {
        reader.expect('and min (')
        if (reader.name() !== field) reader.fail(field)
        reader.expect(') =')
        reader.value('number')
      }
    }
    reader.expect('then 1 else 0 end from')
    reader.qualified()
    where(reader, 'reader')
    reader.value('text')
    return same(true)
  }
  const first = reader.name()
  if (first === 'seq') {
    reader.expect(',')
    if (reader.name() !== 'event') reader.fail('event')
    reader.expect('from')
    reader.qualified()
    where(reader, 'reader')
    reader.value('text')
    return same(true)
  }
  if (first === 'k') {
    reader.expect(', count ( * ) from')
    reader.qualified()
    reader.expect('group by')
    if (reader.name() !== 'k') reader.fail('k')
    return same(true)
  }
  if (first === 'line_number') return refused(reader)
  return catalogue(reader, first)
}

function refused(reader: Reader): Statement {
  const trimmed = () => {
    reader.expect('trim (')
    const field = reader.name()
    reader.expect(')')
    return field
  }
  reader.expect(',')
  const column = trimmed()
  reader.expect(',')
  const reason = trimmed()
  reader.expect('from')
  const view = reader.name()
  reader.expect('where')
  const file = trimmed()
  const asked = `${view}: ${column}, ${reason}, ${file}`
  if (
    asked !== 'sys_load_error_detail: column_name, error_message, file_name' &&
    asked !== 'stl_load_errors: colname, err_reason, filename'
  ) {
    return reader.fail('columns of the view')
  }
  reader.expect('=')
  const url = reader.value('text')
  reader.expect('order by')
  if (reader.name() !== 'line_number') reader.fail('line_number')
  return { kind: 'refused', view: view as 'stl_load_errors', file: url }
}

/** The one question about the catalogue, as it stands: all of it is PostgreSQL's too. */
function catalogue(reader: Reader, first: string): Statement {
  const words: string[] = [first]
  while (!reader.done) {
    const next = (['name', 'word', 'sign', 'number', 'text'] as const).find((kind) => {
      try {
        words.push(reader.value(kind))
        return true
      } catch {
        return false
      }
    })
    if (!next) reader.fail('the catalogue')
  }
  const asked = words.join(' ').replace(/(nspname =) \S+/, '$1 ?')
  if (asked !== CATALOGUE) reader.fail('the catalogue')
  return same(true)
}

const CATALOGUE =
  'c . relname , a . attname , format_type ( a . atttypid , a . atttypmod ) from pg_namespace as n left join pg_class as c on c . relnamespace = n . oid and c . relkind = r left join pg_attribute as a on a . attrelid = c . oid and a . attnum > 0 and not a . attisdropped where n . nspname = ? order by c . relname , a . attnum'

function insert(reader: Reader): Statement {
  const [schema, table] = reader.qualified()
  reader.expect('(')
  const columns = reader.list(() => reader.name())
  reader.expect(')')
  if (reader.take('values (')) {
    const values = reader.list(() => (reader.take('1') ? '1' : valueOf(reader)))
    if (values.length !== columns.length) reader.fail('as many values as columns')
    reader.expect(')')
    return same(false)
  }
  reader.expect('select')
  const slots = reader.list(() => reader.name())
  if (slots.length !== columns.length) reader.fail('as many slots as columns')
  reader.expect('from')
  const [, stage] = reader.qualified()
  where(reader, 'k')
  reader.value('number')
  if (reader.take('and not exists ( select 1 from')) {
    if (reader.qualified().join('.') !== `${schema}.${table}`) reader.fail('the same table')
    reader.expect('where')
    idOf(reader, table)
    reader.expect('=')
    if (reader.qualified().join('.') !== `${stage}.${slots[0]}`) reader.fail('the stage')
    reader.expect(')')
  }
  return same(false)
}

const valueOf = (reader: Reader) => {
  try {
    return reader.value('text')
  } catch {
    return reader.value('number')
  }
}

function idOf(reader: Reader, table: string): void {
  if (reader.qualified().join('.') !== `${table}.id`) reader.fail(`${table}.id`)
}

function remove(reader: Reader): Statement {
  const [, stage] = reader.qualified()
  if (reader.take('using')) {
    const [, table] = reader.qualified()
    reader.expect('where')
    if (reader.take('position (')) return removeTold(reader, stage, table)
    if (reader.qualified().join('.') !== `${stage}.k`) reader.fail('k of the stage')
    reader.expect('=')
    reader.value('number')
    reader.expect('and')
    if (reader.qualified()[0] !== stage) reader.fail('a slot of the stage')
    reader.expect('=')
    idOf(reader, table)
    return same(false)
  }
  reader.expect('where')
  const parameters: string[] = []
  do {
    if (!['id', 'user_id', 'previous_id', 'table'].includes(reader.name())) reader.fail('an id')
    reader.expect('=')
    parameters.push(reader.value('parameter'))
  } while (reader.take('or'))
  return same(false, parameters)
}

/** What is told of rows, by their ids within a text of JSON. */
function removeTold(reader: Reader, told: string, table: string): Statement {
  for (const part of ['id', ':']) {
    reader.expect('chr ( 34 ) ||')
    if (reader.value('text') !== part) reader.fail(part)
    reader.expect('||')
  }
  reader.expect('chr ( 34 ) || replace ( replace ( left (')
  idOf(reader, table)
  reader.expect(
    ', 200 ) , chr ( 92 ) , chr ( 92 ) || chr ( 92 ) ) , chr ( 34 ) , chr ( 92 ) || chr ( 34 ) ) || chr ( 34 ) in',
  )
  if (reader.qualified().join('.') !== `${told}.samples`) reader.fail('the samples')
  reader.expect(') > 0 and (')
  const parameters: string[] = []
  do {
    const [owner, name] = reader.qualified()
    if (owner !== table || !['id', 'user_id', 'previous_id'].includes(name)) reader.fail('an id')
    reader.expect('=')
    parameters.push(reader.value('parameter'))
  } while (reader.take('or'))
  reader.expect(')')
  return same(false, parameters)
}

function update(reader: Reader): Statement {
  const at = reader.qualified()
  const [, table] = at
  reader.expect('set')
  const kinds = new Set<string>()
  let nth = 0
  const columns = reader.list(() => {
    const column = reader.name()
    reader.expect('=')
    kinds.add(assignment(reader, table, column, nth++))
    return column
  })
  const [kind] = kinds
  if (kinds.size !== 1) reader.fail('assignments of one kind')
  if (kind === 'number') {
    where(reader, 'reader')
    reader.value('text')
    return same(false)
  }
  reader.expect('from')
  if (kind === 'given') {
    const [, stage] = reader.qualified()
    reader.expect('where')
    if (reader.qualified().join('.') !== `${stage}.k`) reader.fail('k of the stage')
    reader.expect('=')
    reader.value('number')
    reader.expect('and')
    idOf(reader, table)
    reader.expect('=')
    if (reader.qualified()[0] !== stage) reader.fail('the stage')
    return same(false)
  }
  return { kind: 'derive', derive: derive(reader, at, columns) }
}

/** What a column is set to: a number, the stage's value or the former one, or a value of the subquery `f`. */
function assignment(reader: Reader, table: string, column: string, nth: number): 'number' | 'given' | 'derived' {
  const field = () => {
    const [owner, name] = reader.qualified()
    if (owner === table && name === column) return 'old'
    if (owner === 'f' && name !== `v${nth}`) reader.fail(`v${nth}`)
    return owner
  }
  const coalesced = (...order: ('old' | 'other')[]) => {
    reader.expect('coalesce (')
    const [first, second] = reader.list(field)
    reader.expect(')')
    const found = [first, second].map((owner) => (owner === 'old' ? 'old' : 'other'))
    if (found.join() !== order.join()) reader.fail(order.join(' before '))
    return first === 'f' ? 'derived' : 'given'
  }
  if (reader.take('case when substring (')) {
    const [stage] = reader.qualified()
    reader.expect(',')
    reader.value('number')
    reader.expect(', 1 ) =')
    if (reader.value('text') !== '1') reader.fail("'1'")
    reader.expect('then')
    if (reader.qualified()[0] !== stage || stage === table) reader.fail('the stage')
    reader.expect('else')
    if (reader.qualified().join('.') !== `${table}.${column}`) reader.fail('the former value')
    reader.expect('end')
    return 'given'
  }
  if (reader.take('case when')) {
    const compared = reader.qualified().join('.')
    if (compared !== `${table}.received_at` && compared !== `${table}.${column}`) reader.fail('received_at')
    reader.expect('>')
    reader.qualified()
    reader.expect('then')
    coalesced('old', 'other')
    reader.expect('else')
    coalesced('other', 'old')
    reader.expect('end')
    return 'given'
  }
  try {
    reader.value('number')
    return 'number'
  } catch {
    return coalesced('other', 'old')
  }
}

function derive(reader: Reader, at: At, columns: string[]): Derive {
  reader.expect('( select distinct')
  const by = reader.name()
  reader.expect('as')
  if (reader.name() !== 'of') reader.fail('of')
  let hasTime = false
  for (const [nth, column] of columns.entries()) {
    reader.expect(', first_value (')
    if (reader.name() !== column) reader.fail(column)
    reader.expect('ignore nulls ) over ( partition by')
    if (reader.name() !== by) reader.fail(by)
    reader.expect('order by')
    if (reader.name() !== 'received_at') reader.fail('received_at')
    reader.expect('desc nulls last ,')
    let last = reader.name()
    if (last === 'timestamp') {
      reader.expect('desc nulls last ,')
      last = reader.name()
      hasTime = true
    }
    if (last !== 'id') reader.fail('id')
    // Redshift refuses such a window without its frame.
    reader.expect('desc rows between unbounded preceding and unbounded following ) as')
    if (reader.name() !== `v${nth}`) reader.fail(`v${nth}`)
  }
  reader.expect('from')
  const from = reader.qualified()
  where2(reader, by)
  reader.expect('in ( select')
  const slot = reader.name()
  reader.expect('from')
  const stage = reader.qualified()
  where(reader, 'k')
  const k = reader.value('number')
  reader.expect(') ) as')
  if (reader.name() !== 'f') reader.fail('f')
  reader.expect('where')
  idOf(reader, at[1])
  reader.expect('=')
  if (reader.qualified().join('.') !== 'f.of') reader.fail('f.of')
  return { at, from, by, columns, hasTime, stage, k, slot }
}

function where2(reader: Reader, field: string): void {
  reader.expect('where')
  if (reader.name() !== field) reader.fail(field)
}
