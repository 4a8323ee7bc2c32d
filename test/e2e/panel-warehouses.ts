import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../postgres/database.ts'
import { patient } from './local.ts'
import type { PanelRun } from './panel-platform.ts'

const LOADED_MS = 15_000
const PASSWORD = 'of-the-loader'

export interface FilledWarehouses {
  /** Has loaded a source, with notices, and cannot load another. */
  busy: string
  /** Is refused by its database. */
  refused: string
  /** Has loaded everything. */
  sound: string
  /** Of the busy one: a source that is loaded, and one that is not. */
  loaded: string
  failing: string
  /** How its database is reached, by a role that may make schemas. */
  settings: Record<string, string | number>
  /** Makes each load of a table of the sound one take some seconds, and begins a sync. */
  slow(): Promise<void>
  stop(): Promise<void>
}

/** Warehouses in the PostgreSQL of the run, each in another state. */
export async function fillWarehouses({ url, api }: Pick<PanelRun, 'url' | 'api'>): Promise<FilledWarehouses> {
  const [database, other] = [await openDatabase(), await openDatabase()]
  await database.query(`create role loader login password '${PASSWORD}'`)
  for (const one of [database, other]) await one.query(`grant create, connect on database ${one.database} to loader`)
  await database.query(`create role stranger login password '${PASSWORD}'`)
  await database.query('create schema billing')
  const settings = {
    host: database.host,
    port: database.port,
    database: database.database,
    username: 'loader',
    password: PASSWORD,
    ssl: 'disable',
  }
  const source = async (name: string, slug: string) =>
    (await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', { name, slug })).source
  const warehouse = async (name: string, more: object, sources: string[]) => {
    const body = { metadataId: 'postgres', name, settings: { ...settings, ...more } }
    const { id } = (await api<{ warehouse: { id: string } }>('POST', '/api/warehouses', body)).warehouse
    for (const one of sources) await api('POST', `/api/warehouses/${id}/connected-sources/${one}`)
    return id
  }
  const sync = (id: string) => api('POST', `/api/warehouses/${id}/sync`)
  const [shop, billing, app] = [
    await source('Shop', 'shop_of_the_pictures'),
    await source('Billing', 'billing'),
    await source('App', 'app'),
  ]
  for (const one of [shop, billing, app]) await send(url, one.writeKeys[0] ?? '', 0)
  const busy = await warehouse('Analytics', {}, [shop.id, billing.id])
  const sound = await warehouse('Reports of the finance team', { database: other.database }, [shop.id, app.id])
  const refused = await warehouse('Data science', { username: 'stranger' }, [app.id])
  const rows = async (id: string) =>
    (
      await api<{ status: { rows: number; failures: number; current: { startedAt: string } | null } }>(
        'GET',
        `/api/warehouses/${id}/status`,
      )
    ).status
  const settled = async (id: string, until: (status: Awaited<ReturnType<typeof rows>>) => boolean) => {
    for (const end = Date.now() + patient(LOADED_MS); Date.now() < end; await sleep(500)) {
      await sync(id).catch(() => undefined)
      const status = await rows(id)
      if (until(status)) return
    }
    throw new Error(`it was not loaded: ${JSON.stringify(await rows(id))}`)
  }
  await settled(sound, ({ rows }) => rows >= 36)
  await settled(busy, ({ rows, failures }) => rows >= 18 && failures > 0)
  await settled(refused, ({ failures }) => failures > 0)
  // What no longer fits the columns that the first events have made.
  await send(url, shop.writeKeys[0] ?? '', 1)
  await settled(busy, ({ rows }) => rows > 18)
  return {
    busy,
    refused,
    sound,
    loaded: shop.id,
    failing: billing.id,
    settings,
    slow: async () => {
      await other.query(
        'create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(20); return null; end $$',
      )
      await other.query('create trigger slow before insert on app.tracks for each statement execute function slow()')
      await send(url, app.writeKeys[0] ?? '', 2)
      // One that has found nothing is over at once.
      await settled(sound, ({ current }) => current !== null && Date.now() - Date.parse(current.startedAt) > 2_000)
    },
    stop: async () => {
      for (const one of [database, other]) await one.end()
    },
  }
}

/** Some of all kinds; `round`: other ids, and from the first on values that do not fit. */
async function send(url: string, writeKey: string, round: number): Promise<void> {
  const batch = Array.from({ length: 12 }, (_, n) => {
    const of = { messageId: `${round}-${n}`, userId: `user-${n % 5}` }
    const properties = {
      revenue: round === 0 ? 10 + n : `about ${n}`,
      currency: 'EUR',
      coupon_of_the_summer_campaign: n % 2 === 0,
      products: [{ sku: `sku-${n}` }],
    }
    if (n % 4 === 0) return { ...of, type: 'identify', traits: { email: `user-${n}@example.com`, plan: 'pro' } }
    if (n % 4 === 1) return { ...of, type: 'page', name: 'Pricing', properties: { path: '/pricing' } }
    return { ...of, type: 'track', event: n % 4 === 2 ? 'Order Completed' : 'Product Added', properties }
  })
  const reply = await fetch(`${url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) })
  await reply.body?.cancel()
  if (!reply.ok) throw new Error(`what was sent is refused: ${reply.status}`)
}
