import type { LaneState } from './store.ts'
import { decodeWork, encodeWork, type Work } from './work.ts'

/** Rows of works that are done, kept for the next ones at most; what is beyond them goes. */
const MOST_SPARE = 4

/**
 * The rows of the works that are in memory. That of a work that is done stays as it is: the lane's own row, which is written
 * for its figures anyway, says that it is spare, and the next work that comes is written over it. So the end of a work is one
 * row written, where removing its row would be a second one.
 */
export class WorkRows {
  readonly #sql: Pick<SqlStorage, 'exec'>
  readonly #state: Pick<LaneState, 'spare'>
  /** Ids in the table, those of spare rows too. */
  readonly #ids = new Set<number>()
  /** What the transaction under way changes of them. */
  readonly #came = new Set<number>()
  readonly #went = new Set<number>()

  /** Changes `state`, but leaves it to the lane to store it. */
  constructor(sql: Pick<SqlStorage, 'exec'>, state: Pick<LaneState, 'spare'>) {
    this.#sql = sql
    this.#state = state
  }

  /** All works that are not done, by their ids, so many at a time; what is read may be removed meanwhile. */
  *stored(limit: number): Generator<Work[]> {
    const spare = new Set(this.#state.spare)
    const query = 'SELECT id, body FROM work WHERE id > ? ORDER BY id LIMIT ?'
    for (let last = -1; ;) {
      const rows = this.#sql.exec<{ id: number; body: string }>(query, last, limit).toArray()
      for (const { id } of rows) this.#ids.add((last = id))
      if (rows.length > 0) yield rows.filter(({ id }) => !spare.has(id)).map(({ body }) => decodeWork(body))
      if (rows.length < limit) break
    }
    // One that has been written over is another's by now, and the lane's own row may not say so yet.
    this.#state.spare = this.#state.spare.filter((id) => this.#ids.has(id))
  }

  /** Stores what has changed, in a transaction of the caller, who stores the state where something is done. */
  write(works: Iterable<Work>, done: Iterable<number>): void {
    this.#forget()
    const spare = [...this.#state.spare]
    for (const id of done) {
      if (!this.#ids.has(id) || spare.includes(id)) continue
      if (spare.length < MOST_SPARE) spare.push(id)
      else this.#remove(id)
    }
    for (const work of works) {
      const { id } = work
      // What comes back to memory may find the row that it had.
      const own = spare.indexOf(id)
      if (own !== -1) spare.splice(own, 1)
      const free = this.#ids.has(id) ? undefined : spare.shift()
      if (free === undefined)
        this.#sql.exec('INSERT OR REPLACE INTO work (id, body) VALUES (?, ?)', id, encodeWork(work))
      else this.#sql.exec('UPDATE work SET id = ?, body = ? WHERE id = ?', id, encodeWork(work), free)
      this.#came.add(id)
      if (free !== undefined) this.#went.add(free)
    }
    this.#state.spare = spare
  }

  /** After the transaction. */
  written(): void {
    for (const id of this.#went) this.#ids.delete(id)
    for (const id of this.#came) this.#ids.add(id)
    this.#forget()
  }

  #remove(id: number): void {
    this.#sql.exec('DELETE FROM work WHERE id = ?', id)
    this.#went.add(id)
  }

  #forget(): void {
    this.#came.clear()
    this.#went.clear()
  }
}
