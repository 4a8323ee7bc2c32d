import type { JsonObject, RejectCode, SentFacts, SpecEvent, WarnCode } from '../../event/index.ts'
import type { Fate, RejectedAt } from '../../intake/index.ts'

/** An event as the debugger shows it; of a rejected one type, name and ids are there as far as its text tells them. */
export interface TailEvent {
  /** `17.3`: batch and place in it; of a rejected one `17.r0`. */
  id: string
  status: 'accepted' | 'rejected'
  /** ISO time of the request that brought it. */
  at: string
  type: string | null
  /** Of a track its event, of a page or screen its name. */
  name: string | null
  messageId: string | null
  userId: string | null
  anonymousId: string | null
  /** Codes of what could not be taken as it was meant. */
  warnings: readonly WarnCode[]
  /** Why it was rejected. */
  code: RejectCode | null
  /** Destinations that get it, and those that do not; `null`: rejected, or so old that it is no longer known. */
  destinations: Fate | null
  /** `null` when the archive has it no longer, it is too long to be sent live, or it was rejected. */
  payload: JsonObject | null
  /** Of a rejected one, what was sent, cut; else what stands for a payload that is not there. */
  text: string | null
}

export interface TailPage {
  /** The newest first. */
  events: TailEvent[]
  /** Events that were looked at, those without the text among them. */
  looked: number
  /** The `before` of the next page, as `17.3`; `null`: there are no more. */
  next: string | null
}

/** What is known of an accepted event beside its payload. */
interface AcceptedFacts {
  id: string
  /** ISO time, for an event that does not say when it was received. */
  committedAt: string
  warnings: readonly WarnCode[]
  destinations: Fate | null
}

/** `payload`: as it is archived; `null` when the archive has it no longer. */
export function acceptedEvent(payload: SpecEvent | null, { committedAt, ...facts }: AcceptedFacts): TailEvent {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    ...facts,
    status: 'accepted',
    at: payload?.receivedAt ?? committedAt,
    type: payload?.type ?? null,
    name: text(payload?.type === 'track' ? payload.event : payload?.name),
    messageId: payload?.messageId ?? null,
    userId: text(payload?.userId),
    anonymousId: text(payload?.anonymousId),
    code: null,
    payload,
    text: null,
  }
}

export function rejectedEvent(id: string, rejected: RejectedAt & SentFacts): TailEvent {
  return { id, status: 'rejected', ...rejected, warnings: [], destinations: null, payload: null }
}
