import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, connect, patient, startPlatform, startReceiver } from './local.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { faultsOf, methodsOf, refusedOf } from './public-api-client.ts'

/** What the answers of the platform have that is looked at here. */
interface Source {
  id: string
  slug: string
  name: string
  enabled: boolean
  writeKeys: string[]
  labels: Label[]
}
interface Label {
  key: string
  value: string
  description: string
}
interface Permission {
  roleId: string
  roleName: string
  resources: { id: string; type: string }[]
}
interface User {
  id: string
  name: string
  email: string
  permissions: Permission[]
}

let postgres: PostgresServer
let platform: Awaited<ReturnType<typeof startPlatform>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let made: Awaited<ReturnType<typeof connect>>
let methods: ReturnType<typeof methodsOf>

beforeAll(async () => {
  postgres = await startPostgres()
  receiver = await startReceiver(({ event }) => (event['event'] === 'Refused' ? 400 : 200))
  platform = await startPlatform()
  methods = methodsOf(`${platform.url}/api`, ADMIN_TOKEN)
  made = await connect(platform.api, receiver.url, 'client')
})
afterAll(async () => {
  await platform?.stop()
  await receiver?.close()
  await postgres?.stop()
})

/** Calls a method of the client. What it decodes has to have all that the client's types say. */
async function call<T>(name: string, ...args: unknown[]): Promise<T> {
  const method = methods.get(name)
  if (!method) throw new Error(`the client has no ${name}`)
  const { body } = await method(...args).catch((error: unknown) => {
    throw new Error(`${name}: ${JSON.stringify(refusedOf(error))}`)
  })
  const { data } = body as { data: T | undefined }
  expect([name, faultsOf(body)]).toEqual([name, []])
  if (data === undefined) throw new Error(`${name} decodes to nothing`)
  return data
}

async function refusal(name: string, ...args: unknown[]) {
  const method = methods.get(name)
  if (!method) throw new Error(`the client has no ${name}`)
  return method(...args).then(
    () => undefined,
    (error: unknown) => refusedOf(error),
  )
}

const page = (count = 200) => ({ count })
const slug = () => `client-${crypto.randomUUID().slice(0, 8)}`
const email = () => `${slug()}@example.com`
const newSource = async (metadataId = 'javascript') => {
  const body = { slug: slug(), enabled: true, metadataId }
  return (await call<{ source: Source }>('SourcesApi.createSource', body)).source
}
const newLabel = async () => {
  const label = { key: slug(), value: 'yes', description: 'Made here.' }
  return (await call<{ label: Label }>('LabelsApi.createLabel', { label })).label
}
const getSource = async (id: string) => (await call<{ source: Source }>('SourcesApi.getSource', id)).source
const getUser = async (id: string) => (await call<{ user: User }>('IAMUsersApi.getUser', id)).user
const inviting = (address: string, permissions: unknown) => ({ invites: [{ email: address, permissions }] })

/** A member who has followed their invitation. */
async function newUser(roleId = 'read-only'): Promise<User> {
  const address = email()
  const invited = await platform.api<{ links: { email: string; url: string }[] }>(
    'POST',
    '/api/invites',
    inviting(address, [{ roleId }]),
  )
  const [link] = invited.links
  expect(link?.email).toBe(address)
  const joined = await fetch(link?.url ?? '', {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: platform.url, 'Sec-Fetch-Site': 'same-origin' },
    body: new URLSearchParams({ name: 'Ada Lovelace', password: 'correct horse battery' }),
  })
  expect(joined.status).toBe(303)
  const { users } = await call<{ users: User[] }>('IAMUsersApi.listUsers', page())
  const user = users.find((one) => one.email === address)
  if (!user) throw new Error(`${address} is no user`)
  return user
}

/** Of the warehouses here. */
const database = () => ({
  host: postgres.host,
  port: postgres.port,
  database: 'postgres',
  username: postgres.user,
  password: postgres.password,
  ssl: 'disable',
})
const newWarehouse = async () => {
  const body = { metadataId: 'postgres', settings: database() }
  return (await call<{ warehouse: { id: string } }>('WarehousesApi.createWarehouse', body)).warehouse
}
const connected = async () => {
  const [warehouse, source] = [await newWarehouse(), await newSource('http-api')]
  await call('WarehousesApi.addConnectionFromSourceToWarehouse', warehouse.id, source.id)
  return { warehouse, source }
}

/** With two events in it. */
const synced = async () => {
  const source = await newSource('http-api')
  const warehouse = await newWarehouse()
  await call('WarehousesApi.addConnectionFromSourceToWarehouse', warehouse.id, source.id)
  const batch = [1, 2].map((total) => ({ type: 'track', userId: 'u', event: 'Paid', properties: { total } }))
  const body = JSON.stringify({ writeKey: source.writeKeys[0], batch })
  expect((await fetch(`${platform.url}/v1/batch`, { method: 'POST', body })).status).toBe(200)
  const rows = async () => {
    await platform.api('POST', `/api/warehouses/${warehouse.id}/sync`)
    return (await platform.api<{ status: { rows: number } }>('GET', `/api/warehouses/${warehouse.id}/status`)).status
      .rows
  }
  await expect.poll(rows, { timeout: patient(30_000), interval: 500 }).toBe(4)
  return { warehouse, source }
}

const OF_WORKSPACE = [{ id: 'ws_first', type: 'WORKSPACE' }]
const permission = (roleId: string, roleName: string, resources: Permission['resources'] = OF_WORKSPACE) =>
  expect.objectContaining({
    roleId,
    roleName,
    resources: resources.map((one) => expect.objectContaining(one) as unknown),
  })

