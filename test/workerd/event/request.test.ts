import { describe, expect, it } from 'vitest'
import type { JsonObject, RequestFacts } from '../../../src/event/index.ts'
import { accepted, track } from './facts.ts'

describe('what a batch says for all its events', () => {
  const shared: Partial<RequestFacts> = {
    context: { library: { name: 'x', version: '1' }, app: { name: 'A', build: '7' }, locale: 'nb' },
    integrations: { All: false, Slack: true },
    sentAt: '2030-01-01T00:00:02.000Z',
  }

  it('is taken by an event that says nothing', () => {
    expect(accepted(track(), shared)).toMatchObject({
      context: shared.context,
      integrations: shared.integrations,
      sentAt: '2030-01-01T00:00:02.000Z',
    })
  })

  it('gives way to what an event says itself, key by key and each as a whole', () => {
    const event = accepted(
      track({
        context: { app: { name: 'B' }, locale: null },
        integrations: { Slack: { channel: 'c' } },
        sentAt: '2030-01-01T00:00:01.000Z',
      }),
      shared,
    )
    expect(event.context).toEqual({ library: { name: 'x', version: '1' }, app: { name: 'B' }, locale: null })
    expect(event.integrations).toEqual({ All: false, Slack: { channel: 'c' } })
    expect(event.sentAt).toBe('2030-01-01T00:00:01.000Z')
  })

  it('stands in for null', () => {
    const event = accepted(track({ context: null, integrations: null, sentAt: null }), shared)
    expect([event.context, event.integrations, event.sentAt]).toEqual([
      shared.context,
      shared.integrations,
      '2030-01-01T00:00:02.000Z',
    ])
  })

  it('stands in for a time that cannot be read', () => {
    const event = accepted(track({ sentAt: 'soon', timestamp: '2030-01-01T00:00:01.000Z' }), shared)
    expect([event.sentAt, event.timestamp]).toEqual(['soon', '2030-01-01T00:00:01.100Z'])
  })
})

const FROM = { ip: '203.0.113.7', userAgent: 'Browser/1' }
const by = (name: string, context: JsonObject = {}) => track({ context: { library: { name }, ...context } })

describe('the client’s address and agent', () => {
  it.each<[string, JsonObject, unknown, unknown]>([
    ['a browser', by('analytics.js'), FROM.ip, FROM.userAgent],
    ['a phone', by('analytics-ios'), FROM.ip, undefined],
    ['a server', by('analytics-go'), undefined, undefined],
    ['nothing', track(), undefined, undefined],
    ['a server that asks', by('analytics-go', { direct: true }), FROM.ip, undefined],
    ['a server that says no', by('analytics-go', { direct: false }), undefined, undefined],
    ['a server that says yes in words', by('analytics-go', { direct: 'true' }), undefined, undefined],
    ['a browser with its own', by('analytics.js', { ip: '0.0.0.0', userAgent: 'Own/1' }), '0.0.0.0', 'Own/1'],
    ['a browser with null', by('analytics.js', { ip: null, userAgent: null }), FROM.ip, FROM.userAgent],
    ['a server with its own', by('analytics-go', { ip: '198.51.100.1' }), '198.51.100.1', undefined],
  ])('of %s', (_, raw, ip, userAgent) => {
    const { context } = accepted(raw, FROM)
    expect([context.ip, context.userAgent]).toEqual([ip, userAgent])
  })

  it('leave no keys when the request does not know them', () => {
    expect(Object.keys(accepted(by('analytics.js')).context)).toEqual(['library'])
  })
})
