import { isEmpty } from './event-set.ts'
import { decodeWork, encodeWork, groupOf, originLog, type Place, type Work } from './work.ts'

/** Ids are milliseconds times this, so that rows lie in the order in which they are due. */
const IDS_PER_MS = 1_000
/** Rows that one look for an event reads whole, of those that have events from before its batch and after it. */
const MOST_OPENED = 50

interface Front {
  id: number
  /** Milliseconds. */
  due: number
  /** In the lane's own time. */
  deadline: number
}

interface Row extends Record<string, SqlStorageValue> {
  id: number
  deadline: number
}

/**
 * Works that wait outside of memory, in rows by the time when they are due: what comes in while a lane cannot send is put
 * together into rows of many batches. Their counts are in the lane's own row. Changes are kept until `write`.
 */
export class Held {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #puts = new Map<number, Work>()
  readonly #gone = new Set<number>()
  #front: Front | null | undefined
  #opened: { id: number; work: Work } | undefined
  #tail: { id: number; work: Work; chars: number } | undefined
  #oldest: number | null | undefined

  constructor(sql: Pick<SqlStorage, 'exec'>) {
    this.#sql = sql
    sql.exec(
      `CREATE TABLE IF NOT EXISTS held
       (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, deadline INTEGER NOT NULL, log TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, body TEXT NOT NULL)`,
    )
  }

  /** The first row by its time, without what is in it. */
  get front(): Front | null {
    if (this.#front === undefined) {
      const gone = [...this.#gone].join()
      const [row] = this.#sql
        .exec<Row>(`SELECT id, deadline FROM held WHERE id NOT IN (${gone}) ORDER BY id LIMIT 1`)
        .toArray()
      const rows = [...this.#puts].map(([id, work]) => ({ id, deadline: deadlineOf(work) }))
      const [first] = [...(row && !this.#puts.has(row.id) ? [row] : []), ...rows].toSorted((a, b) => a.id - b.id)
      this.#front = first ? { id: first.id, deadline: first.deadline, due: Math.floor(first.id / IDS_PER_MS) } : null
    }
    return this.#front
  }

  /** What is in the first row. */
  get first(): Work | null {
    const { front } = this
    if (!front) return null
    if (this.#opened?.id !== front.id) this.#opened = { id: front.id, work: this.#read(front.id) }
    return this.#opened.work
  }

  /**
   * Puts a work to the others, into the row `tail` where it fits: answers in which row new works are put together.
   * `tail` is the last answer.
   */
  put(work: Work, tail: number | null, mostChars: number): number | null {
    const fresh = work.groups.every(({ attempt, last }) => attempt === 0 && !last) && work.origin === undefined
    const own = encodeWork(work).length
    if (fresh && tail !== null && this.#join(work, own, tail, mostChars)) return tail
    const due = Math.min(...work.groups.map((group) => group.due))
    const id = this.#freeId(due)
    this.#set(id, work)
    if (!fresh) return tail
    this.#tail = { id, work, chars: own }
    return id
  }

  /** Takes the first row out. */
  shift(): Work | null {
    const work = this.first
    const { front } = this
    if (!work || !front) return null
    this.#puts.delete(front.id)
    this.#gone.add(front.id)
    if (this.#tail?.id === front.id) this.#tail = undefined
    this.#front = undefined
    this.#opened = undefined
    return work
  }

  /**
   * The stored work that has this event; `null`: none has it; `undefined`: there are more rows than one look passes, and
   * none of those that it passed has it.
   */
  find({ log, seq, event }: Place, mostRows: number): Work | null | undefined {
    const ids = this.#sql
      .exec<{ id: number }>(
        `SELECT id FROM (SELECT id, log, first, last FROM held ORDER BY id LIMIT ?)
         WHERE log = ? AND first <= ? AND last >= ? ORDER BY last - first LIMIT ?`,
        mostRows,
        log,
        seq,
        seq,
        MOST_OPENED + 1,
      )
      .toArray()
    for (const { id } of ids.slice(0, MOST_OPENED)) {
      const work = this.#read(id)
      if (groupOf(work, { log, seq, event })) return work
    }
    return ids.length > MOST_OPENED || this.#isBeyond(mostRows) ? undefined : null
  }

  /** Milliseconds since when the oldest of what is stored is owed; `null`: more rows than one look passes. */
  oldest(mostRows: number): number | null {
    if (this.#oldest === undefined) {
      const { at } = this.#sql
        .exec<{ at: number | null }>('SELECT min(at) AS at FROM (SELECT at FROM held LIMIT ?)', mostRows)
        .one()
      this.#oldest = this.#isBeyond(mostRows) ? null : (at ?? Infinity)
    }
    return this.#oldest
  }

  /** Stores what has changed, in a transaction of the caller. */
  write(): void {
    if (this.changed) this.#oldest = undefined
    for (const id of this.#gone) this.#sql.exec('DELETE FROM held WHERE id = ?', id)
    for (const [id, work] of this.#puts) {
      const seqs = work.parts.flatMap(({ seq, more = [] }) => [seq, ...more.map((piece) => piece.seq)])
      this.#sql.exec(
        'INSERT OR REPLACE INTO held (id, at, deadline, log, first, last, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        work.at,
        deadlineOf(work),
        originLog(work),
        Math.min(...seqs),
        Math.max(...seqs),
        encodeWork(work),
      )
    }
  }

  get changed(): boolean {
    return this.#puts.size + this.#gone.size > 0
  }

  /** After the transaction. */
  written(): void {
    this.#puts.clear()
    this.#gone.clear()
  }

  #join(work: Work, own: number, tail: number, mostChars: number): boolean {
    if (this.#gone.has(tail)) return false
    if (this.#tail?.id !== tail) {
      const known = this.#has(tail) ? this.#read(tail) : undefined
      this.#tail = known && { id: tail, work: known, chars: encodeWork(known).length }
    }
    const into = this.#tail
    if (!into || into.work.log !== work.log || into.chars + own > mostChars) return false
    const parts = into.work.parts.length
    into.work.parts.push(...work.parts)
    into.work.groups.push(...work.groups.map((group) => ({ ...group, part: group.part + parts })))
    into.work.id = work.id
    into.work.to = work.to
    into.chars += own
    this.#set(tail, into.work)
    return true
  }

  #set(id: number, work: Work): void {
    this.#puts.set(id, work)
    this.#front = undefined
    if (this.#opened?.id === id) this.#opened = undefined
  }

  #freeId(due: number): number {
    let id = Math.ceil(due) * IDS_PER_MS
    while (this.#puts.has(id) || this.#gone.has(id) || this.#has(id)) id++
    return id
  }

  #isBeyond(rows: number): boolean {
    return this.#sql.exec('SELECT 1 FROM held ORDER BY id LIMIT 1 OFFSET ?', rows).toArray().length > 0
  }

  #has(id: number): boolean {
    return this.#puts.has(id) || this.#sql.exec('SELECT 1 FROM held WHERE id = ?', id).toArray().length > 0
  }

  #read(id: number): Work {
    const put = this.#puts.get(id)
    if (put) return put
    return decodeWork(this.#sql.exec<{ body: string }>('SELECT body FROM held WHERE id = ?', id).one().body)
  }
}

/** In the lane's own time: when the first of its events is given up. */
export function deadlineOf({ groups }: Work): number {
  return Math.min(...groups.filter(({ events }) => !isEmpty(events)).map(({ deadline }) => deadline))
}
