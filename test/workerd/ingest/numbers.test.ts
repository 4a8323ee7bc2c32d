import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { OutgoingRequest } from '../../../src/context.ts'
import { webhookRequests } from '../../../src/integrations/webhook.ts'
import { parseObject } from '../../../src/route/batch.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { newDestination } from '../api/client.ts'
import { newEvent, webhook } from '../deliver/stand-ins.ts'
import { ADMIN, freshPlatform, newSource, send } from '../world.ts'
import { ACCEPTED, type Desk, openDesk, replyOf } from './desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({}, 'key-of-numbers')
})

/** The lines of the last message. */
const lines = () => desk.sent.at(-1)?.split('\n').slice(1) ?? []
const PROPERTIES = '{"order":157963456373623804,"list":[0.1000000000000000055511151231257827,1e400],"price":12.5}'

describe('long numbers', () => {
  it('of a batch reach the queue digit by digit, as those of its neighbours do', async () => {
    const batch = `[{"type":"track","event":"E","userId":157963456373623803,"messageId":12345678901234567890,"properties":${PROPERTIES}},
      {"type":"identify","userId":157963456373623804,"traits":${PROPERTIES}},{"type":"page","userId":42.0}]`
    const body = `{"writeKey":"key-of-numbers","batch":${batch},"context":{"n":9007199254740993}}`
    expect(await replyOf(await desk.post('/v1/batch', body))).toEqual(ACCEPTED)
    const [first = '', second = '', third = ''] = lines()
    expect(first).toContain('"messageId":"12345678901234567890","userId":"157963456373623803"')
    expect(first).toContain(`"properties":${PROPERTIES}`)
    expect(first).toContain('"context":{"n":9007199254740993}')
    expect(second).toContain(`"traits":${PROPERTIES}`)
    expect(second).toContain('"userId":"157963456373623804"')
    expect(third).toContain('"userId":"42"')
  })

  it('of a single call, and of a pixel’s data', async () => {
    const event = `{"writeKey":"key-of-numbers","event":"E","userId":9007199254740993,"properties":${PROPERTIES}}`
    await desk.post('/v1/track', event)
    expect(lines()[0]).toContain(`"properties":${PROPERTIES}`)
    await desk.at.http.fetch(new Request(`https://x.test/v1/pixel/track?data=${btoa(event)}`))
    expect(lines()[0]).toContain(`"properties":${PROPERTIES}`)
    expect(lines()[0]).toContain('"userId":"9007199254740993"')
  })

  it('are in what is kept of a rejected event', async () => {
    await desk.post('/v1/track', '{"writeKey":"key-of-numbers","userId":9007199254740993}')
    expect(desk.sent.at(-1)).toContain('\\"userId\\":9007199254740993')
  })

  it('go to a webhook as they came', async () => {
    const line = JSON.stringify(newEvent()).replace('{', `{"traits":${PROPERTIES},`)
    const [request] = await webhookRequests(
      parseObject(line) as SpecEvent,
      webhook(),
      0,
      JSON.stringify(parseObject(line)),
    )
    expect(request?.body).toContain(`"traits":${PROPERTIES}`)
  })

  it('are shown by the API, and sent by a test, digit by digit', async () => {
    const requests: OutgoingRequest[] = []
    const fetch = (request: OutgoingRequest) => {
      requests.push(request)
      return Promise.resolve(new Response('ok'))
    }
    const at = freshPlatform({ ctx: { log: () => undefined, fetch } })
    const { id, writeKey } = await newSource(at)
    const event = `{"event":"E","messageId":"long-numbers","userId":9007199254740993,"properties":${PROPERTIES}}`
    await send(at, '/v1/track', { body: event.replace('{', `{"writeKey":"${writeKey}",`) })
    const text = async (path: string) => {
      const request = new Request(`https://x.test${path}`, { headers: ADMIN })
      return (await at.http.fetch(request)).text()
    }
    await vi.waitUntil(async () => (await text(`/api/sources/${id}/events`)).includes('long-numbers'), {
      timeout: 10_000,
    })
    for (const path of [`/api/sources/${id}/events`, '/api/events/long-numbers']) {
      expect(await text(path)).toContain(`"properties":${PROPERTIES}`)
    }
    const { id: destination } = await newDestination(at, id)
    const body = `{"event":{"type":"track",${event.slice(1)}}`
    const headers = { ...ADMIN, 'Content-Type': 'application/json' }
    const url = `https://x.test/api/destinations/${destination}/test`
    const reply = await at.http.fetch(new Request(url, { method: 'POST', headers, body }))
    expect(await reply.text()).toContain(`"properties":${PROPERTIES}`)
    expect(requests.map((one) => one.body).join()).toContain(`"properties":${PROPERTIES}`)
  })

  it('of a body too deep to be read are refused with a sentence', async () => {
    const deep = `${'['.repeat(20_000)}12345678901234567890${']'.repeat(20_000)}`
    const reply = await desk.post('/v1/track', `{"writeKey":"key-of-numbers","event":"E","userId":"u","x":${deep}}`)
    expect(reply.status).toBe(400)
    expect(await reply.text()).toMatch(/500 levels/)
  })
})
