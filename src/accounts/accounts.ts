import type { Context } from '../context.ts'
import type { Database } from '../settings/index.ts'
import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { Library } from './library.ts'
import type { SubjectReaders } from './subjects.ts'
import { Writes } from './writes.ts'

/** As SQL, of a workspace and a person by their ids. */
export type CountUnread = (workspaceId: SQLWrapper, userId: SQLWrapper) => SQL<number>

export interface AccountsOptions {
  ctx: Context
  db: Database
  /** The secret that speaks for the owner of the first workspace, and claims a new deployment. */
  adminToken: string | undefined
  /** Anybody may sign up, and gets a workspace of their own. */
  openSignUp: boolean
  /** Where mail goes, as JSON; see `mail.ts`. */
  mailWebhook: string | undefined
  /** What changes can be about. */
  subjects: SubjectReaders
  /** Counts what a person has not seen of a workspace, in the query that finds out who they are. */
  unread?: CountUnread | undefined
}

/** What this room's functions need. */
export interface Accounts extends AccountsOptions {
  /** Keys that sign and encrypt what people hold: the first one writes, all read. Throws without `ENCRYPTION_KEYS`. */
  keys(): Promise<{ version: number; value: string }[]>
  /** The library as it serves `origin`, loaded when first asked for: ingest never pays for it. */
  library(origin: string): Promise<Library>
  /** Changes of this minute, in pages and API together. */
  writes: Writes
}

/** Origins that one isolate keeps a library for. */
const MOST_ORIGINS = 8

export function openAccounts(options: AccountsOptions): Accounts {
  const libraries = new Map<string, Promise<Library>>()
  let derived: Promise<{ version: number; value: string }[]> | undefined
  const keys = async () => {
    derived ??= options.db.secrets().derive('people')
    return derived
  }
  const library = async (origin: string) => {
    const known = libraries.get(origin)
    if (known) return known
    const opening = import('./library.ts').then(async ({ openLibrary }) =>
      openLibrary(options.db, await keys(), origin),
    )
    if (libraries.size >= MOST_ORIGINS) libraries.clear()
    libraries.set(origin, opening)
    opening.catch(() => libraries.delete(origin))
    return opening
  }
  return { ...options, keys, library, writes: new Writes() }
}
