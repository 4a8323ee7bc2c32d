import { env } from 'cloudflare:workers'
import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { findIntegration } from '../../../src/control/catalogue/queries.ts'
import { insertIntegration } from '../../../src/control/catalogue/store.ts'
import { getDestination } from '../../../src/control/destinations/queries.ts'
import {
  insertDestination,
  deleteDestinationRow,
  updateDestinationRow,
} from '../../../src/control/destinations/store.ts'
import { insertWriteKey, insertSource, revokeWriteKeyRow, updateSourceRow } from '../../../src/control/sources/store.ts'
import {
  FIRST_WORKSPACE,
  firstOfRollout,
  integrations,
  openDatabase,
  type Rollout,
  SettingsCache,
  SettingsUnavailable,
  versionOf,
} from '../../../src/settings/index.ts'
import { databaseWith } from '../database.ts'

const options = { allowLocal: false }
const elsewhere = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)
let slugs = 0

/** A source with one destination, made by another isolate. */
async function newSource() {
  const slug = `cache-${slugs++}`
  const facts = { slug, name: slug, metadataId: 'http-api', enabled: true, writeKey: `key_${slug}` }
  const source = await insertSource(elsewhere, FIRST_WORKSPACE, facts)
  const input = {
    sourceId: source.id,
    metadataId: 'webhooks',
    enabled: true,
    settings: { urls: ['https://a.example/'] },
  }
  const destination = await insertDestination(elsewhere, FIRST_WORKSPACE, input, options)
  return { id: source.id, key: facts.writeKey, destination: destination.id }
}

/** A cache on its own clock, on a D1 that counts its statements and can be switched off. */
function isolate() {
  const state = { now: 1_000_000, queries: [] as string[], down: false }
  const DB = databaseWith((sql) => {
    state.queries.push(sql)
    if (state.down) throw new Error('D1 is down')
    return undefined
  })
  const ctx = { ...context, now: () => state.now, log: () => undefined }
  return { state, cache: new SettingsCache(openDatabase(DB, env.ENCRYPTION_KEYS, ctx)) }
}

describe('what is known costs no query', () => {
  it('within ten seconds', async () => {
    const { id, key, destination } = await newSource()
    const { state, cache } = isolate()
    const ask = () => Promise.all([cache.ownerOfKey(key), cache.plan(id), cache.target(destination)])
    const first = await ask()
    const cost = state.queries.length
    expect(cost).toBeLessThanOrEqual(5)
    for (let i = 0; i < 200; i++) {
      state.now += 49
      expect(await ask()).toEqual(first)
    }
    expect(state.queries).toHaveLength(cost)
  })

  it('and one query every ten seconds after that, while nothing changes', async () => {
    const { id, key, destination } = await newSource()
    const { state, cache } = isolate()
    const ask = () => Promise.all([cache.ownerOfKey(key), cache.plan(id), cache.target(destination)])
    await ask()
    state.queries.length = 0
    for (let i = 0; i < 60; i++) {
      state.now += 1_000
      await ask()
    }
    expect(state.queries).toHaveLength(6)
    expect(new Set(state.queries)).toEqual(new Set([expect.stringContaining('from "revision"')]))
  })

  it('however many ask at once', async () => {
    const { id, key } = await newSource()
    const { state, cache } = isolate()
    const owners = await Promise.all(Array.from({ length: 50 }, () => cache.ownerOfKey(key)))
    expect(new Set(owners.map((owner) => owner?.sourceId))).toEqual(new Set([id]))
    expect(state.queries).toHaveLength(2)
    await Promise.all(Array.from({ length: 50 }, () => cache.plan(id)))
    expect(state.queries).toHaveLength(4)
  })
})

type World = Awaited<ReturnType<typeof newSource>>

