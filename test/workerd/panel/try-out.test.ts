import { beforeAll, describe, expect, it } from 'vitest'
import type { OutgoingRequest } from '../../../src/context.ts'
import { ask, newDestination, newIntegration, refusal } from '../api/client.ts'
import { newSource } from '../world.ts'
import { rig } from './rig.ts'

const SECRET = 'secret-that-nobody-may-see'
const sent: OutgoingRequest[] = []
let answer: () => Response
const at = rig({
  ctx: {
    fetch: (request: OutgoingRequest) => {
      sent.push(request)
      return Promise.resolve(answer())
    },
  },
})
let source: string
let destination: string

beforeAll(async () => {
  source = (await newSource(at)).id
  const settings = { urls: ['https://hooks.example.com/in'], headers: { 'X-Key': SECRET }, sharedSecret: SECRET }
  destination = (await newDestination(at, source, settings)).id
})

const event = '{"type":"track","userId":"u1","event":"Tried <out>"}'

interface Tried {
  test: {
    outcome: { kind: string; code?: string }
    requests: { sample: { request: OutgoingRequest }; status: number }[]
    event: Record<string, unknown>
  }
}

describe('trying a destination out', () => {
  it('sends the event as deliver does, marked, and shows each step without secrets', async () => {
    sent.length = 0
    answer = () => new Response('thanks', { status: 202, headers: { 'x-request-id': 'r1' } })
    const { status, html } = await at.post(`/destinations/${destination}/test`, { event })
    expect(status).toBe(200)
    expect(sent).toHaveLength(1)
    const body = JSON.parse(sent[0]?.body ?? '') as Record<string, unknown>
    expect(body).toMatchObject({
      type: 'track',
      event: 'Tried <out>',
      projectId: source,
      context: { sluice: { test: true } },
    })
    expect(body.messageId).toMatch(/^test-/)
    expect(sent[0]?.headers).toMatchObject({ 'X-Key': SECRET })
    for (const words of [
      'Request was sent',
      'The receiver answered 202',
      'thanks',
      'x-request-id: r1',
      'Delivered',
      'X-Key: (hidden)',
    ]) {
      expect(html).toContain(words)
    }
    expect(html).not.toContain(SECRET)
    expect(html).toContain('Tried &lt;out&gt;')
  })

  it.each([
    [503, 'Would be tried again'],
    [401, 'does not accept the key'],
    [501, 'Filtered'],
  ])('says what an answer %i means', async (code, words) => {
    answer = () => Response.json({ message: 'because' }, { status: code })
    const { html } = await at.post(`/destinations/${destination}/test`, { event })
    expect(html).toContain(words)
    expect(html).toContain('because')
  })

  it('shows what kept it from being sent', async () => {
    answer = () => {
      throw new TypeError('connection refused')
    }
    expect((await at.post(`/destinations/${destination}/test`, { event })).html).toContain('could not be reached')
    expect((await at.post(`/destinations/${destination}/test`, { event: '{' })).html).toMatch(
      /id="event-error">This is not JSON/,
    )
    expect((await at.post(`/destinations/${destination}/test`, { event: '{"type":"track"}' })).html).toContain(
      'event_not_defined',
    )
  })

  it('sends nothing of a type that the integration does not take', async () => {
    sent.length = 0
    const { slug } = await newIntegration(at, { supportedMethods: ['identify'] })
    const { id } = await newDestination(at, source, { apiKey: SECRET }, slug)
    const { html } = await at.post(`/destinations/${id}/test`, { event })
    expect(html).toContain('No request was made')
    expect(sent).toHaveLength(0)
  })

  it('is in the API too, with a sample or an event of one’s own, and in no ledger', async () => {
    answer = () => new Response(null, { status: 200 })
    const path = `/api/destinations/${destination}/test`
    const { test } = await ask<Tried>(at, 'POST', path, { type: 'identify' })
    expect(test).toMatchObject({
      outcome: { kind: 'delivered' },
      event: { type: 'identify' },
      requests: [{ status: 200 }],
    })
    expect(JSON.stringify(test)).not.toContain(SECRET)
    expect((await ask<Tried>(at, 'POST', path, { event: JSON.parse(event) as object })).test.event.event).toBe(
      'Tried <out>',
    )
    expect(await refusal(at, 'POST', path, { type: 'dance' })).toMatchObject({ status: 400 })
    expect(await refusal(at, 'POST', path, { event: { type: 'page' } })).toMatchObject({
      problems: ['event: A source would not accept this event: no_user_anon_id.'],
    })
    expect(await refusal(at, 'POST', '/api/destinations/dst_nothing/test', {})).toMatchObject({ status: 404 })
    const { ledger } = await ask<{ ledger: { accepted: number } }>(at, 'GET', `/api/destinations/${destination}/ledger`)
    expect(ledger.accepted).toBe(0)
  })
})
