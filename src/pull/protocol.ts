import type { JsonObject } from '../event/index.ts'
import type { SettingField, SettingsValues } from '../integrations/index.ts'
import type { VendorApi } from './api.ts'

/** An object as a vendor has it now, or that it is gone. */
export interface PulledObject {
  collection: string
  id: string
  /** All of it, but for `isDeleted`. */
  properties: JsonObject
  isDeleted?: true
}

/** Something that has happened at a vendor, as a `track` call. Its `messageId` is made of the vendor's id of it. */
export interface PulledEvent {
  /** Milliseconds. */
  at: number
  call: JsonObject
}

export interface PulledPage {
  objects: PulledObject[]
  /** Of a page that tells of changes what has happened, the first first. */
  events?: PulledEvent[]
  /** What the next page is asked by; `null`: it was the last. */
  next: string | null
  /** Passes of whole collections that may hold what this page could not read, each with why. */
  unread?: { pass: string; code: string; words: string }[]
}

/** Where in a pass a page is, and what it is read for. */
export interface PullPlace {
  cursor: string | null
  since: number
  wanted: ReadonlySet<string>
}

/** What was looked at of a connection, in words. */
export interface PullCheck {
  code: string
  ok: boolean
  words: string
}

/**
 * A vendor whose objects are pulled. A run goes through passes, each page by page: those of collections that were never
 * read whole, then those of what has changed. What a page answers is the state at that moment, and anything may come twice.
 */
export interface Vendor {
  id: string
  /** As its tables are called. */
  collections: readonly string[]
  /** A switch `events` among them: what has happened is sent to destinations too. */
  fields: readonly SettingField[]
  /** Calls a second. */
  perSecond: number
  /** How far back changes can be asked for, in milliseconds: after a longer gap everything is read. */
  changesMs: number
  base(settings: SettingsValues): string
  headers(settings: SettingsValues): Record<string, string>
  /** What a failed answer means. */
  fault(status: number, body: JsonObject, headers: Headers): PullError
  /** Passes that read these collections whole. */
  wholePasses(collections: ReadonlySet<string>): string[]
  /** Passes that read what of these has changed. */
  changePasses(collections: ReadonlySet<string>): string[]
  /** `since`: milliseconds, of a pass of changes; `wanted`: collections, of others nothing has to be read. */
  page(pass: string, place: PullPlace, api: VendorApi): Promise<PulledPage>
  /** Looks whether a pass can be read at all; throws a `PullError` if not. */
  look(pass: string, api: VendorApi): Promise<unknown>
}

/**
 * Why a call came to nothing. `again`: the same may work later; `person`: somebody has to change something; `pass`: this
 * pass cannot be read, others can; `missing`: there is no such thing (any more).
 */
export class PullError extends Error {
  override readonly name = 'PullError'
  readonly code: string
  readonly kind: 'again' | 'person' | 'pass' | 'missing'
  /** Milliseconds that the vendor wants to be left alone. */
  readonly afterMs: number | undefined

  constructor(code: string, words: string, kind: PullError['kind'], afterMs?: number) {
    super(words)
    this.code = code
    this.kind = kind
    this.afterMs = afterMs
  }
}

/** What a puller goes by, as it is set up now. */
export interface PullTerms {
  /** Grows with each change. */
  version: number
  paused: boolean
  vendor: Vendor
  /** Secrets in clear. */
  settings: SettingsValues
  leftOut: readonly string[]
}

export interface PullTrouble {
  code: string
  words: string
  /** Of one pass alone. */
  pass?: string
}

/** A run, under way or over. Times are milliseconds. */
export interface PullRun {
  id: string
  cause: 'schedule' | 'person' | 'settings'
  startedAt: number
  endedAt: number | null
  /** Objects that were read, calls of the vendor's API. */
  objects: number
  calls: number
  passes: { done: number; all: number; current: string | null }
  /** Passes that could not be read. */
  troubles: PullTrouble[]
}

export interface PullReport {
  state: 'idle' | 'running' | 'failing' | 'paused'
  run: PullRun | null
  last: PullRun | null
  nextAt: number | null
  failures: number
  error: PullTrouble | null
  /** Since it is there. */
  objects: number
  calls: number
  /** Of each collection the objects that were read, and whether it was once read whole. */
  collections: Record<string, { objects: number; isWhole: boolean }>
  at: number
}