describe('a change made elsewhere is in force within ten seconds', () => {
  it.each<[string, (world: World) => Promise<unknown>, (cache: SettingsCache, world: World) => Promise<unknown>]>([
    [
      'a source is switched off',
      ({ id }) => updateSourceRow(elsewhere, FIRST_WORKSPACE, id, { enabled: false }),
      async (cache, { id, key }) => [(await cache.ownerOfKey(key))?.enabled, (await cache.plan(id))?.enabled],
    ],
    [
      'a write key is revoked',
      ({ id, key }) => revokeWriteKeyRow(elsewhere, FIRST_WORKSPACE, id, key),
      (cache, { key }) => cache.ownerOfKey(key),
    ],
    [
      'a destination is switched off',
      ({ destination }) => updateDestinationRow(elsewhere, FIRST_WORKSPACE, destination, { enabled: false }, options),
      async (cache, { id }) => (await cache.plan(id))?.destinations.length,
    ],
    [
      'a destination has other settings',
      ({ destination }) =>
        updateDestinationRow(
          elsewhere,
          FIRST_WORKSPACE,
          destination,
          { settings: { urls: ['https://b.example/'] } },
          options,
        ),
      async (cache, { destination }) => (await cache.target(destination))?.settings,
    ],
    [
      'a destination is deleted',
      ({ destination }) => deleteDestinationRow(elsewhere, FIRST_WORKSPACE, destination),
      (cache, { destination }) => cache.target(destination),
    ],
  ])('%s', async (_, change, look) => {
    const world = await newSource()
    const { state, cache } = isolate()
    const before = await look(cache, world)
    await change(world)
    state.now += 9_999
    expect(await look(cache, world)).toEqual(before)
    state.now += 1
    const after = await look(cache, world)
    expect(after).not.toEqual(before)
    expect(await look(isolate().cache, world)).toEqual(after)
  })

  it('and one made here at once', async () => {
    const { destination } = await newSource()
    const { cache } = isolate()
    await cache.target(destination)
    await deleteDestinationRow(elsewhere, FIRST_WORKSPACE, destination)
    expect(await cache.target(destination)).not.toBeNull()
    cache.invalidate()
    expect(await cache.target(destination)).toBeNull()
  })
})

describe('unknown write keys', () => {
  it('are looked for at once, so that a key just made works', async () => {
    const { id, key } = await newSource()
    const { state, cache } = isolate()
    expect((await cache.ownerOfKey(key))?.sourceId).toBe(id)
    await insertWriteKey(elsewhere, FIRST_WORKSPACE, id, `${key}_new`)
    state.now += 1
    expect((await cache.ownerOfKey(`${key}_new`))?.sourceId).toBe(id)
  })

  it('by the thousand cost a handful of queries', async () => {
    const { state, cache } = isolate()
    for (let i = 0; i < 10_000; i++) {
      state.now += 1
      expect(await cache.ownerOfKey(`nobody_${i}`)).toBeNull()
    }
    expect(state.queries.length).toBeLessThan(10)
    state.queries.length = 0
    for (let i = 0; i < 600; i++) {
      state.now += 1_000
      await cache.ownerOfKey('nobody')
    }
    // Ten minutes: one look in ten seconds, and one more that came back with it.
    expect(state.queries.length).toBeLessThanOrEqual(122)
  })
})

