import type { Context } from '../context.ts'
import type { SweepStorage } from './sweep.ts'

/** Requests that came to one address where nothing is set up to take them. Nothing of them was taken. */
export interface Stray {
  /** As it was asked for, cut to plain characters. */
  path: string
  /** The source whose write key they had, if any. */
  sourceId?: string
  requests: number
  /** Milliseconds: when the last of them came. */
  last: number
}

/** What an isolate has counted since it last said so. */
export type StrayNote = Omit<Stray, 'last'>

/** A job that runs once a night is seen all the time. */
const KEPT_MS = 48 * 3_600_000
/** Anybody can make up addresses, so few are kept. */
const MOST = 40
const MOST_OF_A_SOURCE = 4

/** Where requests went astray lately, in one row however many come. */
export class Strays {
  readonly #sql: SweepStorage['sql']
  readonly #ctx: Context

  constructor({ sql }: Pick<SweepStorage, 'sql'>, ctx: Context) {
    this.#sql = sql
    this.#ctx = ctx
    sql.exec('CREATE TABLE IF NOT EXISTS strays (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  /** Counts requests that came to addresses where nothing takes them. */
  noteStrays(notes: readonly StrayNote[]): void {
    const now = this.#ctx.now()
    const known = new Map(this.strays().map((stray) => [keyOf(stray), stray]))
    for (const note of notes) {
      const requests = note.requests + (known.get(keyOf(note))?.requests ?? 0)
      known.set(keyOf(note), { ...note, requests, last: now })
    }
    const body = JSON.stringify(mostTelling([...known.values()]))
    this.#sql.exec('INSERT OR REPLACE INTO strays (id, body) VALUES (1, ?)', body)
  }

  /** Of the last two days, the most telling first. */
  strays(): Stray[] {
    const [row] = this.#sql.exec<{ body: string }>('SELECT body FROM strays WHERE id = 1').toArray()
    const all = row ? (JSON.parse(row.body) as Stray[]) : []
    return all.filter(({ last }) => this.#ctx.now() - last < KEPT_MS)
  }
}

function keyOf({ path, sourceId = '' }: StrayNote): string {
  return `${sourceId} ${path}`
}

/** Those with a write key of ours first: what a stranger makes up does not drive them out. Then the frequent, then the newest. */
function mostTelling(strays: Stray[]): Stray[] {
  const ofSource = new Map<string, number>()
  const sorted = strays.toSorted(
    (a, b) =>
      Number(b.sourceId !== undefined) - Number(a.sourceId !== undefined) || b.requests - a.requests || b.last - a.last,
  )
  return sorted
    .filter(({ sourceId }) => {
      if (sourceId === undefined) return true
      const before = ofSource.get(sourceId) ?? 0
      ofSource.set(sourceId, before + 1)
      return before < MOST_OF_A_SOURCE
    })
    .slice(0, MOST)
}
