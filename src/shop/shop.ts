import type { Context } from '../context.ts'
import { visitOf } from './visits.ts'

/** Between two visits. */
const EVERY_MS = 60_000
/** So long somebody has to have looked for visits to go on. */
const LOOKED_MS = 3 * 86_400_000

/** What opens a shop. */
export interface ShopOrder {
  /** Of the source that its visits go to. */
  writeKey: string
  /** Chooses who comes and what they do. */
  seed: number
}

/** How a shop fares. Times are milliseconds since 1970. */
export interface ShopReport {
  /** Visits that were sent. */
  visits: number
  /** When it ends by itself, unless somebody looks. */
  until: number
  /** `resting`: nobody has looked for three days; `gone`: its source takes nothing any more. */
  state: 'running' | 'resting' | 'gone'
}

interface StoredShop extends ShopOrder, ShopReport {}

/** The part of a Durable Object's storage that a shop needs. */
export interface ShopStorage {
  kv: Pick<DurableObjectStorage['kv'], 'get' | 'put'>
  transactionSync<T>(closure: () => T): T
  setAlarm(at: number): Promise<void>
}

/** Sends a batch as an SDK does; answers the status. */
export type SendBatch = (body: string) => Promise<number>

/**
 * The Durable Object of a synthetic shop, named by the source that it sends to: a visit a minute, as long as somebody
 * looks. All it keeps is one row. A visit that may have been sent is sent again as it was, and the source drops it.
 */
export class Shop {
  readonly #storage: ShopStorage
  readonly #ctx: Pick<Context, 'now' | 'log'>
  readonly #send: SendBatch

  constructor(storage: ShopStorage, ctx: Pick<Context, 'now' | 'log'>, send: SendBatch) {
    this.#storage = storage
    this.#ctx = ctx
    this.#send = send
  }

  /** Opens it, or is a look at it where it is open already. */
  open(order: ShopOrder): ShopReport {
    const known = this.#stored()
    if (known) return this.look() ?? known
    return this.#keep({ ...order, visits: 0, until: this.#ctx.now() + LOOKED_MS, state: 'running' }, true)
  }

  /** Somebody looks, so that visits go on. `undefined`: there is no shop here. */
  look(): ShopReport | undefined {
    const shop = this.#stored()
    if (!shop || shop.state === 'gone') return shop && reportOf(shop)
    const until = this.#ctx.now() + LOOKED_MS
    return this.#keep({ ...shop, until, state: 'running' }, shop.state === 'resting')
  }

  async alarm(): Promise<void> {
    const shop = this.#stored()
    if (!shop || shop.state !== 'running') return
    const now = this.#ctx.now()
    if (now >= shop.until) {
      this.#keep({ ...shop, state: 'resting' }, false)
      return
    }
    // Before it is sent: whatever dies meanwhile, there is a next time.
    await this.#storage.setAlarm(now + EVERY_MS)
    const { writeKey, seed, visits } = shop
    const batch = visitOf(seed, visits, now)
    const status = await this.#send(JSON.stringify({ writeKey, batch, sentAt: new Date(now).toISOString() }))
    const after = this.#stored()
    if (!after || after.visits !== visits) return
    if (status === 200) this.#keep({ ...after, visits: visits + 1 }, false)
    else if (status === 400 || status === 401) this.#keep({ ...after, state: 'gone' }, false)
    else this.#ctx.log('warn', 'visit of a shop not taken', { status })
  }

  #stored(): StoredShop | undefined {
    return this.#storage.kv.get<StoredShop>('shop')
  }

  #keep(shop: StoredShop, wake: boolean): ShopReport {
    this.#storage.transactionSync(() => {
      this.#storage.kv.put('shop', shop)
      if (wake) void this.#storage.setAlarm(this.#ctx.now())
    })
    return reportOf(shop)
  }
}

function reportOf({ visits, until, state }: StoredShop): ShopReport {
  return { visits, until, state }
}
