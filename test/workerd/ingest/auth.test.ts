import { beforeAll, describe, expect, it } from 'vitest'
import { ACCEPTED, basic, type Desk, openDesk, refusal, replyOf, track } from './desk.ts'

let desk: Desk
let other: string
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-auth')
  other = 'key-nobody-has'
})

const KEY = 'key-of-auth'
type Row = [form: string, body: object, headers: Record<string, string>]

const SINGLE: Row[] = [
  ['in the body', { writeKey: KEY }, {}],
  ['as Basic user with colon', {}, basic(`${KEY}:`)],
  ['as Basic user without colon', {}, basic(KEY)],
  ['as Basic user with a password', {}, basic(`${KEY}:secret:more`)],
  ['as Basic user in small letters', {}, { authorization: `basic ${btoa(`${KEY}:`)}` }],
  ['as Basic user without padding', {}, { authorization: `Basic ${btoa(`${KEY}:`).replace(/=+$/, '')}` }],
  ['in the body and as Basic user', { writeKey: KEY }, basic(`${KEY}:`)],
  ['in the body, against another Basic user', { writeKey: KEY }, basic('key-nobody-has:')],
  ['as Basic user, the body’s being null', { writeKey: null }, basic(`${KEY}:`)],
  ['as Basic user, the body’s being empty', { writeKey: '' }, basic(`${KEY}:`)],
  ['as Basic user, the body’s being a number', { writeKey: 7 }, basic(`${KEY}:`)],
  ['in the body, with a Bearer token', { writeKey: KEY }, { Authorization: 'Bearer abc.def.ghi' }],
  ['in the body, with garbage for Basic', { writeKey: KEY }, { Authorization: 'Basic %%%' }],
  ['in the body, with an empty Authorization', { writeKey: KEY }, { Authorization: '' }],
]
const BATCH: Row[] = [
  ...SINGLE.map(([form, body, headers]): Row => [form, { batch: [track()], ...body }, headers]),
  ['in its event', { batch: [track({ writeKey: KEY })] }, {}],
  ['in its first event', { batch: [track({ writeKey: KEY }), track()] }, {}],
  ['in the body, against its event’s', { writeKey: KEY, batch: [track({ writeKey: 'key-nobody-has' })] }, {}],
  ['as Basic user, against its event’s', { batch: [track({ writeKey: 'key-nobody-has' })] }, basic(KEY)],
]
const NONE: Row[] = [
  ['nowhere', {}, {}],
  ['as a Bearer token', {}, { Authorization: `Bearer ${KEY}` }],
  ['as it is in Authorization', {}, { Authorization: KEY }],
  ['as Basic that is not base64', {}, { Authorization: `Basic ${KEY}:` }],
  ['as Basic without anything', {}, { Authorization: 'Basic' }],
  ['as Basic of nothing', {}, basic('')],
  ['as the Basic password', {}, basic(`:${KEY}`)],
  ['in a list', { writeKey: [KEY] }, {}],
]

describe('the write key', () => {
  it.each(SINGLE)('of one event: %s', async (_, body, headers) => {
    expect(await replyOf(await desk.post('/v1/track', { ...track(), ...body }, headers))).toEqual(ACCEPTED)
    expect(await desk.taken()).toMatchObject([{ source: desk.source, rejected: {}, events: [{ event: 'Paid' }] }])
  })

  it.each(BATCH)('of a batch: %s', async (_, body, headers) => {
    expect(await replyOf(await desk.post('/v1/batch', body, headers))).toEqual(ACCEPTED)
    const [taken] = await desk.taken()
    expect(taken).toMatchObject({ source: desk.source, rejected: {} })
    expect(taken?.events.map((event) => 'writeKey' in event)).toEqual(taken?.events.map(() => false))
    expect(desk.sent.at(-1)).not.toContain(KEY)
  })

  it.each(NONE)('%s: the reply says where it belongs', async (_, body, headers) => {
    const reply = await refusal(await desk.post('/v1/track', { ...track(), ...body }, headers))
    expect(reply).toMatchObject({ status: 400, code: 'unknown_source' })
    expect(reply.message).toMatch(/writeKey.*Basic/)
    expect(await desk.taken()).toEqual([])
  })

  it('that is unknown: the reply says what may be wrong', async () => {
    const reply = await refusal(await desk.post('/v1/track', track({ writeKey: other })))
    expect(reply).toMatchObject({ status: 400, code: 'unknown_source' })
    expect(reply.message).toMatch(/no source has this write key/i)
    expect(await desk.taken()).toEqual([])
  })
})
