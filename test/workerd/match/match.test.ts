import { describe, expect, it } from 'vitest'
import { cloudChannels, type Integration, type Mode } from '../../../src/integrations/index.ts'
import { webhooks } from '../../../src/integrations/webhook.ts'
import { filterCode } from '../../../src/match/match.ts'
import type { PlanDestination } from '../../../src/settings/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'

function matched(event: Record<string, unknown>, facts: Partial<Integration> = {}, mode: Mode | null = null) {
  const whole = { type: 'track', channel: 'server', integrations: {}, context: {}, ...event } as unknown as SpecEvent
  return filterCode(whole, destination(facts, mode))
}

function destination(facts: Partial<Integration>, mode: Mode | null = null): PlanDestination {
  const lane = { version: 1, enabled: true, rate: null, concurrency: 1, schedule: 'segment-4h', timeoutMs: 1 } as const
  const integration = { ...webhooks, name: 'Tool', ...facts }
  return { id: 'd', lane, integration, channels: cloudChannels(integration, mode) }
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

  it('is looked through once an event, however many destinations there are', () => {
    let looks = 0
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`tool ${at}`, true]))
    const events = Array.from({ length: 256 }, () => {
      const integrations = new Proxy(many, { ownKeys: (target) => (looks++, Reflect.ownKeys(target)) })
      return { type: 'track', channel: 'server', integrations, context: {} } as unknown as SpecEvent
    })
    for (const event of events) {
      for (let n = 0; n < 10; n++) expect(filterCode(event, destination({ name: `Other ${n}` }))).toBeUndefined()
    }
    expect(looks).toBe(256)
  })

  it('is not confused by names that every object inherits', () => {
    expect(matched({}, { name: 'constructor' })).toBeUndefined()
    expect(matched({ integrations: { All: false } }, { name: 'toString' })).toBe(OFF)
  })
})

const device = { plugin: { type: 'bundle' }, defaultMode: 'device' } as const
const packaged = (...sdks: ('browser' | 'ios' | 'android')[]): Partial<Integration> => ({
  kind: 'packaged',
  endpoint: 'https://partner.example.com/in',
  device: { ...device, sdks },
})
const SENT = 'MESSAGE_SENT_CLIENT_SIDE'

describe('what a device got already, in device mode', () => {
  it.each<[Record<string, unknown>, string | undefined]>([
    [{ channel: 'server' }, undefined],
    [{ channel: 'server', _metadata: { bundled: ['Tool'] } }, undefined],
    [{ channel: 'client' }, SENT],
    [{ channel: 'mobile' }, SENT],
    [{ channel: 'client', _metadata: { bundled: ['Tool'], unbundled: [] } }, SENT],
    [{ channel: 'client', _metadata: { unbundled: ['Tool'] } }, undefined],
    [{ channel: 'mobile', _metadata: { unbundled: ['Tool'] } }, undefined],
    [{ channel: 'mobile', _metadata: { unbundled: ['Other'], bundled: ['Another'] } }, SENT],
    [{ channel: 'client', _metadata: { unbundled: 'Tool' } }, SENT],
    [{ channel: 'client', _metadata: null }, SENT],
  ])('%j', (event, code) => expect(matched(event, packaged('browser', 'ios'), 'device')).toBe(code))

  it.each<[readonly ('browser' | 'ios' | 'android')[], string, string | undefined]>([
    [['browser'], 'client', SENT],
    [['browser'], 'mobile', undefined],
    [['ios'], 'client', undefined],
    [['ios'], 'mobile', SENT],
    [['android'], 'mobile', SENT],
  ])('is what its SDKs send: %j, %s', (sdks, channel, code) =>
    expect(matched({ channel }, packaged(...sdks), 'device')).toBe(code),
  )

  it('does not matter to what runs in the cloud only', () =>
    expect(matched({ channel: 'client', _metadata: { bundled: ['Tool'] } })).toBeUndefined())
})

describe('what a device got already, in cloud mode', () => {
  it.each<[Record<string, unknown>, string | undefined]>([
    [{ channel: 'server' }, undefined],
    [{ channel: 'client' }, undefined],
    [{ channel: 'mobile', _metadata: { unbundled: ['Tool'] } }, undefined],
    // A client that still has the settings from before the change of mode.
    [{ channel: 'client', _metadata: { bundled: ['Tool'] } }, SENT],
  ])('%j', (event, code) => expect(matched(event, packaged('browser', 'ios'), 'cloud')).toBe(code))
})

describe('a tool without a cloud half', () => {
  it('takes events of no channel from the cloud', () => {
    const { endpoint: _, ...onDeviceOnly } = packaged('browser')
    expect(cloudChannels({ ...webhooks, ...onDeviceOnly }, 'device')).toEqual([])
  })
})

describe('the first rule that objects gives the reason', () => {
  const picky = { ...packaged('browser'), supports: ['identify'] } as const

  it.each<[Record<string, unknown>, string | undefined]>([
    [{ integrations: { All: false }, channel: 'client' }, 'UNSUPPORTED_EVENT_TYPE'],
    [{ type: 'identify', integrations: { All: false }, channel: 'client' }, OFF],
    [{ type: 'identify', channel: 'client' }, 'MESSAGE_SENT_CLIENT_SIDE'],
    [{ type: 'identify' }, undefined],
  ])('%j', (event, code) => expect(matched(event, picky, 'device')).toBe(code))
})
