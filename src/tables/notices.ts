import type { NoticeCode, SyncNotice } from './protocol.ts'

/** Samples of a notice, and characters of an id or a value in each. */
const SAMPLES = 3
export const SAMPLE_CHARACTERS = 200
/** Notices that are told apart by table and column. Those beyond are one a code, with no table. */
const MOST_NOTICES = 200

/** What one row has to say: a notice with one sample. */
export interface Remark {
  code: NoticeCode
  table: string
  column: string | null
  /** The event's id, and the value as it came. */
  id: string
  value: unknown
}

/** Adds up remarks and notices as they come, bounded in number and size. */
export class NoticeBook {
  #notices = new Map<string, SyncNotice>()

  add({ code, table, column, id, value }: Remark): void {
    const notice = this.#noticeOf(code, table, column)
    notice.count++
    if (notice.samples.length < SAMPLES)
      notice.samples.push({ id: id.slice(0, SAMPLE_CHARACTERS), value: sample(value) })
  }

  fold(notices: readonly SyncNotice[]): void {
    for (const { code, table, column, count, samples } of notices) {
      const notice = this.#noticeOf(code, table, column)
      notice.count += count
      for (const { id, ...more } of samples.slice(0, SAMPLES - notice.samples.length))
        notice.samples.push({ id: id.slice(0, SAMPLE_CHARACTERS), ...more })
    }
  }

  list(): SyncNotice[] {
    return [...this.#notices.values()]
  }

  #noticeOf(code: NoticeCode, table: string, column: string | null): SyncNotice {
    const key = `${code} ${table} ${column ?? ''}`
    const known = this.#notices.get(key)
    if (known) return known
    if (this.#notices.size >= MOST_NOTICES && table !== '') return this.#noticeOf(code, '', null)
    const made: SyncNotice = { code, table, column, count: 0, samples: [] }
    this.#notices.set(key, made)
    return made
  }
}

/** Notices of several loads as those of one: counts added, three samples each, at most 200 and one more a code. */
export function foldNotices(...lists: readonly (readonly SyncNotice[])[]): SyncNotice[] {
  const book = new NoticeBook()
  for (const list of lists) book.fold(list)
  return book.list()
}

/** A value as it came, as text: a string itself, all else as JSON. */
function sample(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.slice(0, SAMPLE_CHARACTERS).toWellFormed()
}
