import { beforeAll, describe, expect, it } from 'vitest'
import { call } from '../world.ts'
import { ACCEPTED, basic, type Desk, openDesk, outcome, refusal, replyOf, track } from './desk.ts'

let desk: Desk
let quiet: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'first')
  quiet = await openDesk({ env: { UNKNOWN_WRITE_KEY: 'ignore' } }, 'quiet-first')
})

describe('a revoked key', () => {
  it('is refused, while the source’s other key works', async () => {
    const path = `/api/sources/${desk.source}/writekey`
    await call(desk.at, 'POST', path, { writeKey: 'second' })
    expect(await replyOf(await desk.post('/v1/track', track({ writeKey: 'second' })))).toEqual(ACCEPTED)
    await call(desk.at, 'DELETE', `${path}/second`)
    expect(await refusal(await desk.post('/v1/track', track({ writeKey: 'second' })))).toMatchObject({
      status: 400,
      code: 'unknown_source',
      message: expect.stringMatching(/revoked/) as string,
    })
    expect(await replyOf(await desk.post('/v1/track', track({ writeKey: 'first' })))).toEqual(ACCEPTED)
    expect(await outcome(desk)).toEqual({ events: 2, rejected: {} })
  })
})

describe('where unknown keys are ignored', () => {
  it.each<[string, string, object, Record<string, string>]>([
    ['an unknown key', '/v1/track', track({ writeKey: 'nobody' }), {}],
    ['an unknown Basic user', '/v1/batch', { batch: [track()] }, basic('nobody:')],
    ['no key', '/v1/t', track(), {}],
    ['an unknown key’s empty batch', '/v1/b', { batch: [], writeKey: 'nobody' }, {}],
  ])('%s gets a silent 200', async (_, path, body, headers) => {
    expect(await replyOf(await quiet.post(path, body, headers))).toEqual(ACCEPTED)
    expect(await quiet.taken()).toEqual([])
  })

  it('a known key works', async () => {
    expect(await replyOf(await quiet.post('/v1/track', track({ writeKey: 'quiet-first' })))).toEqual(ACCEPTED)
    expect(await outcome(quiet)).toEqual({ events: 1, rejected: {} })
  })

  it('what cannot be read is refused all the same', async () => {
    expect(await refusal(await quiet.post('/v1/track', '{', basic('nobody:')))).toMatchObject({ status: 400 })
  })
})

describe('a disabled source', () => {
  it('accepts everything and counts it as such, whatever it is', async () => {
    const off = await openDesk({}, 'off')
    const path = `/api/sources/${off.source}`
    await call(off.at, 'PATCH', path, { enabled: false })
    const batch = [track(), { nonsense: true }, 7]
    expect(await replyOf(await off.post('/v1/batch', { batch, writeKey: 'off' }))).toEqual(ACCEPTED)
    expect(await outcome(off)).toEqual({ events: 0, rejected: { source_disabled: 3 } })
    expect(await replyOf(await off.post('/v1/track', track({ writeKey: 'off' })))).toEqual(ACCEPTED)
    expect(await outcome(off)).toEqual({ events: 0, rejected: { source_disabled: 1 } })
    await call(off.at, 'PATCH', path, { enabled: true })
    await off.post('/v1/batch', { batch, writeKey: 'off' })
    expect(await outcome(off)).toEqual({ events: 1, rejected: { bad_request: 2 } })
  })
})
