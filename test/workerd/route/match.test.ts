import { describe, expect, it } from 'vitest'
import { webhooks } from '../../../src/integrations/webhook.ts'
import type { Integration } from '../../../src/integrations/index.ts'
import { filterCode } from '../../../src/route/match.ts'
import type { SpecEvent } from '../../../src/spec/index.ts'

function matched(event: Record<string, unknown>, integration: Partial<Integration> = {}) {
  const whole = { type: 'track', channel: 'server', integrations: {}, context: {}, ...event } as unknown as SpecEvent
  const lane = { version: 1, enabled: true, rate: null, concurrency: 1, schedule: 'segment-4h', timeoutMs: 1 } as const
  return filterCode(whole, { id: 'd', lane, integration: { ...webhooks, name: 'Tool', ...integration } })
}

const OFF = 'FILTERED_BY_INTEGRATIONS_OBJECT'

describe('the integrations object', () => {
  it.each<[Record<string, unknown>, string | undefined]>([
    [{}, undefined],
    [{ All: true }, undefined],
    [{ All: false }, OFF],
    [{ all: false }, OFF],
    [{ ALL: false }, OFF],
    [{ All: 'no' }, undefined],
    [{ All: null }, undefined],
    [{ Tool: false }, OFF],
    [{ Tool: true }, undefined],
    [{ All: false, Tool: true }, undefined],
    [{ All: true, Tool: false }, OFF],
    [{ All: false, Tool: { option: 1 } }, undefined],
    [{ All: false, Tool: null }, undefined],
    [{ All: false, Tool: 'yes' }, undefined],
    [{ All: false, tool: true }, OFF],
    [{ tool: false }, undefined],
    [{ Other: false }, undefined],
    [{ 'Segment.io': true }, undefined],
    [JSON.parse('{"__proto__": {"Tool": false}}') as Record<string, unknown>, undefined],
  ])('%j', (integrations, code) => expect(matched({ integrations })).toBe(code))

  it.each<[Record<string, unknown>, string | undefined]>([
    [{}, OFF],
    [{ All: true }, OFF],
    [{ Salesforce: true }, undefined],
    [{ Salesforce: { sandbox: true } }, undefined],
  ])('Salesforce is off unless it is named: %j', (integrations, code) =>
    expect(matched({ integrations }, { name: 'Salesforce' })).toBe(code),
  )

  it('is not confused by names that every object inherits', () => {
    expect(matched({}, { name: 'constructor' })).toBeUndefined()
    expect(matched({ integrations: { All: false } }, { name: 'toString' })).toBe(OFF)
  })
})

describe('what a device got already', () => {
  const packaged = { channels: ['server'] } as const

  it.each<[Record<string, unknown>, string | undefined]>([
    [{ channel: 'server' }, undefined],
    [{ channel: 'client' }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ channel: 'mobile' }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ channel: 'client', _metadata: { bundled: ['Tool'], unbundled: [] } }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ channel: 'client', _metadata: { unbundled: ['Tool'] } }, undefined],
    [{ channel: 'mobile', _metadata: { unbundled: ['Tool'] } }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ channel: 'client', _metadata: { unbundled: 'Tool' } }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ channel: 'client', _metadata: null }, 'MESSAGE_SENT_CLIENT_SIDE'],
  ])('%j', (event, code) => expect(matched(event, packaged)).toBe(code))

  it('does not matter to what runs in the cloud only', () =>
    expect(matched({ channel: 'client', _metadata: { bundled: ['Tool'] } })).toBeUndefined())
})

describe('the first rule that objects gives the reason', () => {
  const picky = { supports: ['identify'], channels: ['server'] } as const

  it.each<[Record<string, unknown>, string | undefined]>([
    [{ integrations: { All: false }, channel: 'client' }, 'UNSUPPORTED_EVENT_TYPE'],
    [{ type: 'identify', integrations: { All: false }, channel: 'client' }, OFF],
    [{ type: 'identify', channel: 'client' }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ type: 'identify' }, undefined],
  ])('%j', (event, code) => expect(matched(event, picky)).toBe(code))
})
