import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { insertIntegration, updateIntegrationRow } from '../../../src/control/catalogue/store.ts'
import { getDestination } from '../../../src/control/destinations/queries.ts'
import { insertDestination, updateDestinationRow } from '../../../src/control/destinations/store.ts'
import { insertSource } from '../../../src/control/sources/store.ts'
import { FIRST_WORKSPACE, type LaneConfig, openDatabase } from '../../../src/settings/index.ts'
import { part, register, type Rig, run, T0, withLane } from '../lane/rig.ts'

const options = { allowLocal: false }
const openWith = (keys: string | undefined) => openDatabase(env.DB, keys, context)
const db = openWith(env.ENCRYPTION_KEYS)
const url = 'https://a.example/'
const secrets = { headers: { Authorization: 'very-secret' }, sharedSecret: 'guessable' }
let names = 0

async function newDestination(metadataId: string, settings: Record<string, unknown>) {
  const slug = `mended-${names++}`
  const facts = { slug, name: slug, metadataId: 'http-api', enabled: true, writeKey: `key_${slug}` }
  const source = await insertSource(db, FIRST_WORKSPACE, facts)
  return insertDestination(db, FIRST_WORKSPACE, { sourceId: source.id, metadataId, enabled: true, settings }, options)
}

const laneNow = async (id: string) => (await getDestination(db, FIRST_WORKSPACE, id)).lane

/** Whether a lane that its receiver has asked to wait, with these settings, still waits once it knows the others. */
async function staysHeld(before: LaneConfig, after: LaneConfig): Promise<boolean> {
  let held = false
  await withLane((rig: Rig) => {
    register(rig, [part(1, 20)], before)
    run(rig, { kind: 'retry', code: 'http_503', notBefore: T0 + 3_600_000 })
    expect(rig.lane.metrics().hold?.why).toBe('http_503')
    register(rig, [part(2, 1)], after)
    held = rig.lane.metrics().hold !== null
  })
  return held
}

describe('what lifts the hold of a destination', () => {
  it('an endpoint of its integration that has changed, and nothing else of it', async () => {
    const slug = `mended-int-${names++}`
    const facts = { slug, name: slug, kind: 'direct' as const, description: '', fields: [], rate: null }
    const input = { ...facts, supports: ['track' as const], endpoint: 'https://a.example/v1' }
    const { id } = await insertIntegration(db, FIRST_WORKSPACE, input)
    const destination = await newDestination(id, { apiKey: 'key-of-the-customer' })
    const first = await laneNow(destination.id)
    await updateIntegrationRow(db, FIRST_WORKSPACE, id, { description: 'Better told', rate: 7 })
    const told = await laneNow(destination.id)
    expect(told).toMatchObject({ settings: first.settings, rate: 7 })
    expect(told.version).toBeGreaterThan(first.version)
    expect(await staysHeld(first, told)).toBe(true)
    await updateIntegrationRow(db, FIRST_WORKSPACE, id, { endpoint: 'https://a.example/v2' })
    expect(await staysHeld(told, await laneNow(destination.id))).toBe(false)
    // Its owner changes it as before.
    const paused = await updateDestinationRow(db, FIRST_WORKSPACE, destination.id, { paused: true }, options)
    expect(paused.lane.version).toBe(first.version + 3)
  })

  it('a secret that has changed, not one that is saved again', async () => {
    const { id } = await newDestination('webhooks', { urls: [url], ...secrets })
    const save = async (settings: Record<string, unknown>) =>
      (await updateDestinationRow(db, FIRST_WORKSPACE, id, { settings }, options)).lane
    const first = await laneNow(id)
    const same = [await save({ urls: [url] }), await save(secrets), await save({ sharedSecret: 'guessable' })]
    for (const lane of same) expect(await staysHeld(first, lane)).toBe(true)
    expect(await staysHeld(first, await save({ sharedSecret: 'another' }))).toBe(false)
  })

  it('is sealed with the new key when there is one', async () => {
    const { id } = await newDestination('webhooks', { urls: [url], ...secrets })
    const rotated = openWith(`k9:${btoa('0123456789'.repeat(4).slice(0, 32))} ${env.ENCRYPTION_KEYS}`)
    await updateDestinationRow(rotated, FIRST_WORKSPACE, id, { settings: { urls: [url] } }, options)
    const row = await env.DB.prepare('SELECT secrets_key_id AS key FROM destinations WHERE id = ?').bind(id).first()
    expect(row).toEqual({ key: 'k9' })
    const { settings } = await getDestination(rotated, FIRST_WORKSPACE, id)
    expect(settings).toMatchObject(secrets)
  })
})
