import { EVENT_TYPES, type EventType } from '../event/index.ts'
import type { Subscription } from './device.ts'

/** What a subscription of a tool is about. */
export interface Taken {
  type: EventType
  /** Only the events of these names; empty: all of them. */
  only: string[]
  /** All but those of these names. */
  but: string[]
}

/**
 * Reads Segment's filter language as far as the tools use it: `type = "track" and event = "Signed Up"`, alternatives
 * parted by `or`. A name of an event without a type is that of a track. Nothing for what says neither.
 */
export function takenBy({ subscribe }: Pick<Subscription, 'subscribe'>): Taken[] {
  return subscribe.split(/\s+or\s+/i).flatMap((part) => {
    const values = (what: RegExp) => [...part.matchAll(what)].map(([, value = '']) => value)
    const only = values(/\bevent\s*=\s*"([^"]*)"/g)
    const but = values(/\bevent\s*!=\s*"([^"]*)"/g)
    const named = values(/\btype\s*=\s*"([^"]*)"/g)
    const types = named.length === 0 && only.length + but.length > 0 ? ['track'] : named
    return EVENT_TYPES.filter((type) => types.includes(type)).map((type) => ({ type, only, but }))
  })
}

/** The calls of which a tool gets some or all; all that there are when its subscriptions name none. */
export function supportedBy(subscriptions: readonly Subscription[]): EventType[] {
  const taken = new Set(subscriptions.flatMap(takenBy).map(({ type }) => type))
  return taken.size > 0 ? EVENT_TYPES.filter((type) => taken.has(type)) : [...EVENT_TYPES]
}
