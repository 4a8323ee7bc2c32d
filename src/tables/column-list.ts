/** A column of one kind of rows, with room for whoever fills a row: which row it was last in, and where. */
export interface Slot {
  column: string
  row: number
  at: number
}

/** How much is remembered of names, in characters; what is beside them counts as some too. */
export interface Remembered {
  characters: number
}

/** What a list takes, in characters. */
const LIST = 200
const COLUMN = 8

/**
 * Columns in the order of a row's values, made one by one. What has the same keys in the same order, as all events of an
 * SDK have, has the same list, so that what is known of its columns is found by the list alone.
 */
export class ColumnList {
  readonly #before: readonly string[] | ColumnList
  readonly #last: string | ColumnList | null
  readonly #remembered: Remembered
  #columns: readonly string[] | null = null
  /** The step that was taken last: nearly always it is the next one too. */
  #lastStep: Slot | ColumnList | null = null
  #lastList: ColumnList | null = null
  #steps: Map<Slot | ColumnList, ColumnList> | null = null

  constructor(before: readonly string[] | ColumnList, remembered: Remembered, last: string | ColumnList | null = null) {
    this.#before = before
    this.#last = last
    this.#remembered = remembered
    remembered.characters += LIST
  }

  get columns(): readonly string[] {
    this.#columns ??= this.#written()
    return this.#columns
  }

  /** The list with a column more, or with those of another list. */
  with(step: Slot | ColumnList): ColumnList {
    if (this.#lastStep === step && this.#lastList) return this.#lastList
    let list = this.#steps?.get(step)
    if (!list) {
      list = new ColumnList(this, this.#remembered, step instanceof ColumnList ? step : step.column)
      this.#steps ??= new Map()
      this.#steps.set(step, list)
    }
    this.#lastStep = step
    this.#lastList = list
    return list
  }

  #written(): readonly string[] {
    const ends: (string | readonly string[])[] = []
    const lists: ColumnList[] = [this]
    // Not by calls: an object may have thousands of keys.
    for (const list of lists) {
      if (list.#last !== null) ends.push(list.#last instanceof ColumnList ? list.#last.columns : list.#last)
      const before = list.#before
      if (!(before instanceof ColumnList)) ends.push(before)
      else if (before.#columns !== null) ends.push(before.#columns)
      else lists.push(before)
    }
    const columns = ends.toReversed().flat()
    this.#remembered.characters += columns.length * COLUMN
    return columns
  }
}