describe('while D1 does not answer', () => {
  it('what is known stays in force', async () => {
    const { id, key, destination } = await newSource()
    const { state, cache } = isolate()
    const ask = () => Promise.all([cache.ownerOfKey(key), cache.plan(id), cache.target(destination)])
    const known = await ask()
    state.down = true
    for (let i = 0; i < 120; i++) {
      state.now += 1_000
      expect(await ask()).toEqual(known)
    }
  })

  it('a key that is not known is not called unknown', async () => {
    const { key } = await newSource()
    const { state, cache } = isolate()
    state.down = true
    await expect(cache.ownerOfKey(key)).rejects.toBeInstanceOf(SettingsUnavailable)
    state.down = false
    state.now += 1_000
    expect(await cache.ownerOfKey(key)).not.toBeNull()
    state.down = true
    state.now += 10_000
    await expect(cache.ownerOfKey('nobody')).rejects.toBeInstanceOf(SettingsUnavailable)
  })

  it('a plan that is not known fails, and is not remembered as failed', async () => {
    const { id, destination } = await newSource()
    const { state, cache } = isolate()
    state.down = true
    await expect(cache.plan(id)).rejects.toThrow()
    await expect(cache.target(destination)).rejects.toThrow()
    state.down = false
    expect(await cache.plan(id)).toMatchObject({ sourceId: id })
    expect(await cache.target(destination)).toMatchObject({ destinationId: destination })
  })

  it('D1 is asked again about once a second', async () => {
    const { key } = await newSource()
    const { state, cache } = isolate()
    await cache.ownerOfKey(key)
    state.down = true
    state.now += 10_000
    state.queries.length = 0
    for (let i = 0; i < 100; i++) {
      await cache.ownerOfKey(key)
      state.now += 100
    }
    expect(state.queries.length).toBeGreaterThanOrEqual(9)
    expect(state.queries.length).toBeLessThanOrEqual(11)
  })
})

it('knows nothing of what is not there', async () => {
  const { cache } = isolate()
  expect(await cache.plan('src_none')).toBeNull()
  expect(await cache.target('dst_none')).toBeNull()
  expect(await cache.ownerOfKey('')).toBeNull()
})

describe('a read that never ends, because the request that made it is gone', () => {
  /** An isolate whose reads hang while `hangs` says so, and in which waiting takes no time. */
  function patient() {
    const state = { now: 1_000_000, hangs: false }
    const never = new Promise<never>(() => undefined)
    const hung = { bind: () => hung, all: () => never, raw: () => never, run: () => never }
    const DB = databaseWith(() => (state.hangs ? (hung as unknown as D1PreparedStatement) : undefined))
    const sleep = async (ms: number) => {
      // D1 is given its time: only what hangs is overtaken by this.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
      if (state.hangs) state.now += ms
    }
    const ctx = { ...context, now: () => state.now, log: () => undefined, sleep }
    return { state, cache: new SettingsCache(openDatabase(DB, env.ENCRYPTION_KEYS, ctx)) }
  }

  it('keeps nobody from what is known', async () => {
    const { id, key } = await newSource()
    const { state, cache } = patient()
    const [plan] = await Promise.all([cache.plan(id), cache.ownerOfKey(key)])
    state.now += 11_000
    state.hangs = true
    expect(await cache.ownerOfKey(key)).toEqual({ sourceId: id, enabled: true, eventsPerSecond: null })
    expect(await cache.plan(id)).toEqual(plan)
    await expect(cache.ownerOfKey('nobody-knows-this')).rejects.toThrow(SettingsUnavailable)
  })

  it('is followed by another, which counts', async () => {
    const { id, key, destination } = await newSource()
    const { state, cache } = patient()
    state.hangs = true
    await expect(cache.ownerOfKey(key)).rejects.toThrow(SettingsUnavailable)
    await expect(cache.plan(id)).rejects.toThrow('no answer')
    await expect(cache.target(destination)).rejects.toThrow('no answer')
    state.hangs = false
    state.now += 11_000
    expect(await cache.ownerOfKey(key)).toEqual({ sourceId: id, enabled: true, eventsPerSecond: null })
    expect((await cache.plan(id))?.destinations).toHaveLength(1)
    expect((await cache.target(destination))?.destinationId).toBe(destination)
  })
})

