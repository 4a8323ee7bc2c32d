import { addSketch, decodeSketch, encodeSketch, newSketch, noteId, type Sketch, sizeOfSketch } from './sketch.ts'

/** Of whom events are, as a sketch each: user ids, anonymous ids, and of the latter those that came with a user id. */
export type TrackedUsers = Record<TrackedKind, Sketch>

const KINDS = ['identified', 'anonymous', 'anonymousIdentified'] as const
export type TrackedKind = (typeof KINDS)[number]

/** As it is stored and sent: a text a sketch. */
export type StoredUsers = Record<TrackedKind, string>

/** How many there are of each. Unit: people, 1.6 % off (standard error). */
export type UserCounts = Record<TrackedKind, number>

/** Two words of 32 bits of an id. */
type Fingerprint = (id: string) => readonly [high: number, low: number]

export function noUsers(): TrackedUsers {
  return of(newSketch)
}

/** Notes of whom an event is. */
export function noteUsers(
  users: TrackedUsers,
  { userId, anonymousId }: { userId?: string | null; anonymousId?: string | null },
  fingerprint: Fingerprint,
): void {
  if (userId) noteId(users.identified, ...fingerprint(userId))
  if (!anonymousId) return
  const words = fingerprint(anonymousId)
  noteId(users.anonymous, ...words)
  if (userId) noteId(users.anonymousIdentified, ...words)
}

/** Adds those of `more`; whether any was new. */
export function addUsers(into: TrackedUsers, more: TrackedUsers): boolean {
  return KINDS.map((kind) => addSketch(into[kind], more[kind])).includes(true)
}

export function countUsers(users: TrackedUsers): UserCounts {
  return of((kind) => sizeOfSketch(users[kind]))
}

export function encodeUsers(users: TrackedUsers): StoredUsers {
  return of((kind) => encodeSketch(users[kind]))
}

export function decodeUsers(stored: StoredUsers): TrackedUsers {
  return of((kind) => decodeSketch(stored[kind]))
}

function of<T>(make: (kind: TrackedKind) => T): Record<TrackedKind, T> {
  return {
    identified: make('identified'),
    anonymous: make('anonymous'),
    anonymousIdentified: make('anonymousIdentified'),
  }
}
