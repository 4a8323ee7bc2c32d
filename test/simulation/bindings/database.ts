import { Database } from '../../platform/database.ts'
import { PLATFORM } from '../../platform/limits.ts'
import { verbOf } from '../../platform/objects.ts'
import { records, Sql } from '../../platform/sql.ts'
import type { Usage } from '../../platform/usage.ts'
import type { Actor } from '../actors.ts'
import type { Wires } from '../wires.ts'

/** D1 at the end of wires: one database, and a way to it for each who asks. */
export class SimulatedDatabase extends Database {
  readonly #wires: Wires
  readonly #asking: { usage: Usage | null }

  constructor(wires: Wires) {
    // Whose statements are being run.
    const asking: { usage: Usage | null } = { usage: null }
    super(new Sql(PLATFORM, undefined, ({ bytes, rows }) => asking.usage?.read(bytes, rows)), wires.limits)
    this.#asking = asking
    this.#wires = wires
  }

  /** Whether there is a source or destination of this id. */
  knows(id: string): boolean {
    const query =
      'SELECT id FROM sources WHERE id = ?1 UNION SELECT id FROM destinations WHERE id = ?1 UNION SELECT id FROM replays WHERE id = ?1 UNION SELECT id FROM warehouses WHERE id = ?1'
    return this.look(query, [id]).length > 0
  }

  /** From outside, by nobody's call. */
  look(query: string, bindings: readonly unknown[]): Record<string, unknown>[] {
    return records(this.sql.run(query, bindings))
  }

  bindingOf(who: () => Actor): D1Database {
    return this.binding(({ query }, effect) => {
      const from = who()
      const counted = () => {
        this.#asking.usage = this.#wires.usageOf(from)
        try {
          return effect()
        } finally {
          this.#asking.usage = null
        }
      }
      const what = `D1 ${verbOf(query)}`
      return this.#wires.call(from, { what, effect: counted, ms: 8, mostMs: 60, with: 'databases' })
    })
  }
}
