import type { JsonObject } from '../event/index.ts'
import type { AllowLocal, SettingField, SettingsValues } from '../integrations/index.ts'
import type { VendorApi } from './api.ts'
import type { OAuthClient, VendorOAuth } from './oauth.ts'

/** An object as a vendor has it now, or that it is gone. */
export interface PulledObject {
  collection: string
  id: string
  /** All of it, but for `is_deleted`. Of what is gone: what is still known of it; none: its row stays as it is. */
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
  /** How many of what `sizes` counts; default: all objects. */
  read?: number
}

/** Where in a pass a page is, and what it is read for. */
export interface PullPlace {
  cursor: string | null
  /** Milliseconds: what has changed since then is read; `null`: everything. */
  since: number | null
  /** Milliseconds: what changes after this is read by the next run too. */
  until: number
  /** Collections; of others nothing has to be read. */
  wanted: ReadonlySet<string>
}

/** What was looked at of a connection, in words. */
export interface PullCheck {
  code: string
  ok: boolean
  words: string
}

/** A collection that an account has beside those that every account has. */
export interface PullChoice {
  name: string
  label: string
}

/**
 * A vendor whose objects are pulled. A run goes through passes, each page by page: those that read collections whole which
 * are not known yet, then those that read what has changed in the others; a pass may do both. What a page answers is the state at that
 * moment, and anything may come twice. A method that cannot go on throws a `PullError`.
 */
export interface Vendor {
  id: string
  /** As people call it. */
  name: string
  /** As its tables are called. */
  collections: readonly string[]
  /** Collections beside those, which people choose. */
  choices?(api: VendorApi): Promise<PullChoice[]>
  /** A switch `events` among them: what has happened is sent to destinations too. */
  fields: readonly SettingField[]
  /** Names of the settings that tell accounts from each other: of another one nothing is known yet. Default: all. */
  account?: readonly string[]
  /** It is connected by OAuth, and `OAUTH_FIELDS` are among its fields. */
  oauth?: VendorOAuth
  /** Where it may be found, `*.example.com` for all beneath a name. Default: anywhere public. */
  hosts?: readonly string[]
  /** Calls a second. */
  perSecond: number
  /** For calls of a path that may come more rarely: which share a pace, and the milliseconds between two of them. */
  pace?(path: string): { lane: string; everyMs: number } | undefined
  /** How far back changes can be asked for, in milliseconds: after a longer gap everything is read. */
  changesMs: number
  /** Where paths begin. `moved`: another address of the same account, which came with its access. */
  base(settings: SettingsValues, moved: string | null): string
  headers(settings: SettingsValues): Record<string, string>
  /** What a failed answer means; `body` is its JSON, if it is any. */
  fault(status: number, body: unknown, headers: Headers): PullError
  /** Of an answer that is good: why nothing more is asked for now. */
  heed?(headers: Headers, settings: SettingsValues): PullError | undefined
  /** Passes that read these collections whole. */
  wholePasses(collections: ReadonlySet<string>): string[]
  /** Passes that read what of these has changed. */
  changePasses(collections: ReadonlySet<string>): string[]
  /** Milliseconds from one reading of what has changed to the next, where that is not an hour. */
  everyMs?(pass: string): number | undefined
  /** The collection of which a pass always lists everything, so that what is not listed any more is gone. */
  lists?(pass: string): string | undefined
  /** How many objects passes have, of those where the vendor can say so: for the estimate alone. */
  sizes?(passes: readonly string[], api: VendorApi): Promise<Record<string, number>>
  page(pass: string, place: PullPlace, api: VendorApi): Promise<PulledPage>
  /** Looks whether a pass can be read at all. */
  look(pass: string, api: VendorApi): Promise<unknown>
}

/**
 * Why a call came to nothing. `again`: the same may work later; `wait`: it is to be asked later, which is no failure;
 * `person`: somebody has to change something; `pass`: this pass cannot be read, others can; `anew`: the pass has to begin anew;
 * `missing`: there is no such thing (any more).
 */
export class PullError extends Error {
  override readonly name = 'PullError'
  readonly code: string
  readonly kind: 'again' | 'wait' | 'person' | 'pass' | 'anew' | 'missing'
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
  /** Collections that were chosen beside the vendor's. */
  added: readonly string[]
  /** The client of OAuth that this deployment has of this vendor. */
  client: OAuthClient | null
  allowLocal: AllowLocal
}

/** Collections that are pulled. */
export function wantedOf({ vendor, leftOut, added }: Pick<PullTerms, 'vendor' | 'leftOut' | 'added'>): Set<string> {
  return new Set([...vendor.collections, ...added].filter((name) => !leftOut.includes(name)))
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
  /** Objects of what is read whole: those that were, and about how many there are; `null`: the vendor does not count. */
  expected: { read: number; of: number } | null
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
  /** Why it waits though nothing has failed. */
  waiting: PullTrouble | null
  /** Since it is there. */
  objects: number
  calls: number
  /** Of each collection the objects that were read, and whether it was once read whole. */
  collections: Record<string, { objects: number; isWhole: boolean }>
  at: number
}