it('reads of a change what it touches, and nothing of other tenants', async () => {
  const [mine, other] = [await newSource(), await newSource()]
  const { state, cache } = isolate()
  const ask = ({ id, key, destination }: World) =>
    Promise.all([cache.ownerOfKey(key), cache.plan(id), cache.target(destination)])
  await ask(mine)
  await ask(other)
  const changes: (() => Promise<unknown>)[] = [
    () => updateDestinationRow(elsewhere, FIRST_WORKSPACE, mine.destination, { rate: 5 }, options),
    () => insertWriteKey(elsewhere, FIRST_WORKSPACE, mine.id),
    () => updateSourceRow(elsewhere, FIRST_WORKSPACE, mine.id, { enabled: false }),
  ]
  for (const change of changes) {
    await change()
    state.now += 10_000
    state.queries.length = 0
    await ask(other)
    // The revision, and what was changed since.
    expect(state.queries).toEqual([
      expect.stringContaining('from "revision"'),
      expect.stringContaining('from "changes"'),
    ])
  }
  expect((await cache.ownerOfKey(mine.key))?.enabled).toBe(false)
  expect((await cache.plan(mine.id))?.enabled).toBe(false)
  expect((await cache.ownerOfKey(other.key))?.enabled).toBe(true)
})

it('reads everything anew after more changes than are kept for it', async () => {
  const { id, key } = await newSource()
  const { state, cache } = isolate()
  expect((await cache.ownerOfKey(key))?.enabled).toBe(true)
  await updateSourceRow(elsewhere, FIRST_WORKSPACE, id, { enabled: false })
  await updateSourceRow(elsewhere, FIRST_WORKSPACE, id, { name: 'Renamed' })
  // The first of the two is no longer told.
  await env.DB.prepare('DELETE FROM changes WHERE revision = (SELECT value - 1 FROM revision)').run()
  state.now += 10_000
  expect((await cache.ownerOfKey(key))?.enabled).toBe(false)
})