/** Of each method that is served: a call that succeeds, and whether what it says is so. */
const SERVED: Record<string, () => Promise<void>> = {
  'WorkspacesApi.getWorkspace': async () => {
    const { workspace } = await call<{ workspace: object }>('WorkspacesApi.getWorkspace')
    expect(workspace).toMatchObject({ id: 'ws_first', slug: 'workspace', name: 'Workspace' })
  },
  'TestingApi.echo': async () => {
    const echoed = await call<{ message: string; headers: object }>('TestingApi.echo', 'Grüße', 1)
    expect(echoed).toMatchObject({ method: 'get', message: 'Grüße', headers: { accept: 'application/json' } })
    expect(JSON.stringify(echoed)).not.toContain(ADMIN_TOKEN)
    expect(await refusal('TestingApi.echo', 'no', 0, true)).toMatchObject({ status: 400, errors: [{ message: 'no' }] })
    expect(await refusal('TestingApi.echo', 'no', 0, false, true)).toMatchObject({ errors: [{ message: 'no' }, {}] })
    expect(await refusal('TestingApi.echo', 'no', 0, false, false, true)).toMatchObject({ status: 500 })
    expect(await refusal('TestingApi.echo', 'no', 0, true, false, false, 418)).toMatchObject({ status: 418 })
  },

  'SourcesApi.createSource': async () => {
    const source = await newSource('http-api')
    expect(source).toMatchObject({ enabled: true, metadata: { id: 'http-api' }, workspaceId: 'ws_first', labels: [] })
    expect(source.writeKeys).toHaveLength(1)
    const body = JSON.stringify({ writeKey: source.writeKeys[0], userId: 'u', event: 'E' })
    expect((await fetch(`${platform.url}/v1/track`, { method: 'POST', body })).status).toBe(200)
  },
  'SourcesApi.getSource': async () => {
    const source = await newSource()
    expect(await getSource(source.id)).toEqual(source)
    expect(await refusal('SourcesApi.getSource', 'src_none')).toMatchObject({
      status: 404,
      errors: [{ type: 'not-found' }],
    })
  },
  'SourcesApi.listSources': async () => {
    const ids = [(await newSource()).id, (await newSource()).id]
    const seen: string[] = []
    let cursor: string | null | undefined
    let total: number | undefined
    do {
      const { sources, pagination } = await call<{
        sources: Source[]
        pagination: { next?: string; totalEntries: number }
      }>('SourcesApi.listSources', { count: 2, ...(cursor && { cursor }) })
      seen.push(...sources.map(({ id }) => id))
      ;[cursor, total] = [pagination.next, pagination.totalEntries]
    } while (cursor)
    expect([seen.length, new Set(seen).size]).toEqual([total, total])
    expect(ids.every((id) => seen.includes(id))).toBe(true)
  },
  'SourcesApi.updateSource': async () => {
    const { id } = await newSource()
    await call('SourcesApi.updateSource', id, { name: 'Renamed', enabled: false })
    expect(await getSource(id)).toMatchObject({ name: 'Renamed', enabled: false })
  },
  'SourcesApi.deleteSource': async () => {
    const { id } = await newSource()
    expect(await call('SourcesApi.deleteSource', id)).toMatchObject({ status: 'SUCCESS' })
    expect(await refusal('SourcesApi.getSource', id)).toMatchObject({ status: 404 })
  },
  'SourcesApi.createWriteKeyForSource': async () => {
    const { id, writeKeys } = await newSource()
    await call('SourcesApi.createWriteKeyForSource', id)
    const now = (await getSource(id)).writeKeys
    expect([now.length, now.includes(writeKeys[0] ?? '')]).toEqual([2, true])
  },
  'SourcesApi.removeWriteKeyFromSource': async () => {
    const { id, writeKeys } = await newSource()
    await call('SourcesApi.removeWriteKeyFromSource', id, writeKeys[0])
    expect((await getSource(id)).writeKeys).toEqual([])
  },
  'SourcesApi.listSchemaSettingsInSource': async () => {
    const { id } = await newSource()
    expect(await call('SourcesApi.listSchemaSettingsInSource', id)).toMatchObject({
      sourceId: id,
      settings: { track: { allowUnplannedEvents: true }, identify: { commonEventOnViolations: 'ALLOW' } },
    })
  },
  'SourcesApi.updateSchemaSettingsInSource': async () => {
    const { id } = await newSource()
    const same = { track: { allowUnplannedEvents: true, commonEventOnViolations: 'ALLOW' } }
    const answer = await call<{ settings: object }>('SourcesApi.updateSchemaSettingsInSource', id, same)
    expect(answer.settings).toMatchObject(same)
    const block = { track: { allowUnplannedEvents: false }, group: { commonEventOnViolations: 'BLOCK' } }
    const refused = await refusal('SourcesApi.updateSchemaSettingsInSource', id, block)
    expect([refused?.status, refused?.errors.map(({ field }) => field)]).toEqual([
      400,
      ['track.allowUnplannedEvents', 'group.commonEventOnViolations'],
    ])
  },
  'SourcesApi.addLabelsToSource': async () => {
    const [{ id }, one, two] = [await newSource(), await newLabel(), await newLabel()]
    await call('SourcesApi.addLabelsToSource', id, { labels: [one] })
    const { labels } = await call<{ labels: Label[] }>('SourcesApi.addLabelsToSource', id, { labels: [two] })
    expect(new Set(labels)).toEqual(new Set([one, two]))
    expect((await getSource(id)).labels).toEqual(labels)
    const none = await refusal('SourcesApi.addLabelsToSource', id, { labels: [{ key: 'none', value: 'none' }] })
    expect(none).toMatchObject({ status: 400, errors: [{ field: 'labels.0' }] })
  },
  'SourcesApi.replaceLabelsInSource': async () => {
    const [{ id }, one, two] = [await newSource(), await newLabel(), await newLabel()]
    await call('SourcesApi.addLabelsToSource', id, { labels: [one] })
    await call('SourcesApi.replaceLabelsInSource', id, { labels: [two] })
    expect((await getSource(id)).labels).toEqual([two])
    await call('SourcesApi.replaceLabelsInSource', id, { labels: [] })
    expect((await getSource(id)).labels).toEqual([])
  },
  'SourcesApi.listConnectedDestinationsFromSource': async () => {
    const { destinations, pagination } = await call<{ destinations: { id: string }[]; pagination: object }>(
      'SourcesApi.listConnectedDestinationsFromSource',
      made.sourceId,
      page(),
    )
    expect(destinations.map(({ id }) => id).toSorted()).toEqual([made.direct, made.webhook].toSorted())
    expect(pagination).toMatchObject({ totalEntries: 2 })
  },
  'SourcesApi.listConnectedWarehousesFromSource': async () => {
    const { warehouse, source } = await connected()
    const listed = await call('SourcesApi.listConnectedWarehousesFromSource', source.id, page())
    expect(listed).toMatchObject({ warehouses: [{ id: warehouse.id }], pagination: { totalEntries: 1 } })
  },

  'LabelsApi.createLabel': async () => {
    const label = await newLabel()
    expect((await call<{ labels: Label[] }>('LabelsApi.listLabels')).labels).toContainEqual(label)
    expect(await refusal('LabelsApi.createLabel', { label })).toMatchObject({ status: 409 })
  },
  'LabelsApi.listLabels': async () => {
    const some = [await newLabel(), await newLabel()]
    const { labels } = await call<{ labels: Label[] }>('LabelsApi.listLabels')
    expect(labels).toEqual(expect.arrayContaining(some))
  },
  'LabelsApi.deleteLabel': async () => {
    const label = { key: `a/b ${slug()}`, value: 'ü%?', description: '' }
    await call('LabelsApi.createLabel', { label })
    const { id } = await newSource()
    await call('SourcesApi.addLabelsToSource', id, { labels: [label] })
    await call('LabelsApi.deleteLabel', label.key, label.value)
    expect((await call<{ labels: Label[] }>('LabelsApi.listLabels')).labels).not.toContainEqual(label)
    expect((await getSource(id)).labels).toEqual([])
  },

  'CatalogApi.getSourcesCatalog': async () => {
    const { sourcesCatalog } = await call<{ sourcesCatalog: { id: string }[] }>('CatalogApi.getSourcesCatalog', page())
    expect(sourcesCatalog.map(({ id }) => id)).toContain('javascript')
  },
  'CatalogApi.getSourceMetadata': async () => {
    const { sourceMetadata } = await call<{ sourceMetadata: object }>('CatalogApi.getSourceMetadata', 'http-api')
    expect(sourceMetadata).toMatchObject({ id: 'http-api', name: 'HTTP API', isCloudEventSource: false })
  },
  'CatalogApi.getDestinationsCatalog': async () => {
    const { destinationsCatalog } = await call<{ destinationsCatalog: { slug: string }[] }>(
      'CatalogApi.getDestinationsCatalog',
      page(),
    )
    const slugs = destinationsCatalog.map((one) => one.slug)
    expect(slugs).toEqual(expect.arrayContaining(['webhooks', 'partner-client']))
  },
  'CatalogApi.getDestinationMetadata': async () => {
    const { destinationMetadata } = await call<{ destinationMetadata: object }>(
      'CatalogApi.getDestinationMetadata',
      'webhooks',
    )
    expect(destinationMetadata).toMatchObject({
      slug: 'webhooks',
      components: [{ type: 'SERVER' }],
      supportedFeatures: { cloudModeInstances: 'MULTIPLE', deviceModeInstances: 'NONE', replay: true },
    })
  },
  'CatalogApi.getWarehousesCatalog': async () => {
    const listed = await call<{ warehousesCatalog: { id: string }[] }>('CatalogApi.getWarehousesCatalog', page())
    expect(listed.warehousesCatalog.map(({ id }) => id)).toContain('postgres')
  },
  // There is none to ask for, and that is what it says.
  'CatalogApi.getWarehouseMetadata': async () => {
    const { warehouseMetadata } = await call<{ warehouseMetadata: { options: { name: string }[] } }>(
      'CatalogApi.getWarehouseMetadata',
      'postgres',
    )
    const names = warehouseMetadata.options.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['host', 'port', 'database', 'username', 'password', 'ssl']))
    expect(await refusal('CatalogApi.getWarehouseMetadata', 'none')).toMatchObject({ status: 404 })
  },

  'DestinationsApi.createDestination': async () => {
    const settings = { urls: [`${receiver.url}/made`] }
    const { destination } = await call<{ destination: { id: string } }>('DestinationsApi.createDestination', {
      sourceId: (await newSource()).id,
      metadataId: 'webhooks',
      name: 'Made',
      enabled: true,
      settings,
    })
    expect(destination).toMatchObject({ name: 'Made', enabled: true, settings, metadata: { slug: 'webhooks' } })
  },
  'DestinationsApi.getDestination': async () => {
    const { destination } = await call<{ destination: object }>('DestinationsApi.getDestination', made.webhook)
    expect(destination).toMatchObject({ id: made.webhook, sourceId: made.sourceId, enabled: true })
    expect(JSON.stringify(destination)).not.toContain('"shared"')
  },
  'DestinationsApi.listDestinations': async () => {
    const { destinations } = await call<{ destinations: { id: string }[] }>('DestinationsApi.listDestinations', page())
    expect(destinations.map(({ id }) => id)).toEqual(expect.arrayContaining([made.webhook, made.direct]))
  },
  'DestinationsApi.updateDestination': async () => {
    await call('DestinationsApi.updateDestination', made.direct, { name: 'Changed', enabled: false })
    const { destination } = await call<{ destination: object }>('DestinationsApi.getDestination', made.direct)
    expect(destination).toMatchObject({ name: 'Changed', enabled: false })
  },
  'DestinationsApi.deleteDestination': async () => {
    const { webhook } = await connect(platform.api, receiver.url, slug())
    await call('DestinationsApi.deleteDestination', webhook)
    expect(await refusal('DestinationsApi.getDestination', webhook)).toMatchObject({ status: 404 })
  },
  'DestinationsApi.listSubscriptionsFromDestination': async () => {
    const listed = await call('DestinationsApi.listSubscriptionsFromDestination', made.webhook, page())
    expect(listed).toMatchObject({ subscriptions: [], pagination: { totalEntries: 0 } })
  },
  'DestinationsApi.listDeliveryMetricsSummaryFromDestination': async () => {
    const { sourceId, webhook, writeKey } = await connect(platform.api, receiver.url, slug())
    const batch = [1, 2, 3].map((n) => ({ type: 'track', event: 'E', userId: 'u', messageId: `metrics-${n}` }))
    await fetch(`${platform.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) })
    const successes = async () => {
      const { deliveryMetricsSummary } = await call<{
        deliveryMetricsSummary: { sourceId: string; metrics: { metricName: string; total: number }[] }
      }>('DestinationsApi.listDeliveryMetricsSummaryFromDestination', webhook, sourceId)
      expect(deliveryMetricsSummary).toMatchObject({ sourceId, destinationMetadataId: 'webhooks' })
      return deliveryMetricsSummary.metrics.find(({ metricName }) => metricName === 'successes')?.total
    }
    await expect.poll(successes, { timeout: patient(30_000), interval: 200 }).toBe(3)
    const span = ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', 'DAY']
    const refused = await refusal(
      'DestinationsApi.listDeliveryMetricsSummaryFromDestination',
      webhook,
      'other',
      ...span,
    )
    expect(refused?.errors.map(({ field }) => field)).toEqual(['startTime', 'endTime', 'granularity', 'sourceId'])
  },

  'WarehousesApi.createWarehouse': async () => {
    const warehouse = await newWarehouse()
    expect(warehouse).toMatchObject({ enabled: true, metadata: { id: 'postgres' }, settings: { name: 'PostgreSQL' } })
    expect(JSON.stringify(warehouse)).not.toContain(postgres.password)
    const settings = { ...database(), host: 'no host' }
    const refused = await refusal('WarehousesApi.createWarehouse', { metadataId: 'postgres', settings })
    expect(refused).toMatchObject({ status: 400, errors: [{ field: 'settings.host' }] })
  },
  'WarehousesApi.getWarehouse': async () => {
    const { id } = await newWarehouse()
    expect(await call('WarehousesApi.getWarehouse', id)).toMatchObject({ warehouse: { id } })
    expect(await refusal('WarehousesApi.getWarehouse', 'whs_none')).toMatchObject({ status: 404 })
  },
  'WarehousesApi.listWarehouses': async () => {
    const { id } = await newWarehouse()
    const { warehouses } = await call<{ warehouses: { id: string }[] }>('WarehousesApi.listWarehouses', page())
    expect(warehouses.map((one) => one.id)).toContain(id)
  },
  'WarehousesApi.updateWarehouse': async () => {
    const { id } = await newWarehouse()
    const changes = { name: 'Renamed', enabled: false, settings: {} }
    const { warehouse } = await call<{ warehouse: object }>('WarehousesApi.updateWarehouse', id, changes)
    expect(warehouse).toMatchObject({ enabled: false, settings: { name: 'Renamed' } })
    // Its password was given for the host that it has.
    const moved = { settings: { host: 'localhost' } }
    expect(await refusal('WarehousesApi.updateWarehouse', id, moved)).toMatchObject({
      status: 400,
      errors: [{ field: 'settings.password' }],
    })
  },
  'WarehousesApi.deleteWarehouse': async () => {
    const { id } = await newWarehouse()
    expect(await call('WarehousesApi.deleteWarehouse', id)).toMatchObject({ status: 'SUCCESS' })
    expect(await refusal('WarehousesApi.getWarehouse', id)).toMatchObject({ status: 404 })
  },
  'WarehousesApi.createValidationInWarehouse': async () => {
    const validate = (settings: object) =>
      call('WarehousesApi.createValidationInWarehouse', { metadataId: 'postgres', settings })
    expect(await validate(database())).toMatchObject({ status: 'CONNECTED' })
    expect(await validate({ ...database(), password: 'wrong' })).toMatchObject({ status: 'FAILED' })
  },
  'WarehousesApi.getConnectionStateFromWarehouse': async () => {
    const { id } = await newWarehouse()
    const state = await call('WarehousesApi.getConnectionStateFromWarehouse', id)
    expect(state).toMatchObject({ connectionState: 'CONNECTED' })
  },
  'WarehousesApi.addConnectionFromSourceToWarehouse': async () => {
    const [{ id }, source] = [await newWarehouse(), await newSource()]
    const name = 'WarehousesApi.addConnectionFromSourceToWarehouse'
    expect(await call(name, id, source.id)).toMatchObject({ status: 'CONNECTED' })
    expect(await call(name, id, source.id)).toMatchObject({ status: 'CONNECTED' })
    expect(await refusal(name, id, 'src_none')).toMatchObject({ status: 404 })
  },
  'WarehousesApi.listConnectedSourcesFromWarehouse': async () => {
    const { warehouse, source } = await connected()
    const listed = await call('WarehousesApi.listConnectedSourcesFromWarehouse', warehouse.id, page())
    expect(listed).toMatchObject({ sources: [{ id: source.id, slug: source.slug }], pagination: { totalEntries: 1 } })
  },
  'WarehousesApi.removeSourceConnectionFromWarehouse': async () => {
    const { warehouse, source } = await connected()
    const removed = await call('WarehousesApi.removeSourceConnectionFromWarehouse', warehouse.id, source.id)
    expect(removed).toMatchObject({ status: 'SUCCESS' })
    const listed = await call('WarehousesApi.listConnectedSourcesFromWarehouse', warehouse.id, page())
    expect(listed).toMatchObject({ sources: [] })
  },
  'SelectiveSyncApi.listSyncsFromWarehouse': async () => {
    const { warehouse, source } = await synced()
    const { reports } = await call<{ reports: object[] }>(
      'SelectiveSyncApi.listSyncsFromWarehouse',
      warehouse.id,
      page(),
    )
    // Two events, each a row of tracks and one of its own table.
    expect(reports).toContainEqual(expect.objectContaining({ sourceId: source.id, status: 'SUCCESS', count: 4 }))
  },
  'SelectiveSyncApi.listSyncsFromWarehouseAndSource': async () => {
    const { warehouse, source } = await synced()
    const name = 'SelectiveSyncApi.listSyncsFromWarehouseAndSource'
    const { reports } = await call<{ reports: object[] }>(name, warehouse.id, source.id, page())
    expect(reports).toContainEqual(expect.objectContaining({ sourceId: source.id, count: 4, notices: [] }))
    expect(await refusal(name, warehouse.id, 'src_none', page())).toMatchObject({ status: 404 })
  },
  'SelectiveSyncApi.listSelectiveSyncsFromWarehouseAndSource': async () => {
    const { warehouse, source } = await synced()
    const { items } = await call<{ items: { collection: string; enabled: boolean; properties: object }[] }>(
      'SelectiveSyncApi.listSelectiveSyncsFromWarehouseAndSource',
      warehouse.id,
      source.id,
      page(),
    )
    expect(items.map(({ collection, enabled }) => [collection, enabled])).toEqual([
      ['paid', true],
      ['tracks', true],
    ])
    expect(items[0]?.properties).toMatchObject({ total: { enabled: true } })
  },
  'SelectiveSyncApi.updateSelectiveSyncForWarehouse': async () => {
    const { warehouse, source } = await connected()
    const update = (...syncOverrides: object[]) =>
      ['SelectiveSyncApi.updateSelectiveSyncForWarehouse', warehouse.id, { syncOverrides }] as const
    const off = { sourceId: source.id, collection: 'paid', enabled: false }
    expect(await call(...update(off))).toMatchObject({ status: 'UPDATED' })
    expect(await call(...update(off))).toMatchObject({ status: 'UNCHANGED' })
    const kept = { sourceId: source.id, collection: 'paid', property: 'received_at', enabled: false }
    expect(await refusal(...update(kept))).toMatchObject({
      status: 400,
      errors: [{ field: 'syncOverrides.0.property' }],
    })
  },
  'SelectiveSyncApi.getAdvancedSyncScheduleFromWarehouse': async () => {
    const { id } = await newWarehouse()
    const found = await call('SelectiveSyncApi.getAdvancedSyncScheduleFromWarehouse', id)
    expect(found).toMatchObject({ enabled: false })
  },
  'SelectiveSyncApi.replaceAdvancedSyncScheduleForWarehouse': async () => {
    const { id } = await newWarehouse()
    const name = 'SelectiveSyncApi.replaceAdvancedSyncScheduleForWarehouse'
    const schedule = { times: [{ hourOfDay: 3, enabled: true }], timezone: 'Europe/Berlin' }
    expect(await call(name, id, { enabled: true, schedule })).toMatchObject({ enabled: true, schedule })
    const nowhere = { ...schedule, timezone: 'Nowhere' }
    expect(await refusal(name, id, { enabled: true, schedule: nowhere })).toMatchObject({
      status: 400,
      errors: [{ field: 'schedule.timezone' }],
    })
  },

  'IAMRolesApi.listRoles': async () => {
    const { roles } = await call<{ roles: { id: string; name: string }[] }>('IAMRolesApi.listRoles', page())
    expect(roles.map(({ id, name }) => `${id} ${name}`)).toEqual([
      'owner Workspace Owner',
      'member Member',
      'source-admin Source Admin',
      'read-only Read-only',
    ])
  },
  'IAMUsersApi.listUsers': async () => {
    const user = await newUser('member')
    const { users } = await call<{ users: User[] }>('IAMUsersApi.listUsers', page())
    expect(users).toContainEqual(user)
    expect(user).toMatchObject({ name: 'Ada Lovelace', permissions: [permission('member', 'Member')] })
  },
  'IAMUsersApi.getUser': async () => {
    const user = await newUser('owner')
    expect(await getUser(user.id)).toEqual(user)
    expect(user.permissions).toEqual([permission('owner', 'Workspace Owner')])
    expect(await refusal('IAMUsersApi.getUser', 'nobody')).toMatchObject({ status: 404 })
  },
  'IAMUsersApi.deleteUsers': async () => {
    const [one, two, three] = [await newUser(), await newUser(), await newUser()]
    const left = async () => (await call<{ users: User[] }>('IAMUsersApi.listUsers', page())).users.map(({ id }) => id)
    // All or none.
    expect(await refusal('IAMUsersApi.deleteUsers', [one.id, 'nobody'])).toMatchObject({ status: 404 })
    expect(await left()).toEqual(expect.arrayContaining([one.id, two.id, three.id]))
    await call('IAMUsersApi.deleteUsers', [one.id, two.id])
    expect((await left()).filter((id) => [one.id, two.id, three.id].includes(id))).toEqual([three.id])
  },
  'IAMUsersApi.addPermissionsToUser': async () => {
    const [{ id }, one, two] = [await newUser(), await newSource(), await newSource()]
    const add = (...permissions: object[]) => call('IAMUsersApi.addPermissionsToUser', id, { permissions })
    const of = (source: Source) => [{ id: source.id, type: 'SOURCE' }]
    await add({ roleId: 'source-admin', resources: of(one) })
    await add({ roleId: 'source-admin', resources: of(two) })
    const both = permission('source-admin', 'Source Admin', [...of(one), ...of(two)])
    expect((await getUser(id)).permissions).toEqual([both])
    await add({ roleId: 'read-only', resources: [] })
    expect((await getUser(id)).permissions).toEqual([both])
    await add({ roleId: 'member', resources: OF_WORKSPACE })
    expect((await getUser(id)).permissions).toEqual([permission('member', 'Member')])
  },
  'IAMUsersApi.replacePermissionsForUser': async () => {
    const [{ id }, source] = [await newUser('member'), await newSource()]
    const replace = (permissions: object[]) => ['IAMUsersApi.replacePermissionsForUser', id, { permissions }] as const
    const resources = [{ id: source.id, type: 'SOURCE' }]
    await call(...replace([{ roleId: 'source-admin', resources }]))
    expect((await getUser(id)).permissions).toEqual([permission('source-admin', 'Source Admin', resources)])
    // What there is no role for, and a source that is not there.
    for (const [wrong, field] of [
      [{ roleId: 'member', resources }, 'permissions.0.resources'],
      [{ roleId: 'source-admin', resources: OF_WORKSPACE }, 'permissions.0.resources'],
      [{ roleId: 'source-admin', resources: [{ id: 'src_none', type: 'SOURCE' }] }, 'permissions'],
      [{ roleId: 'wizard', resources: [] }, 'permissions.0.roleId'],
    ] as const) {
      expect(await refusal(...replace([wrong]))).toMatchObject({ status: 400, errors: [{ field }] })
    }
    expect((await getUser(id)).permissions).toEqual([permission('source-admin', 'Source Admin', resources)])
  },
  'IAMUsersApi.createInvites': async () => {
    const [known, fresh] = [(await newUser()).email, email()]
    const permissions = [{ roleId: 'read-only', resources: [] }]
    const invites = [known, fresh].map((address) => ({ email: address, permissions }))
    expect(await call('IAMUsersApi.createInvites', { invites })).toMatchObject({ emails: [fresh] })
    expect(await refusal('IAMUsersApi.createInvites', inviting(known, permissions))).toMatchObject({ status: 409 })
    expect(await refusal('IAMUsersApi.createInvites', inviting('nonsense', permissions))).toMatchObject({
      status: 400,
      errors: [{ field: 'invites.0.email' }],
    })
  },
  'IAMUsersApi.listInvites': async () => {
    const address = email()
    await call('IAMUsersApi.createInvites', inviting(address, [{ roleId: 'member', resources: [] }]))
    const { invites } = await call<{ invites: string[] }>('IAMUsersApi.listInvites', page())
    expect(invites).toContain(address)
  },
  'IAMUsersApi.deleteInvites': async () => {
    const addresses = [email(), email()]
    for (const one of addresses)
      await call('IAMUsersApi.createInvites', inviting(one, [{ roleId: 'member', resources: [] }]))
    const left = async () => (await call<{ invites: string[] }>('IAMUsersApi.listInvites', page())).invites
    expect(await refusal('IAMUsersApi.deleteInvites', [...addresses, email()])).toMatchObject({ status: 404 })
    expect(await left()).toEqual(expect.arrayContaining(addresses))
    await call('IAMUsersApi.deleteInvites', addresses)
    expect((await left()).filter((one) => addresses.includes(one))).toEqual([])
  },
  'DeliveryOverviewApi.getIngressSuccessMetricsFromDeliveryOverview': async () => {
    const { source, range } = await counted()
    const name = 'DeliveryOverviewApi.getIngressSuccessMetricsFromDeliveryOverview'
    await soon(async () => expect(await call(name, source.id, ...range, page())).toMatchObject({ total: 2 }))
    const grouped = await call(name, source.id, ...range, page(), ['eventName', 'eventType'])
    const dataset = [
      expect.objectContaining({ eventType: 'page', total: 1 }),
      expect.objectContaining({ eventName: 'Signed, Up', eventType: 'track', total: 1 }),
    ]
    expect(grouped).toMatchObject({ total: 2, dataset: expect.arrayContaining(dataset) as unknown })
    const filter = { eventName: ['Signed, Up'] }
    expect(await call(name, source.id, ...range, page(), undefined, filter)).toMatchObject({ total: 1 })
    expect(await refusal(name, source.id, ...range, page(), ['appVersion'])).toMatchObject({
      status: 400,
      errors: [{ field: 'groupBy' }],
    })
  },
  'DeliveryOverviewApi.getIngressFailedMetricsFromDeliveryOverview': async () => {
    const { source, range } = await counted()
    const name = 'DeliveryOverviewApi.getIngressFailedMetricsFromDeliveryOverview'
    const dataset = [{ discardReason: 'event_not_defined', total: 1 }]
    await soon(async () =>
      expect(await call(name, source.id, ...range, page(), ['discardReason'])).toMatchObject({ total: 1, dataset }),
    )
  },
  'DeliveryOverviewApi.getFilteredAtSourceMetricsFromDeliveryOverview': async () => {
    const { source, range } = await counted()
    const name = 'DeliveryOverviewApi.getFilteredAtSourceMetricsFromDeliveryOverview'
    expect(await call(name, source.id, ...range, page())).toMatchObject({ total: 0, dataset: [] })
  },
  'DeliveryOverviewApi.getFilteredAtDestinationMetricsFromDeliveryOverview': async () => {
    const { ids, range } = await ended()
    const name = 'DeliveryOverviewApi.getFilteredAtDestinationMetricsFromDeliveryOverview'
    const dataset = [{ discardReason: 'FILTERED_BY_INTEGRATIONS_OBJECT', eventName: 'Paid', total: 1 }]
    await soon(async () =>
      expect(await call(name, ...ids, ...range, page(), ['discardReason', 'eventName'])).toMatchObject({
        total: 1,
        dataset,
      }),
    )
    expect(await refusal(name, ...ids, ...range, page(), [], undefined, 'sub')).toMatchObject({ status: 400 })
  },
  'DeliveryOverviewApi.getEgressFailedMetricsFromDeliveryOverview': async () => {
    const { ids, range } = await ended()
    const name = 'DeliveryOverviewApi.getEgressFailedMetricsFromDeliveryOverview'
    const dataset = [{ discardReason: 'http_400', total: 1 }]
    await soon(async () =>
      expect(await call(name, ...ids, ...range, page(), ['discardReason'])).toMatchObject({ total: 1, dataset }),
    )
  },
  'DeliveryOverviewApi.getEgressSuccessMetricsFromDeliveryOverview': async () => {
    const { ids, range } = await ended()
    const name = 'DeliveryOverviewApi.getEgressSuccessMetricsFromDeliveryOverview'
    await soon(async () => expect(await call(name, ...ids, ...range, page())).toMatchObject({ total: 2 }))
    const filter = { eventType: ['page'] }
    expect(await call(name, ...ids, ...range, page(), ['eventName'], filter)).toMatchObject({
      total: 1,
      dataset: [{ eventName: 'Home', total: 1 }],
    })
  },
  'EventsApi.getEventsVolumeFromWorkspace': async () => {
    const { source, range } = await counted()
    const [from, until] = range
    const volume = (...more: unknown[]) => call('EventsApi.getEventsVolumeFromWorkspace', 'DAY', from, until, ...more)
    const result = [{ source: { id: source.id, slug: source.slug }, total: 2 }]
    await soon(async () => expect(await volume(['source'], [source.id])).toMatchObject({ result }))
    expect(await volume(undefined, [source.id], ['Signed, Up'], ['track'])).toMatchObject({ result: [{ total: 1 }] })
  },
  'APICallsApi.getDailyPerSourceAPICallsUsage': async () => {
    const { source } = await counted()
    const month = `${new Date().toISOString().slice(0, 7)}-01`
    await soon(async () => {
      // Whoever looks has it counted, and so published.
      await platform.api('GET', `/api/sources/${source.id}/schema`)
      const usage = await call<{ dailyPerSourceAPICallsUsage: object[] }>(
        'APICallsApi.getDailyPerSourceAPICallsUsage',
        month,
        page(),
      )
      const today = expect.objectContaining({ sourceId: source.id, apiCalls: '3' }) as unknown
      expect(usage.dailyPerSourceAPICallsUsage).toContainEqual(today)
    })
  },
  'APICallsApi.getDailyWorkspaceAPICallsUsage': async () => {
    const month = `${new Date().toISOString().slice(0, 7)}-01`
    const { dailyWorkspaceAPICallsUsage: days } = await call<{
      dailyWorkspaceAPICallsUsage: { apiCalls: string; timestamp: string }[]
    }>('APICallsApi.getDailyWorkspaceAPICallsUsage', month, page())
    expect(days.at(-1)?.timestamp.slice(0, 10)).toBe(new Date().toISOString().slice(0, 10))
    expect(Number(days.at(-1)?.apiCalls)).toBeGreaterThan(2)
  },
  'MonthlyTrackedUsersApi.getDailyPerSourceMTUUsage': async () => {
    const { source } = await counted()
    const month = `${new Date().toISOString().slice(0, 7)}-01`
    const name = 'MonthlyTrackedUsersApi.getDailyPerSourceMTUUsage'
    await soon(async () => {
      await platform.api('GET', `/api/sources/${source.id}/schema`)
      const { dailyPerSourceMTUUsage: all } = await call<{ dailyPerSourceMTUUsage: object[] }>(name, month, page())
      const counts = { sourceId: source.id, identified: '1', anonymous: '0', neverIdentified: '0' }
      expect(all).toContainEqual(expect.objectContaining(counts))
    })
  },
  'MonthlyTrackedUsersApi.getDailyWorkspaceMTUUsage': async () => {
    const month = `${new Date().toISOString().slice(0, 7)}-01`
    const name = 'MonthlyTrackedUsersApi.getDailyWorkspaceMTUUsage'
    await soon(async () => {
      const { dailyWorkspaceMTUUsage: days } = await call<{
        dailyWorkspaceMTUUsage: { identified: string; periodStart: number }[]
      }>(name, month, page())
      expect(Number(days.at(-1)?.identified)).toBeGreaterThan(0)
      expect(days.at(-1)?.periodStart).toBe(Date.parse(month) / 1_000)
    })
  },
  'AuditTrailApi.listAuditEvents': async () => {
    const { id, name } = await newSource()
    const since = new Date().toISOString()
    await call('SourcesApi.updateSource', id, { enabled: false })
    const about = async (...times: (string | undefined)[]) => {
      const [from, until] = times
      const args = [page(), from, until, id, 'SOURCE']
      const { events } = await call<{ events: { type: string }[] }>('AuditTrailApi.listAuditEvents', ...args)
      expect(events.every((one) => 'resourceId' in one && one.resourceId === id)).toBe(true)
      return events.map(({ type }) => type)
    }
    expect(await about()).toEqual(['Source Modified', 'Source Created'])
    expect(await about(since)).toEqual(['Source Modified'])
    expect(await about(undefined, since)).toEqual(['Source Created'])
    const { events } = await call<{ events: object[] }>('AuditTrailApi.listAuditEvents', page(1), since, undefined, id)
    expect(events).toMatchObject([{ actor: 'admin', actorEmail: 'ADMIN_TOKEN', resourceName: name }])
  },
}

/** Today's events of a source of its own, as three of them came: two taken in, of which one twice, one rejected. */
async function counted(): Promise<{ source: Source; range: [startTime: string, endTime: string, granularity: 'day'] }> {
  const source = await newSource('http-api')
  const event = { type: 'track', userId: 'u', event: 'Signed, Up', messageId: slug() }
  const batch = [event, event, { type: 'page', userId: 'u' }, { type: 'track', userId: 'u' }]
  const body = JSON.stringify({ writeKey: source.writeKeys[0], batch })
  await fetch(`${platform.url}/v1/batch`, { method: 'POST', body })
  const now = Date.now()
  const range = [new Date(now - 86_400_000), new Date(now + 1_000)].map((time) => time.toISOString())
  return { source, range: [range[0] ?? '', range[1] ?? '', 'day'] }
}

/** What became of four events of a source at its destination: two delivered, one filtered, one refused for good. */
async function ended(): Promise<{ ids: [source: string, destination: string]; range: string[] }> {
  const source = await newSource('http-api')
  const { destination } = await platform.api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: 'webhooks',
    enabled: true,
    settings: { urls: [receiver.url] },
  })
  const paid = { type: 'track', event: 'Paid', userId: 'u' }
  const batch = [
    paid,
    { ...paid, integrations: { All: false } },
    { type: 'page', name: 'Home', userId: 'u' },
    { ...paid, event: 'Refused' },
  ]
  const body = JSON.stringify({ writeKey: source.writeKeys[0], batch })
  await fetch(`${platform.url}/v1/batch`, { method: 'POST', body })
  const range = [-86_400_000, 1_000].map((ms) => new Date(Date.now() + ms).toISOString())
  return { ids: [source.id, destination.id], range: [...range, 'HOUR'] }
}

/** Looks until it is so: what came a moment ago is still being taken in. */
async function soon(look: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await look()
    } catch (error) {
      if (tries >= 60) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

const of = (name: string, ...some: string[]) => some.map((method) => `${name}Api.${method}`)

/** Those that are not: each says so. */
const NOT_SERVED: readonly string[] = [
  ...of(
    'Destinations',
    'createDestinationSubscription',
    'getSubscriptionFromDestination',
    'removeSubscriptionFromDestination',
    'updateSubscriptionForDestination',
  ),
  ...of(
    'DestinationFilters',
    'createFilterForDestination',
    'getFilterInDestination',
    'listFiltersFromDestination',
    'previewDestinationFilter',
    'removeFilterFromDestination',
    'updateFilterForDestination',
  ),
  ...of(
    'TrackingPlans',
    'addSourceToTrackingPlan',
    'createTrackingPlan',
    'deleteTrackingPlan',
    'getTrackingPlan',
    'listRulesFromTrackingPlan',
    'listSourcesFromTrackingPlan',
    'listTrackingPlans',
    'removeRulesFromTrackingPlan',
    'removeSourceFromTrackingPlan',
    'replaceRulesInTrackingPlan',
    'updateRulesInTrackingPlan',
    'updateTrackingPlan',
  ),
  ...of(
    'Transformations',
    'createTransformation',
    'deleteTransformation',
    'getTransformation',
    'listTransformations',
    'updateTransformation',
  ),
  ...of(
    'Functions',
    'createFunction',
    'createFunctionDeployment',
    'createInsertFunctionInstance',
    'deleteFunction',
    'deleteInsertFunctionInstance',
    'getFunction',
    'getFunctionVersion',
    'getInsertFunctionInstance',
    'listFunctionVersions',
    'listFunctions',
    'listInsertFunctionInstances',
    'restoreFunctionVersion',
    'updateFunction',
    'updateInsertFunctionInstance',
  ),
  ...of(
    'EdgeFunctions',
    'createEdgeFunctions',
    'disableEdgeFunctions',
    'generateUploadURLForEdgeFunctions',
    'getLatestFromEdgeFunctions',
  ),
  ...of(
    'ReverseETL',
    'createReverseETLManualSync',
    'createReverseEtlModel',
    'deleteReverseEtlModel',
    'getReverseETLSyncFromModel',
    'getReverseEtlModel',
    'listReverseEtlModels',
    'updateReverseEtlModel',
  ),
  ...of(
    'DeletionAndSuppression',
    'createCloudSourceRegulation',
    'createSourceRegulation',
    'createWorkspaceRegulation',
    'deleteRegulation',
    'getRegulation',
    'listRegulationsFromSource',
    'listSuppressions',
    'listWorkspaceRegulations',
  ),
  ...of(
    'IAMGroups',
    'addPermissionsToUserGroup',
    'addUsersToUserGroup',
    'createUserGroup',
    'deleteUserGroup',
    'getUserGroup',
    'listInvitesFromUserGroup',
    'listUserGroups',
    'listUsersFromUserGroup',
    'removeUsersFromUserGroup',
    'replacePermissionsForUserGroup',
    'replaceUsersInUserGroup',
    'updateUserGroup',
  ),
  ...of('IAMUsers', 'listUserGroupsFromUser'),
  ...of(
    'Spaces',
    'batchQueryMessagingSubscriptionsForSpace',
    'getSpace',
    'listSpaces',
    'replaceMessagingSubscriptionsInSpaces',
  ),
  ...of('Audiences', 'getAudience', 'listAudiences', 'removeAudienceFromSpace', 'updateAudienceForSpace'),
  ...of(
    'ComputedTraits',
    'getComputedTrait',
    'listComputedTraits',
    'removeComputedTraitFromSpace',
    'updateComputedTraitForSpace',
  ),
  ...of(
    'ProfilesSync',
    'createProfilesWarehouse',
    'listProfilesWarehouseInSpace',
    'listSelectiveSyncsFromWarehouseAndSpace',
    'removeProfilesWarehouseFromSpace',
    'updateProfilesWarehouseForSpaceWarehouse',
    'updateSelectiveSyncForWarehouseAndSpace',
  ),
]

it('says of every method of the client whether it is served, and of no other', () => {
  const known = [...Object.keys(SERVED), ...NOT_SERVED]
  expect(known.toSorted()).toEqual([...methods.keys()].toSorted())
  const [all, served] = [methods.size, Object.keys(SERVED).length]
  const told = readFileSync(join(import.meta.dirname, '../../docs/segment-public-api.md'), 'utf8').replaceAll(
    /\s+/g,
    ' ',
  )
  expect(told).toContain(`of its ${all} methods ${served} are served`)
  expect(told).toContain(`of the other ${all - served} each says`)
})

describe('what is served', () => {
  it.each(Object.entries(SERVED))('%s', async (_, works) => {
    await expect(works()).resolves.toBeUndefined()
  })
})

describe('what is not served', () => {
  it.each(NOT_SERVED)('%s says so in a sentence', async (name) => {
    // Whatever is asked for: one of each argument that the method has.
    const args = Array.from({ length: methods.get(name)?.length ?? 0 }, () => 'x')
    const refused = await refusal(name, ...args)
    expect([refused?.status, refused?.errors.map(({ type, status }) => [type, status])]).toEqual([
      501,
      [['not-implemented', 501]],
    ])
    expect(refused?.errors[0]?.message).toMatch(/^[A-Z].{20,}\.$/)
    const stranger = methodsOf(`${platform.url}/api`, 'nobody').get(name)?.(...args)
    await expect(stranger).rejects.toMatchObject({ statusCode: 401 })
  })
})
