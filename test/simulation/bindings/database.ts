import { d1Over, migrate } from '../../../bench/cost/database.ts'
import { verbOf } from '../../../bench/cost/objects.ts'
import { Sql } from '../../../bench/cost/sql.ts'
import type { Actor } from '../actors.ts'
import type { Wires } from '../wires.ts'

/** D1: one database, and a way to it for each who asks. */
export class SimulatedDatabase {
  readonly #sql: Sql
  readonly #wires: Wires

  constructor(wires: Wires) {
    this.#wires = wires
    // D1 takes ten gigabytes whatever an object takes.
    this.#sql = new Sql()
    migrate(this.#sql)
  }

  close(): void {
    this.#sql.close()
  }

  /** Whether there is a source or destination of this id. */
  knows(id: string): boolean {
    const query = 'SELECT id FROM sources WHERE id = ? UNION SELECT id FROM destinations WHERE id = ?'
    return this.#sql.run(query, [id, id]).rows.length > 0
  }

  binding(who: () => Actor): D1Database {
    return d1Over(
      (query, bindings) => this.#sql.run(query, bindings),
      (query, run) => this.#wires.call(who(), { what: `D1 ${verbOf(query)}`, effect: run, ms: 8, mostMs: 60 }),
      this.#wires.limits,
    )
  }
}
