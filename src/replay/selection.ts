import { matcher, type MeantEvents, type SpecEvent } from '../event/index.ts'

/** Which events of a source a replay takes: all of these have to hold. */
export interface Selection extends MeantEvents {
  /** Milliseconds: received from then on, and before. */
  from: number
  until: number
  /** 0 to 1: of the people, so that one of whom an event is taken comes with all of theirs. */
  sample?: number
}

/** Whether a selection takes an event. `salt` decides who is in the sample. */
export function selector(selection: Selection, salt: string): (event: SpecEvent) => boolean {
  const { from, until, sample } = selection
  const isOf = matcher(selection)
  return (event) => {
    if (!isOf(event)) return false
    const received = Date.parse(event.receivedAt)
    if (!(received >= from && received < until)) return false
    return sample === undefined || isSampled(salt + personKey(event), sample)
  }
}

/** Whose event it is, as far as it says. */
export function personKey({ userId, anonymousId, messageId }: SpecEvent): string {
  return userId ?? anonymousId ?? messageId
}

/** FNV-1a with its bits mixed once more, as a fraction of all. */
function isSampled(text: string, sample: number): boolean {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash >>> 0) / 2 ** 32 < sample
}
