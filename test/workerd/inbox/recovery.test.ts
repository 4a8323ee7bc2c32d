import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { intakeOf } from '../../../src/wiring.ts'
import { messageOf, batchOf } from '../route/rig.ts'
import { call, freshPlatform, newSource, send } from '../world.ts'

const at = freshPlatform({ env: { ACCEPT: 'inbox' } })

describe('what the queue gives up', () => {
  it('is parked, shown on the health page, and put on its way again by hand', async () => {
    const { id } = await newSource(at)
    const message = messageOf(batchOf(id, ['m1'], { accept: 'given-up' }))
    await at.parkGivenUp([message] as unknown as Message<unknown>[])
    expect(message.outcome).toBe('ack')
    const health = await call<{ ok: boolean; checks: { name: string; ok: boolean; message: string }[] }>(
      at,
      'GET',
      '/healthz',
    )
    expect([health.status, health.json.ok]).toEqual([200, true])
    expect(health.json.checks.find(({ ok }) => !ok)?.message).toMatch(/^1 could not be processed/)
    expect((await call(at, 'GET', '/api/recovery/parked')).json).toMatchObject({ data: { accepts: ['given-up'] } })
    expect((await call(at, 'POST', '/api/recovery/parked/given-up')).status).toBe(200)
    await vi.waitFor(async () => expect((await intakeOf(env, id).counters()).archived).toBe(1), 15_000)
    expect((await call(at, 'POST', '/api/recovery/parked/given-up')).status).toBe(404)
  })

  it('is only dropped when it is a pointer: its batch lies in the inbox', async () => {
    const message = messageOf('{"accept":"x","inbox":true}')
    await at.parkGivenUp([message] as unknown as Message<unknown>[])
    expect([message.outcome, await env.ARCHIVE.head('parked/x')]).toEqual(['ack', null])
  })

  it('comes again when it cannot be parked', async () => {
    const down = { put: () => Promise.reject(new Error('R2 is down')) } as unknown as R2Bucket
    const message = messageOf('not json')
    await freshPlatform({ env: { ARCHIVE: down } }).parkGivenUp([message] as unknown as Message<unknown>[])
    expect(message.outcome).toEqual({ retryIn: 60 })
  })
})

it('takes up what lies in the inbox although its pointer is lost', async () => {
  const { id, writeKey } = await newSource(at)
  const mute = { send: () => Promise.resolve({}) } as unknown as Queue<string>
  const without = freshPlatform({ env: { ACCEPT: 'inbox', EVENTS: mute } })
  const body = JSON.stringify({ writeKey, userId: 'u', event: 'E', messageId: 'lost-pointer' })
  expect((await send(without, '/v1/track', { body })).status).toBe(200)
  expect((await call<{ data: { queued: number } }>(at, 'POST', '/api/recovery')).json.data.queued).toBeGreaterThan(0)
  await vi.waitFor(async () => expect(await intakeOf(env, id).find('lost-pointer')).not.toBeNull(), 15_000)
  await vi.waitFor(async () => expect((await env.ARCHIVE.list({ prefix: 'inbox/' })).objects).toEqual([]), 15_000)
})

it('sees to it that the sweep runs before the first batch waits', async () => {
  let armed = 0
  const SWEEP = {
    getByName: () => ({ arm: () => Promise.resolve(void armed++) }),
  } as unknown as Cloudflare.Env['SWEEP']
  const fresh = freshPlatform({ env: { ACCEPT: 'inbox', SWEEP } })
  const { writeKey } = await newSource(fresh)
  for (const id of ['a', 'b']) {
    const body = JSON.stringify({ writeKey, userId: 'u', event: 'E', messageId: id })
    expect((await send(fresh, '/v1/track', { body })).status).toBe(200)
  }
  expect(armed).toBe(1)
})

it('has every intake, lane and the sweep look once an hour, and minds none that does not answer', async () => {
  const asked: string[] = []
  const namespace = (kind: string) =>
    ({
      getByName: (name: string) => ({
        nudge: () => (asked.push(`${kind} ${name}`), Promise.reject(new Error('down'))),
        arm: () => Promise.resolve(void asked.push(`${kind} ${name}`)),
      }),
    }) as unknown as Cloudflare.Env['INTAKE'] & Cloudflare.Env['LANE'] & Cloudflare.Env['SWEEP']
  const { id } = await newSource(at)
  const settings = { urls: ['https://hooks.example.com/'] }
  const made = await call<{ data: { destination: { id: string } } }>(at, 'POST', '/api/destinations', {
    sourceId: id,
    metadataId: 'webhooks',
    settings,
  })
  const watching = freshPlatform({
    env: { INTAKE: namespace('intake'), LANE: namespace('lane'), SWEEP: namespace('sweep') },
    ctx: { log: () => undefined },
  })
  await watching.watch()
  expect(asked).toEqual(
    expect.arrayContaining([`intake ${id}`, `lane ${made.json.data.destination.id}`, 'sweep inbox']),
  )
})
