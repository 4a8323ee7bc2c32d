import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { BUILT_IN, FIELD_TYPES, type SettingField, isPublic, SCOPES } from '../../../src/integrations/index.ts'
import { ask, refusal } from '../api/client.ts'
import { freshPlatform, newSource } from '../world.ts'
import { connect, fetchSettings, newPackaged } from './tools.ts'

const at = freshPlatform()

describe('a field may go to devices', () => {
  const formats = [undefined, 'url', 'headers', 'whsec'] as const
  const all = FIELD_TYPES.flatMap((type) =>
    [undefined, ...SCOPES].flatMap((scope) => formats.map((format) => ({ type, scope, format }))),
  )

  it.each(all)('$type, scope $scope, format $format', ({ type, scope, format }) => {
    const field = { name: 'a', label: 'A', type, required: false, description: '', scope, format } as SettingField
    const allowed = scope === 'device' && type !== 'secret' && format !== 'headers'
    expect(isPublic(field)).toBe(allowed)
  })

  it('in none of the integrations that run in the cloud alone', () => {
    const cloudOnly = BUILT_IN.filter(({ device }) => !device)
    expect(cloudOnly.length).toBeGreaterThan(0)
    expect(cloudOnly.flatMap(({ fields }) => fields.filter(isPublic))).toEqual([])
  })
})

/** One setting of each type and scope, each with a value so peculiar that finding it anywhere means that it leaked. */
const VALUES: Record<string, unknown> = {
  string: 'text-7d1f',
  boolean: true,
  select: 'choice-4c2e',
  number: 918_273,
  list: ['item-8b3a'],
  map: { name: 'value-2f6d' },
}
const suffixed = (value: unknown, scope: string): unknown =>
  typeof value === 'string'
    ? `${value}-${scope}`
    : Array.isArray(value)
      ? value.map((one) => suffixed(one, scope))
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, suffixed(one, scope)]))
        : typeof value === 'number' && scope === 'server'
          ? value + 1
          : value

const fields = SCOPES.flatMap((scope) =>
  Object.keys(VALUES).map((type) => ({
    name: `${type}_${scope}`,
    label: type,
    type,
    scope,
    ...(type === 'select' && { choices: [suffixed(VALUES.select, scope)] }),
  })),
)
const settings = Object.fromEntries(
  SCOPES.flatMap((scope) =>
    Object.entries(VALUES).map(([type, value]) => [`${type}_${scope}`, suffixed(value, scope)]),
  ),
)
const secrets = { apiKey: 'api-key-5f3e9b7c1d', token: 'token-8a6d4c2b0e' }

async function settingsInMode(mode: string) {
  const { id, writeKey } = await newSource(at)
  const token = { name: 'token', label: 'Token', type: 'secret' }
  const { id: metadataId, name } = await newPackaged(at, { settings: [...fields, token] })
  await connect(at, id, metadataId, { mode, settings: { ...settings, ...secrets } })
  return { name, found: await fetchSettings(at, writeKey) }
}

it('nothing but what is meant for devices reaches them', async () => {
  const { name, found } = await settingsInMode('device')
  const onDevice = Object.fromEntries(Object.entries(settings).filter(([key]) => key.endsWith('_device')))
  const control = { bundlingStatus: 'bundled', versionSettings: { version: '1.0.0', componentTypes: [] } }
  expect(found.integrations[name]).toEqual({ ...onDevice, ...control })
  expect(found.remotePlugins[0]?.settings).toEqual({ ...onDevice, subscriptions: [] })
  const text = JSON.stringify(found)
  for (const kept of [...Object.values(secrets), '-server', '918274']) expect(text).not.toContain(kept)
})

it('nothing at all reaches them in cloud mode', async () => {
  const text = JSON.stringify((await settingsInMode('cloud')).found)
  const given = [...Object.values(secrets), '-server', '-device', '918273', '918274']
  for (const kept of given) expect(text).not.toContain(kept)
})

describe('when its field becomes public, what was given to the server', () => {
  const field = (facts: Record<string, unknown>) => ({ name: 'site', label: 'Site', type: 'string', ...facts })

  it.each([
    ['in the clear', field({ scope: 'server' })],
    ['as a secret', field({ type: 'secret' })],
  ])('%s stays there until it is given anew', async (_, before) => {
    const { id, writeKey } = await newSource(at)
    const { id: metadataId, name } = await newPackaged(at, { settings: [before] })
    const given = { apiKey: 'k', site: 'for-the-server' }
    const destination = await connect(at, id, metadataId, { settings: given })
    const site = async () => (await fetchSettings(at, writeKey)).integrations[name]?.site
    await ask(at, 'PATCH', `/api/integrations/${metadataId}`, { settings: [field({ scope: 'device' })] })
    expect(await site()).toBeUndefined()
    await ask(at, 'PATCH', `/api/destinations/${destination.id}`, { name: 'Renamed' })
    await ask(at, 'PATCH', `/api/destinations/${destination.id}`, { settings: {} })
    expect(await site()).toBeUndefined()
    await ask(at, 'PATCH', `/api/destinations/${destination.id}`, { settings: { site: 'for-all' } })
    expect(await site()).toBe('for-all')
    const row = await env.DB.prepare('SELECT settings FROM destinations WHERE id = ?').bind(destination.id).first()
    expect(row).toEqual({ settings: '{}' })
  })

  it('is asked for again when it is required', async () => {
    const { id } = await newSource(at)
    const required = { required: true }
    const { id: metadataId } = await newPackaged(at, { settings: [field(required)] })
    const destination = await connect(at, id, metadataId, { settings: { apiKey: 'k', site: 's' } })
    await ask(at, 'PATCH', `/api/integrations/${metadataId}`, { settings: [field({ ...required, scope: 'device' })] })
    expect(await refusal(at, 'PATCH', `/api/destinations/${destination.id}`, { settings: {} })).toMatchObject({
      status: 400,
      problems: [expect.stringContaining('This setting is required.')],
    })
  })
})

describe('when its field is no longer public, what was given to devices', () => {
  const field = (facts: Record<string, unknown>) => ({ name: 'site', label: 'Site', type: 'string', ...facts })

  it.each([
    ['for the server', [field({ scope: 'server' })]],
    ['a secret', [field({ type: 'secret' })]],
    ['gone', []],
  ])('goes to them no more: %s', async (_, after) => {
    const { id, writeKey } = await newSource(at)
    const { id: metadataId, name } = await newPackaged(at, { settings: [field({ scope: 'device' })] })
    await connect(at, id, metadataId, { settings: { apiKey: 'k', site: 'once-for-all' } })
    expect((await fetchSettings(at, writeKey)).integrations[name]?.site).toBe('once-for-all')
    await ask(at, 'PATCH', `/api/integrations/${metadataId}`, { settings: after })
    expect(JSON.stringify(await fetchSettings(at, writeKey))).not.toContain('once-for-all')
  })
})
