import { Database } from '../../platform/database.ts'
import { verbOf } from '../../platform/objects.ts'
import { Sql } from '../../platform/sql.ts'
import type { Actor } from '../actors.ts'
import type { Wires } from '../wires.ts'

/** D1 at the end of wires: one database, and a way to it for each who asks. */
export class SimulatedDatabase extends Database {
  readonly #sql: Sql
  readonly #wires: Wires

  constructor(wires: Wires) {
    const sql = new Sql()
    super(sql, wires.limits)
    this.#sql = sql
    this.#wires = wires
  }

  /** Whether there is a source or destination of this id. */
  knows(id: string): boolean {
    const query = 'SELECT id FROM sources WHERE id = ? UNION SELECT id FROM destinations WHERE id = ?'
    return this.#sql.run(query, [id, id]).rows.length > 0
  }

  bindingOf(who: () => Actor): D1Database {
    return this.binding(({ query }, effect) =>
      this.#wires.call(who(), { what: `D1 ${verbOf(query)}`, effect, ms: 8, mostMs: 60 }),
    )
  }
}