describe('a version of an integration that is being rolled out', () => {
  const OLD = 'https://p.example.com/v1'
  const NEW = 'https://p.example.com/v2'

  /** A packaged integration with an endpoint, and ten destinations of it, a source each. */
  async function newIntegration() {
    const own = await insertIntegration(elsewhere, FIRST_WORKSPACE, {
      kind: 'packaged',
      name: `Rolled ${slugs}`,
      slug: `rolled-${slugs++}`,
      description: '',
      endpoint: OLD,
      device: { sdks: ['browser'], plugin: { type: 'bundle' }, defaultMode: 'cloud' },
      fields: [
        { name: 'site', label: 'Site', type: 'string', required: false, description: '', scope: 'device' },
        { name: 'app', label: 'App', type: 'string', required: false, description: '', scope: 'device' },
      ],
      supports: ['track'],
      rate: 5,
    })
    const made = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const source = await newSource()
        const destination = await insertDestination(
          elsewhere,
          FIRST_WORKSPACE,
          {
            sourceId: source.id,
            metadataId: own.id,
            enabled: true,
            settings: { apiKey: 'k', site: 's', app: 'a' },
          },
          options,
        )
        return { sourceId: source.id, id: destination.id }
      }),
    )
    return { id: own.id, made }
  }

  const rollOut = (id: string, rollout: Rollout | null) =>
    elsewhere.orm
      .update(integrations)
      .set({ rollout, version: sql`${integrations.version} + 1` })
      .where(eq(integrations.id, id))

  it('is what the destinations of its share are sent by, and the others are not', async () => {
    const { id, made } = await newIntegration()
    const { state, cache } = isolate()
    const first = firstOfRollout(
      2,
      made.map((one) => one.id),
    )
    const rollout: Rollout = {
      number: 2,
      share: 1,
      first,
      sent: {
        endpoint: NEW,
        regions: null,
        supports: ['track', 'page'],
        device: { sdks: ['browser', 'ios'], plugin: { type: 'bundle' }, defaultMode: 'cloud' },
        rate: 9,
        maxInFlight: 3,
        batch: { maxEvents: 50 },
      },
      // `app` is for devices no more.
      reach: [{ name: 'site', type: 'string', scope: 'device' }],
    }
    const look = async (one: { sourceId: string; id: string }) => {
      const [plan, target] = [await cache.plan(one.sourceId), await cache.target(one.id)]
      const mine = plan?.destinations.find((destination) => destination.id === one.id)
      const device = plan?.onDevices.find(({ name }) => name.startsWith('Rolled'))
      return {
        endpoint: target?.integration.endpoint,
        supports: mine?.integration.supports,
        rate: mine?.lane.rate,
        maxInFlight: mine?.lane.maxInFlight,
        sdks: device?.device.sdks,
        settings: device?.settings,
        version: mine?.lane.version === target?.version ? mine?.lane.version : undefined,
      }
    }
    const old = { endpoint: OLD, supports: ['track'], rate: 5, maxInFlight: undefined, sdks: ['browser'] }
    const before = { ...old, settings: { site: 's', app: 'a' } }
    for (const one of made) expect(await look(one)).toEqual({ ...before, version: 1 })
    await rollOut(id, rollout)
    state.now += 10_000
    const row = { live: 1, rollout }
    expect(made.filter((one) => versionOf(row, one.id) === 2).length).toBeGreaterThan(0)
    for (const one of made) {
      const { supports, rate, maxInFlight, device } = rollout.sent
      const after = { endpoint: NEW, supports, rate, maxInFlight, sdks: device?.sdks, settings: { site: 's' } }
      const expected = versionOf(row, one.id) === 2 ? after : before
      // Its lane hears of it by a version of its settings that has grown.
      expect(await look(one)).toEqual({ ...expected, version: 2 })
      const shown = await getDestination(elsewhere, FIRST_WORKSPACE, one.id)
      expect([shown.integration.endpoint, shown.integration.fields.length]).toEqual([expected.endpoint, 3])
    }
    await rollOut(id, { ...rollout, share: 100 })
    state.now += 10_000
    for (const one of made) expect((await look(one)).endpoint).toBe(NEW)
    await rollOut(id, null)
    state.now += 10_000
    for (const one of made) expect(await look(one)).toEqual({ ...before, version: 4 })
  })

  it('offers regions that it has as well as the live one, and no others', async () => {
    const { id, made } = await newIntegration()
    const regions = (...names: string[]) => names.map((one) => ({ id: one, name: one, endpoint: OLD }))
    await elsewhere.orm
      .update(integrations)
      .set({ regions: regions('eu', 'us') })
      .where(eq(integrations.id, id))
    const sent = { endpoint: NEW, supports: [], device: null, rate: null, maxInFlight: null, batch: null }
    await rollOut(id, {
      number: 2,
      share: 10,
      first: null,
      sent: { ...sent, regions: regions('asia', 'eu') },
      reach: [],
    })
    for (const one of made) {
      const { integration } = await getDestination(elsewhere, FIRST_WORKSPACE, one.id)
      expect(integration.regions?.map((region) => region.id)).toEqual(['eu'])
    }
    const entry = await findIntegration(elsewhere, FIRST_WORKSPACE, id)
    expect(entry?.regions?.map((region) => region.id)).toEqual(['eu'])
  })

  it('costs no query more', async () => {
    const { id, made } = await newIntegration()
    const { state, cache } = isolate()
    const [one] = made
    const costOf = async () => {
      state.now += 10_000
      state.queries.length = 0
      await Promise.all([cache.plan(one?.sourceId ?? ''), cache.target(one?.id ?? '')])
      return state.queries.length
    }
    await costOf()
    await rollOut(id, null)
    const without = await costOf()
    const sent = {
      endpoint: NEW,
      regions: null,
      supports: [],
      device: null,
      rate: null,
      maxInFlight: null,
      batch: null,
    }
    await rollOut(id, { number: 2, share: 10, first: null, sent, reach: [] })
    expect(await costOf()).toBe(without)
  })
})
