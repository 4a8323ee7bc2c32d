import { createHash } from 'node:crypto'
import pg from 'pg'
import type { Buckets } from './bucket.ts'
import { type CopiedRow, type LoadError, readLines, readManifest } from './copy.ts'
import { type At, type Copy, type Derive, parse, type Statement } from './grammar.ts'

/** What a statement gave. */
export interface Given {
  rows: (string | null)[][] | null
  affected: number
}

export interface EngineSettings {
  /** That may be taken to read the bucket, and whether it may. */
  role: string
  /** `stl`: an old cluster without the SYS views. */
  views: 'sys' | 'stl'
  /** What the database user may not: `create schema`, `create or replace procedure`, … by how its statements begin. */
  forbidden: Map<string, string>
}

/**
 * Statements of Redshift on PostgreSQL, with what differs put on: names of up to 127 bytes, texts cut by bytes, no key, types
 * that are only there, and COPY that fetches and reads the files of its manifest.
 */
export class Engine {
  readonly #pool: pg.Pool
  readonly #buckets: Buckets
  readonly settings: EngineSettings
  readonly loadErrors: LoadError[] = []
  readonly #procedures = new Map<string, string[]>()
  readonly #names = new Map<string, string>()

  constructor(config: pg.PoolConfig, buckets: Buckets, settings: Partial<EngineSettings> = {}) {
    this.#pool = new pg.Pool({ ...config, max: 12 })
    this.#pool.on('error', () => undefined)
    this.#buckets = buckets
    this.settings = { role: 'arn:aws:iam::123456789012:role/reads', views: 'sys', forbidden: new Map(), ...settings }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  /**
   * Runs statements in one transaction. `before` is told each of them by its place, and the end by their number; what it
   * throws ends the transaction.
   */
  async transaction(
    sqls: readonly string[],
    parameters: ReadonlyMap<string, string>,
    before: (part: number) => Promise<void>,
  ): Promise<Given[]> {
    const client = await this.#pool.connect()
    try {
      await client.query('begin isolation level serializable')
      const given: Given[] = []
      for (const [part, sql] of sqls.entries()) {
        await before(part)
        given.push(await this.#run(client, sql, parameters))
      }
      await before(sqls.length)
      await client.query('commit')
      client.release()
      return given
    } catch (error) {
      await client.query('rollback').then(
        () => client.release(),
        () => client.release(true),
      )
      throw new Error(said(error), { cause: error })
    }
  }

  async #run(client: pg.PoolClient, sql: string, parameters: ReadonlyMap<string, string>): Promise<Given> {
    for (const [start, error] of this.settings.forbidden) if (sql.startsWith(start)) throw new Error(error)
    const statement = parse(sql)
    switch (statement.kind) {
      case 'createSchema':
        return plain(client, `create schema if not exists "${statement.schema}"`)
      case 'dropSchema':
        return plain(client, `drop schema "${statement.schema}"`)
      case 'createTable':
        return plain(client, this.#createTable(statement))
      case 'addColumn':
        return plain(client, `alter table ${this.#at(statement.at)} add column ${this.#column(statement.column)}`)
      case 'dropTable':
        return plain(client, `drop table ${this.#at(statement.at)}`)
      case 'lock':
        return plain(client, `lock table ${this.#at(statement.at)} in access exclusive mode`)
      case 'copy':
        return this.#copy(client, statement.copy)
      case 'refused':
        return this.#refused(statement.view, statement.file)
      case 'derive':
        return plain(client, this.#derive(statement.derive))
      case 'createProcedure':
        this.#procedures.set(statement.at.join('.'), statement.body)
        return { rows: null, affected: 0 }
      case 'dropProcedure':
        if (!this.#procedures.delete(statement.at.join('.')))
          throw new Error(`ERROR: procedure ${statement.at[1]}() does not exist`)
        return { rows: null, affected: 0 }
      case 'call': {
        const body = this.#procedures.get(statement.at.join('.'))
        if (!body) throw new Error(`ERROR: procedure ${statement.at[1]}() does not exist`)
        for (const inner of body) await this.#run(client, inner, parameters)
        return { rows: null, affected: 0 }
      }
      case 'same':
        return this.#same(client, sql, statement, parameters)
    }
  }

  async #same(
    client: pg.PoolClient,
    sql: string,
    { reads, parameters: used }: Statement & { kind: 'same' },
    parameters: ReadonlyMap<string, string>,
  ): Promise<Given> {
    const values = used.map((name) => parameters.get(name))
    if (values.includes(undefined)) throw new Error('ERROR: a parameter is missing')
    let nth = 0
    const text = this.#short(sql).replaceAll(/:(?:person|named)\b/g, () => `$${++nth}`)
    const { rows, rowCount } = await client.query<unknown[]>({ text, values, rowMode: 'array' })
    if (!reads) return { rows: null, affected: rowCount ?? 0 }
    const shown = rows.map((row) => row.map((value) => (value === null ? null : this.#long(String(value)))))
    return { rows: shown, affected: shown.length }
  }

  /** PostgreSQL's names have 63 bytes. */
  #name(name: string): string {
    if (name.length <= 63) return `"${name}"`
    const short = `${name.slice(0, 40)}_${createHash('sha256').update(name).digest('hex').slice(0, 20)}`
    this.#names.set(short, name)
    return `"${short}"`
  }

  #long(value: string): string {
    return value === 'jsonb' ? 'super' : (this.#names.get(value) ?? value)
  }

  #short(sql: string): string {
    // Names and texts never hold the other's quotes.
    return sql.replaceAll(/"([^"]*)"/g, (_, name: string) => this.#name(name))
  }

  #at([schema, table]: At): string {
    return `"${schema}".${this.#name(table)}`
  }

  #column([name, type]: [string, string]): string {
    return `${this.#name(name)} ${type === 'super' ? 'jsonb' : type}`
  }

  #createTable({ at, ifNotExists, columns }: Statement & { kind: 'createTable' }): string {
    const list = columns.map((column) => this.#column(column)).join(', ')
    return `create table ${ifNotExists ? 'if not exists ' : ''}${this.#at(at)} (${list})`
  }

  #derive({ at, from, by, columns, hasTime, stage, k, slot }: Derive): string {
    const target = this.#at(at)
    const order = `"received_at" desc nulls last, ${hasTime ? '"timestamp" desc nulls last, ' : ''}"id" collate "C" desc`
    const values = columns.map(
      (column, nth) =>
        `(array_agg(${this.#name(column)} order by ${order}) filter (where ${this.#name(column)} is not null))[1] as "v${nth}"`,
    )
    const sets = columns.map((column, nth) => `${this.#name(column)} = coalesce(f."v${nth}", t.${this.#name(column)})`)
    return `update ${target} t set ${sets.join(', ')} from (select "${by}" as "of", ${values.join(', ')} from ${this.#at(from)} where "${by}" in (select "${slot}" from ${this.#at(stage)} where "k" = ${k}) group by "${by}") f where t."id" = f."of"`
  }

