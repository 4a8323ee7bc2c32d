import { describe, expect, it } from 'vitest'
import { shape } from '../../../src/deliver/shape.ts'
import { webhooks } from '../../../src/integrations/webhook.ts'
import type { SpecEvent } from '../../../src/event/index.ts'

const event = { type: 'track', event: 'Paid', properties: { card: '4111', total: 3 } } as unknown as SpecEvent
const target = { destinationId: 'd', integration: webhooks, settings: { drop: 'card' } }

describe('the shape of an event for one destination', () => {
  it('is the very object that was archived when nothing reshapes it', () => {
    expect(shape(event, target)).toBe(event)
    expect(shape(event, target, [])).toBe(event)
  })

  it('is what its steps make of it one after the other, each with the destination’s settings', () => {
    const text = JSON.stringify(event)
    const steps: Parameters<typeof shape>[2] = [
      (one, { settings }) => ({ ...one, properties: { ...(one.properties as object), [String(settings.drop)]: null } }),
      (one) => ({ ...one, event: `${String(one.event)} ${JSON.stringify(one.properties)}` }),
    ]
    expect(shape(event, target, steps).event).toBe('Paid {"card":null,"total":3}')
    expect(JSON.stringify(event)).toBe(text)
  })
})
