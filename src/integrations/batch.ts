import type { Integration } from './integration.ts'
import type { SettingField, SettingsValues } from './fields.ts'

/** What batches may be: whoever takes some says less. */
export const BATCH_LIMITS = {
  events: { min: 2, max: 500 },
  bytes: { min: 10_000, max: 500_000 },
  seconds: { min: 0, max: 60 },
} as const
/** What they are where only the number of events is said. */
const USUAL = { bytes: BATCH_LIMITS.bytes.max, seconds: 1 }

/** Settings of a destination whose owner says whether its receiver takes batches. */
export const BATCH_FIELDS: readonly SettingField[] = [
  {
    name: 'batchEvents',
    label: 'Events in a request',
    type: 'number',
    format: 'whole',
    required: false,
    ...BATCH_LIMITS.events,
    description: 'Sends up to so many events at once, as a JSON array. Empty: each event has a request of its own.',
  },
  {
    name: 'batchBytes',
    label: 'Bytes in a request',
    type: 'number',
    format: 'whole',
    required: false,
    ...BATCH_LIMITS.bytes,
    onlyWith: 'batchEvents',
    description: `With several events in a request: so long is its body at most. Empty: ${USUAL.bytes}.`,
  },
  {
    name: 'batchSeconds',
    label: 'Seconds to wait for more',
    type: 'number',
    required: false,
    ...BATCH_LIMITS.seconds,
    onlyWith: 'batchEvents',
    description: `With several events in a request: so long an event waits at most for others. Empty: ${USUAL.seconds}.`,
  },
]

/** What an integration says of the batches that its receiver takes, as partners give it. */
export interface BatchOffer {
  maxEvents: number
  /** Without it: half a megabyte. */
  maxBytes?: number | undefined
  /** Without it: one. */
  maxSeconds?: number | undefined
}

/** How events are put together, where a receiver takes several in one request. */
export interface BatchTerms {
  /** Events of one request at most. */
  maxEvents: number
  /** Bytes of its body at most; a longer event goes by itself. */
  maxBytes: number
  /** Milliseconds that an event waits at most for others. */
  maxWaitMs: number
}

/** How the events of a destination are put together: as its integration says, or its own settings; `null`: they are not. */
export function batchTermsOf(
  { kind, batch }: Pick<Integration, 'kind'> & { batch?: BatchOffer | null | undefined },
  { batchEvents, batchBytes, batchSeconds }: SettingsValues,
): BatchTerms | null {
  if (kind !== 'webhook') return batch ? termsOf(batch) : null
  if (typeof batchEvents !== 'number') return null
  return termsOf({
    maxEvents: batchEvents,
    ...(typeof batchBytes === 'number' && { maxBytes: batchBytes }),
    ...(typeof batchSeconds === 'number' && { maxSeconds: batchSeconds }),
  })
}

function termsOf({ maxEvents, maxBytes = USUAL.bytes, maxSeconds = USUAL.seconds }: BatchOffer): BatchTerms {
  return { maxEvents, maxBytes, maxWaitMs: Math.round(maxSeconds * 1_000) }
}