  async #copy(client: pg.PoolClient, copy: Copy): Promise<Given> {
    if (copy.role !== this.settings.role) {
      throw new Error(`ERROR: User arn:aws:redshift:cluster/x is not authorized to assume IAM Role ${copy.role}`)
    }
    const { rows: described } = await client.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and attnum > 0`,
      [this.#at(copy.at)],
    )
    const columns = new Map(described.map(({ name, type }) => [name, type === 'jsonb' ? 'super' : type]))
    const rows: CopiedRow[] = []
    for (const [file, text] of readManifest(copy, this.#buckets)) {
      const refused: LoadError[] = []
      rows.push(...readLines(text, columns, (error) => refused.push({ file, ...error })))
      if (refused.length === 0) continue
      // Without MAXERROR the first ends it.
      this.loadErrors.push(...(copy.noload ? refused : refused.slice(0, 1)))
      if (!copy.noload) {
        throw new Error(
          `ERROR: Load into table '${copy.at[1]}' failed.  Check 'sys_load_error_detail' system table for details.`,
        )
      }
    }
    if (!copy.noload) await this.#insert(client, copy.at, columns, rows)
    return { rows: null, affected: rows.length }
  }

  async #insert(client: pg.PoolClient, at: At, columns: ReadonlyMap<string, string>, rows: CopiedRow[]): Promise<void> {
    const used = [...columns].filter(([name]) => rows.some((row) => name in row))
    const names = used.map(([name]) => `"${name}"`).join(', ')
    const types = used.map((column) => this.#column(column)).join(', ')
    for (let from = 0; from < rows.length; from += 500) {
      await client.query(
        `insert into ${this.#at(at)} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as r(${types})`,
        [JSON.stringify(rows.slice(from, from + 500))],
      )
    }
  }

  #refused(view: string, file: string): Given {
    if (view === 'sys_load_error_detail' && this.settings.views === 'stl') {
      throw new Error(`ERROR: relation "sys_load_error_detail" does not exist`)
    }
    const found = this.loadErrors
      .filter((error) => error.file === file)
      .toSorted((a, b) => a.line - b.line)
      .map(({ line, column, reason }) => [String(line), column, reason])
    return { rows: found, affected: found.length }
  }
}

async function plain(client: pg.PoolClient, sql: string): Promise<Given> {
  const { rowCount } = await client.query(sql)
  return { rows: null, affected: rowCount ?? 0 }
}

/** As Redshift says it. */
function said(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  if (code === '40001' || code === '40P01') {
    return 'ERROR: 1023\n  Detail: Serializable isolation violation on table - 123, transactions forming the cycle are: 1, 2 (pid:3)'
  }
  // Two that make the same table at once meet in the catalogue.
  if (code === '23505' && message.includes('pg_')) return 'ERROR: relation already exists'
  return message.startsWith('ERROR') || message.startsWith('FATAL') ? message : `ERROR: ${message}`
}
