/** Members of an event, and of a batch, that are looked for: each has a place in the record of a scan. */
export const SLOT = {
  /** The event itself. */
  whole: 0,
  // Ours: what is written anew, put elsewhere, or left out.
  type: 1,
  messageId: 2,
  userId: 3,
  anonymousId: 4,
  channel: 5,
  context: 6,
  integrations: 7,
  timestamp: 8,
  originalTimestamp: 9,
  sentAt: 10,
  writeKey: 11,
  receivedAt: 12,
  projectId: 13,
  version: 14,
  // What is checked and stays.
  event: 15,
  name: 16,
  category: 17,
  properties: 18,
  traits: 19,
  groupId: 20,
  previousId: 21,
  batch: 22,
  // Of the context.
  ip: 23,
  userAgent: 24,
  direct: 25,
  library: 26,
  libraryName: 27,
} as const

export const SLOTS = 28

const LAST_OF_OURS = SLOT.version

/** A name that is looked for. */
export interface Wanted {
  slot: number
  name: Uint8Array
  /** It is no part of an event's rest. */
  isOurs: boolean
  /** What is looked for in its value, where that is an object. */
  inner: WantedNames | undefined
}

const SPOTS = 1024

/** The names that are looked for in one kind of object, by their hash. */
export class WantedNames {
  readonly #found: (Wanted | undefined)[] = Array.from({ length: SPOTS })

  constructor(slots: Readonly<Record<string, number>>, inner: Readonly<Record<string, WantedNames>> = {}) {
    for (const [text, slot] of Object.entries(slots)) {
      const name = new TextEncoder().encode(text)
      const spot = spotOf(name.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0))
      if (this.#found[spot]) throw new Error(`${text} falls together with another name`)
      this.#found[spot] = { slot, name, isOurs: slot <= LAST_OF_OURS, inner: inner[text] }
    }
  }

  /** The name from `from` to `to`, whose hash is known. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): Wanted | undefined {
    const wanted = this.#found[spotOf(hash)]
    if (wanted === undefined || wanted.name.length !== to - from) return undefined
    const { name } = wanted
    for (let at = 0; at < name.length; at++) if (name[at] !== bytes[from + at]) return undefined
    return wanted
  }
}

function spotOf(hash: number): number {
  return (hash ^ (hash >>> 10)) & (SPOTS - 1)
}

const { ip, userAgent, direct, library, libraryName, whole: _, ...ofEvent } = SLOT

export const EVENT_NAMES = new WantedNames(ofEvent, {
  context: new WantedNames({ ip, userAgent, direct, library }, { library: new WantedNames({ name: libraryName }) }),
})

/** What a batch says beside its events. */
export const HEAD_SLOTS = Object.entries({
  writeKey: SLOT.writeKey,
  sentAt: SLOT.sentAt,
  context: SLOT.context,
  integrations: SLOT.integrations,
})

export const HEAD_NAMES = new WantedNames({ ...Object.fromEntries(HEAD_SLOTS), batch: SLOT.batch })
