import { PLATFORM } from '../../test/platform/limits.ts'
import { type Executed, Sql } from '../../test/platform/sql.ts'
import type { Invocations } from './usage.ts'

/**
 * SQLite that counts rows as Cloudflare bills them: a written row is one, and one more for each index that it stands in
 * (a key that is not an integer has one); a deleted row is one. Rows read are those that come back, times the tables they
 * were joined from, which is exact for look-ups by key. `test/workerd/cost/rows.test.ts` holds both against workerd.
 */
export class CountingSql extends Sql {
  readonly #writeCosts = new Map<string, number>()
  readonly #onRun: (query: string, done: Executed) => void

  constructor(onRun: (query: string, done: Executed) => void = () => undefined, invocations?: Invocations) {
    super(PLATFORM, undefined, ({ bytes, rows }) => invocations?.usage?.read(bytes, rows))
    this.#onRun = onRun
  }

  override run(query: string, bindings: readonly unknown[] = []): Executed {
    const done = this.#counted(query, bindings)
    this.#onRun(query, done)
    return done
  }

  #counted(query: string, bindings: readonly unknown[]): Executed {
    const before = this.#changes()
    const { columns, rows, changes } = this.execute(query, bindings)
    if (columns.length > 0) {
      const written = this.#changes() - before
      const tables = 1 + (query.match(/\bjoin\b/gi)?.length ?? 0)
      return {
        columns,
        rows,
        rowsRead: written > 0 ? 0 : rows.length * tables,
        rowsWritten: this.#written(query, written),
      }
    }
    if (/^\s*(?:create|alter|drop)\b/i.test(query)) {
      this.#writeCosts.clear()
      return { columns, rows: [], rowsRead: 0, rowsWritten: 0 }
    }
    return { columns, rows: [], rowsRead: 0, rowsWritten: this.#written(query, changes) }
  }

  #changes(): number {
    return Number((this.prepare('SELECT total_changes()').get() as unknown as number[])[0])
  }

  #written(query: string, changes: number): number {
    const verb = /^\s*(insert|replace|update|delete)\b/i.exec(query)?.[1]?.toLowerCase()
    if (changes === 0 || verb === undefined) return 0
    const table = /(?:\binto|\bupdate|\bfrom)\s+["`[]?(\w+)/i.exec(query)?.[1] ?? ''
    return verb === 'delete' ? changes : changes * this.#writeCost(table)
  }

  #writeCost(table: string): number {
    const known = this.#writeCosts.get(table)
    if (known !== undefined) return known
    const indexes = this.db.prepare(`SELECT origin FROM pragma_index_list('${table}')`).all()
    const schema = this.db.prepare('SELECT sql FROM sqlite_master WHERE name = ?').get(table)
    const text = String(schema?.sql ?? '')
    // In a table WITHOUT ROWID the key is the table itself.
    const own = /\bwithout\s+rowid\b/i.test(text) ? indexes.filter(({ origin }) => origin === 'pk').length : 0
    const sequence = /\bautoincrement\b/i.test(text) ? 1 : 0
    const cost = 1 + indexes.length - own + sequence
    this.#writeCosts.set(table, cost)
    return cost
  }
}
