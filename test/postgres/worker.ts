import { DurableObject } from 'cloudflare:workers'
import {
  hyperdriveOf,
  type Load,
  type Loaded,
  type PostgresSettings,
  postgresConnector,
} from '../../src/connectors/index.ts'
import { openClient } from '../../src/connectors/postgres/client.ts'
import { context } from '../../src/context.ts'

/** What a test has done in an alarm of a Durable Object, where syncs run. */
export type Order =
  | { do: 'check'; settings: PostgresSettings }
  /** The same by the Hyperdrive that the Worker is bound to. */
  | { do: 'check-hyperdrive' }
  | { do: 'load'; settings: PostgresSettings; load: Load }
  /** Copies so many pieces of so many characters, and tells how many were made by when. */
  | { do: 'copy'; settings: PostgresSettings; pieces: number; characters: number }

interface Env {
  OBJECT: DurableObjectNamespace<Warehouse>
}

const connector = postgresConnector(context, true)

export class Warehouse extends DurableObject<Env> {
  #order: Order | undefined
  #answer: unknown
  #made = 0

  async begin(order: Order): Promise<void> {
    this.#order = order
    this.#answer = undefined
    this.#made = 0
    await this.ctx.storage.setAlarm(Date.now())
  }

  /** As JSON; the answer is `null` until there is one. */
  answer(): string {
    return JSON.stringify({ answer: this.#answer ?? null, made: this.#made })
  }

  override async alarm(): Promise<void> {
    const order = this.#order
    if (!order) return
    this.#answer = await this.#run(order).catch((error: unknown) => ({
      error: { ...(error as object) },
      words: String(error),
    }))
  }

  async #run(order: Order): Promise<unknown> {
    if (order.do === 'check') return connector.check(order.settings)
    if (order.do === 'check-hyperdrive') {
      const settings = hyperdriveOf(this.env, 'SHOP')
      if (!settings) throw new Error('there is no such binding')
      const cursor = { reader: 'sync', from: null, to: { seq: 1, index: 0 } }
      const columns = [{ name: 'id', type: 'text' as const }]
      const tables = [{ table: 't', columns, rows: [['m1']] }]
      const loaded = await load({ do: 'load', settings, load: { schema: 'hyperdrive', tables, upserts: [], cursor } })
      return { checks: await connector.check(settings), loaded }
    }
    return order.do === 'load' ? load(order) : this.#copy(order)
  }

  async #copy({ settings, pieces, characters }: Extract<Order, { do: 'copy' }>): Promise<unknown> {
    if (!('host' in settings)) throw new Error('by TCP')
    const connection = await openClient({ ...settings, tls: settings.sslmode !== 'disable' }, context)
    await connection.query('create temporary table t (a text)')
    const make = () => {
      this.#made++
      return `${'x'.repeat(characters - 1)}\n`
    }
    const made = function* () {
      for (let n = 0; n < pieces; n++) yield make()
    }
    await connection.copy('copy t from stdin', made())
    const [answer] = await connection.query('select count(*) as n from t')
    await connection.end()
    return answer?.rows
  }
}

async function load({ settings, load }: Extract<Order, { do: 'load' }>): Promise<Loaded> {
  const session = await connector.open(settings)
  try {
    await session.extend(
      load.schema,
      load.tables.map(({ table, columns }) => ({ table, columns })),
    )
    return await session.load(load)
  } finally {
    await session.end()
  }
}

export default {
  async fetch(request, env) {
    const object = env.OBJECT.getByName('one')
    if (request.method === 'POST') await object.begin(await request.json())
    return new Response(await object.answer())
  },
} satisfies ExportedHandler<Env>
