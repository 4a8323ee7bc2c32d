import { DurableObject } from 'cloudflare:workers'
import { writeBatch } from '../../src/archive/index.ts'
import { type PostgresSettings, postgresConnector } from '../../src/connectors/index.ts'
import { context } from '../../src/context.ts'
import { Intake as IntakeCore, type IntakeRemote, type LogFrom } from '../../src/intake/index.ts'
import { type JobOrder, Warehouse as WarehouseCore, WAREHOUSE_DIALS } from '../../src/warehouse/index.ts'

/** What the Worker is told of the one warehouse and its one source. */
export interface PlatformTerms {
  settings: PostgresSettings
  schema: string
  /** Events of a portion at most; absent: as the connector wants it. */
  events?: number
}

interface Env {
  TERMS: PlatformTerms
  ARCHIVE: R2Bucket
  INTAKE: DurableObjectNamespace<Intake>
  WAREHOUSE: DurableObjectNamespace<Warehouse>
}

const SOURCE = 'src_shop'
/** A warehouse that was killed is there again at once. */
const DIALS = { ...WAREHOUSE_DIALS, pauseMs: 200, longestPauseMs: 200 }
const connector = postgresConnector(context, true)

/** The object of a source, which takes batches that are archived already. */
export class Intake extends DurableObject<Env> {
  readonly #core = new IntakeCore(SOURCE, this.ctx.storage, context, () => ({}) as never, this.env.ARCHIVE)

  log(from: LogFrom) {
    return this.#core.log(from)
  }
  counters() {
    return this.#core.counters()
  }
  /** One row of the log. The same batch again changes nothing. */
  async append(batch: string, lines: string[]): Promise<void> {
    const at = new Date().toISOString()
    const times = { firstReceivedAt: at, lastReceivedAt: at }
    const { key, chunks } = await writeBatch(this.env.ARCHIVE, { source: SOURCE, batch, ...times }, lines)
    const counts = { requests: 1, received: lines.length, duplicates: 0, rejected: {} }
    const none = { ids: new Uint32Array(0), routes: {} }
    const reply = this.#core.commit({ batch, key, chunks, accepts: [batch], counts, ...none, ...times })
    if (reply !== 'ok') throw new Error(`the batch is ${reply}`)
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The object of the warehouse, with the terms that the Worker was started with. */
export class Warehouse extends DurableObject<Env> {
  readonly #core = new WarehouseCore(
    'whs_shop',
    this.ctx.storage,
    {
      ctx: context,
      archive: this.env.ARCHIVE,
      intake: () => this.env.INTAKE.getByName(SOURCE) as unknown as IntakeRemote,
      terms: () => Promise.resolve(this.#terms()),
      stopped: () => Promise.resolve(false),
      publish: (_, { failures }) => Promise.resolve(failures),
    },
    DIALS,
  )

  #terms() {
    const { settings, schema, events } = this.env.TERMS
    const portion = { ...connector.portion, ...(events !== undefined && { events }) }
    const leftOut = { collections: [], properties: {} }
    return {
      version: 1,
      enabled: true,
      schedule: { hours: [], timezone: 'UTC' },
      discards: false,
      connector: { ...connector, portion },
      open: () => connector.open(settings),
      sources: [{ id: SOURCE, schema, enabled: true, since: null, leftOut, objects: 'none' as const }],
    }
  }
  /** What was under way when the process before was killed goes on. */
  async changed() {
    await this.#core.changed()
  }
  sync() {
    return this.#core.syncNow()
  }
  /** As JSON. */
  status(): string {
    return JSON.stringify({ ...this.#core.report(), jobs: this.#core.jobs() })
  }
  async order(id: string, order: JobOrder): Promise<void> {
    await this.#core.order(id, order)
  }
  override alarm() {
    return this.#core.alarm()
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url)
    const warehouse = env.WAREHOUSE.getByName('whs_shop')
    if (pathname === '/append') {
      const lines = (await request.text()).split('\n')
      await env.INTAKE.getByName(SOURCE).append(searchParams.get('batch') ?? '', lines)
    } else if (pathname === '/sync') {
      await warehouse.changed()
      await warehouse.sync()
    } else if (pathname === '/order') await warehouse.order(searchParams.get('id') ?? '', await request.json())
    else if (pathname === '/changed') await warehouse.changed()
    return new Response(await warehouse.status())
  },
} satisfies ExportedHandler<Env>
