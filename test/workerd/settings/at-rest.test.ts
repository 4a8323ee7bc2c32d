import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { BUILT_IN } from '../../../src/integrations/index.ts'
import { insertIntegration } from '../../../src/control/catalogue/store.ts'
import { getDestination } from '../../../src/control/destinations/queries.ts'
import { insertDestination, updateDestinationRow } from '../../../src/control/destinations/store.ts'
import { insertSource } from '../../../src/control/sources/store.ts'
import { FIRST_WORKSPACE, openDatabase, SettingsCache } from '../../../src/settings/index.ts'

const KEY_1 = 'k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const KEY_2 = 'k2:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU='
const SECRETS = { apiKey: 'api-key-at-rest', token: 'token-at-rest' }
const options = { allowLocal: false }

const open = (keys: string | undefined) => openDatabase(env.DB, keys, context)
const raw = async (id: string) =>
  env.DB.prepare('SELECT * FROM destinations WHERE id = ?').bind(id).first<Record<string, unknown>>()

let sourceId = ''
let metadataId = ''

beforeAll(async () => {
  const db = open(KEY_1)
  const facts = { slug: 'rest', name: 'Rest', metadataId: 'http-api', enabled: true }
  sourceId = (await insertSource(db, FIRST_WORKSPACE, facts)).id
  const integration = {
    kind: 'direct' as const,
    name: 'Rest',
    slug: 'rest',
    description: '',
    endpoint: 'https://partner.example.com/',
    fields: [
      { name: 'token', label: 'Token', type: 'secret' as const, required: false, description: '' },
      { name: 'site', label: 'Site', type: 'string' as const, required: false, description: '' },
    ],
    supports: ['track' as const],
    rate: null,
  }
  metadataId = (await insertIntegration(db, FIRST_WORKSPACE, integration)).id
})

const create = (keys: string | undefined, settings: Record<string, unknown>, integration = metadataId) =>
  insertDestination(
    open(keys),
    FIRST_WORKSPACE,
    { sourceId, metadataId: integration, enabled: true, settings },
    options,
  )

it('writes secrets encrypted, under the name of their key', async () => {
  const { id, settings } = await create(KEY_1, { ...SECRETS, site: 'in-the-clear' })
  expect(settings).toEqual({ ...SECRETS, site: 'in-the-clear' })
  const row = await raw(id)
  expect(row?.secrets_key_id).toBe('k1')
  expect(JSON.parse(String(row?.settings))).toEqual({ site: 'in-the-clear' })
  const all = JSON.stringify(row) + atob(String(row?.secrets))
  for (const secret of Object.values(SECRETS)) expect(all).not.toContain(secret)
})

it('writes every secret of a webhook encrypted, the values of headers too', async () => {
  const secret = {
    headers: { Authorization: 'Bearer header-at-rest' },
    sharedSecret: 'shared-at-rest',
    signingSecret: `whsec_${btoa('signing-at-rest-of-32-bytes-long')}`,
    previousSigningSecret: `whsec_${btoa('previous-at-rest-of-32-bytes-len')}`,
  }
  const plain = {
    urls: ['https://hooks.example.com/'],
    batchEvents: 50,
    batchBytes: 20_000,
    batchSeconds: 5,
    calls: ['track'],
  }
  const { id, settings } = await create(KEY_1, { ...plain, ...secret }, 'webhooks')
  expect(settings).toMatchObject(secret)
  const row = await raw(id)
  expect(JSON.parse(String(row?.settings))).toEqual(plain)
  expect(JSON.stringify(row)).not.toMatch(/at-rest|whsec_/)
  // So that a setting that is added to the integration is not forgotten here.
  const [webhooks] = BUILT_IN
  expect(Object.keys(settings).toSorted()).toEqual(webhooks?.fields.map(({ name }) => name).toSorted())
})

it('needs no key as long as there is no secret', async () => {
  const { id } = await create(undefined, { urls: ['https://hooks.example.com/'] }, 'webhooks')
  expect(await raw(id)).toMatchObject({ secrets: null, secrets_key_id: null })
  await expect(create(undefined, SECRETS)).rejects.toThrow('the secret ENCRYPTION_KEYS is not set')
})

it('rotates: the old key still opens, a change is written with the new one', async () => {
  const { id } = await create(KEY_1, SECRETS)
  const both = open(`${KEY_2} ${KEY_1}`)
  expect((await getDestination(both, FIRST_WORKSPACE, id)).settings).toEqual(SECRETS)
  await updateDestinationRow(both, FIRST_WORKSPACE, id, { name: 'Renamed' }, options)
  expect((await raw(id))?.secrets_key_id).toBe('k1')
  await updateDestinationRow(both, FIRST_WORKSPACE, id, { settings: { site: 's' } }, options)
  expect((await raw(id))?.secrets_key_id).toBe('k2')
  expect((await getDestination(open(KEY_2), FIRST_WORKSPACE, id)).settings).toEqual({ ...SECRETS, site: 's' })
  await expect(getDestination(open(KEY_1), FIRST_WORKSPACE, id)).rejects.toThrow('ENCRYPTION_KEYS has no key k2')
})

it('cannot be opened in another row', async () => {
  const one = await create(KEY_1, SECRETS)
  const two = await create(KEY_1, { apiKey: 'another' })
  const move = 'UPDATE destinations SET secrets = (SELECT secrets FROM destinations WHERE id = ?) WHERE id = ?'
  await env.DB.prepare(move).bind(one.id, two.id).run()
  await expect(getDestination(open(KEY_1), FIRST_WORKSPACE, two.id)).rejects.toThrow()
  await expect(new SettingsCache(open(KEY_1)).target(two.id)).rejects.toThrow()
  expect((await getDestination(open(KEY_1), FIRST_WORKSPACE, one.id)).settings).toEqual(SECRETS)
})

it('takes the ciphertext away with the last secret', async () => {
  const urls = ['https://hooks.example.com/']
  const { id } = await create(KEY_1, { urls, sharedSecret: 'gone-soon' }, 'webhooks')
  await updateDestinationRow(open(KEY_1), FIRST_WORKSPACE, id, { settings: { sharedSecret: null } }, options)
  expect(await raw(id)).toMatchObject({ secrets: null, secrets_key_id: null })
})
