import type { LedgerFigures } from '../local.ts'

/** What was put into a data directory, and how it stood when it was closed. Beside `directory.tar.gz`. */
export interface Manifest {
  version: string
  /** Milliseconds: when the platform that wrote it had ended. */
  stoppedAt: number
  /** Where the receiver of all destinations listened; whoever opens the directory moves it. */
  receiver: string
  people: Visit[]
  /** Every GET of the API that is to be answered as before, by whom it is asked. */
  reads: { as: string; path: string; data: unknown }[]
  /** What was owed, by destination. */
  lanes: Owed[]
  /** Accepted, and not taken out of the inbox yet. */
  inbox: { source: string; destination: string; ids: string[] }
  /** Known to a source, and at the receiver's `path` already: sent again they are duplicates. */
  known: { destination: string; path: string; writeKey: string; ids: string[] }
  /** Events whose rows have left the log of their source. */
  sealed: string[]
}

export interface Visit {
  who: string
  /** Without a password nobody signs in anew. */
  email?: string
  password?: string
  /** Pages, and words that stand in each. */
  sees: Record<string, string[]>
  /** Those of a browser that is signed in. */
  cookies: Record<string, string>
  /** The secret of an authenticator app. */
  totp?: string
  recoveryCode?: string
}

export interface Owed {
  destination: string
  /** Whose API it is asked by. */
  as: string
  /** What a person does about it. */
  remedy: 'none' | 'resume' | 'enable' | 'try-now'
  /** Of the receiver, so that each lane's arrivals are told apart. */
  path: string
  /** Signs each body, or goes along as the customer's key. */
  secret: string
  ledger: LedgerFigures
  /** Message ids. */
  pending: string[]
  dead: string[]
}
