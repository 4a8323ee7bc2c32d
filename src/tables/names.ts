import { BASE_COLUMNS, FIXED_TABLES, LOADED_AT, OBJECT_BASE, type FixedTable } from './fixed.ts'
import { ColumnList, type Remembered, type Slot } from './column-list.ts'
import { sha256Text } from './keys.ts'
import { RESERVED_NAMES } from './reserved.ts'
import { snakeCase } from './snake-case.ts'

/** Schemas that are there already, and are not ours. */
const TAKEN_SCHEMA = /^(?:pg_|information_schema$|public$)/
/** Hexadecimal digits of the hash at the end of a name that was cut. */
const HASH_DIGITS = 8
/** Columns that rows of objects have whatever their properties are. */
const OBJECT_COLUMNS: ReadonlySet<string> = new Set([...OBJECT_BASE, LOADED_AT])
/** Characters of names that are remembered, all together; keys that never come twice make no more of them. */
const REMEMBERED = 2_000_000

/** The schema of a source, by its slug: `3doctors` → `_3doctors`. At most `nameBytes` long. */
export function schemaName(slug: string, nameBytes: number): string {
  const name = snakeCase(slug) || `source_${sha256Text(slug).slice(0, HASH_DIGITS)}`
  return cut(TAKEN_SCHEMA.test(name) ? `_${name}` : escaped(name), nameBytes)
}

/** What becomes of a key: its column, unless its name comes out empty, and the keys below it. */
export interface NamedKey {
  slot: Slot | null
  /** In snake case with the keys above it, not yet escaped or cut; `null`: no letter or digit in one of them. */
  path: string | null
  below: Map<string, NamedKey>
}

/**
 * Names of tables and columns in one schema, remembered from event to event. `columns` are of `context` or of the
 * properties or traits of one kind of table; two keys have the same `Slot` exactly when they have the same name.
 */
export class Names {
  readonly nameBytes: number
  #tables = new Map<string, string | null>()
  #scopes = new Map<string, Scope>()
  #lists = new Map<FixedTable | '', ColumnList>()
  readonly #remembered: Remembered = { characters: 0 }

  constructor(nameBytes: number) {
    this.nameBytes = nameBytes
  }

  /** To be called between two events: forgets names when there are too many of them. */
  tidy(): void {
    if (this.#remembered.characters < REMEMBERED) return
    this.#remembered.characters = 0
    this.#tables.clear()
    this.#scopes.clear()
    this.#lists.clear()
  }

  /** The base columns of such a table; `''`: none. */
  list(table: FixedTable | ''): ColumnList {
    let list = this.#lists.get(table)
    if (!list)
      this.#lists.set(table, (list = new ColumnList(table === '' ? [] : BASE_COLUMNS[table], this.#remembered)))
    return list
  }

  /** The table of a track event; `null`: no ASCII letter or digit in its name. */
  table(event: string): string | null {
    const known = this.#tables.get(event)
    if (known !== undefined) return known
    const plain = snakeCase(event)
    const isFixed = (FIXED_TABLES as readonly string[]).includes(plain)
    const name = plain === '' ? null : cut(isFixed ? `_${plain}` : escaped(plain), this.nameBytes)
    this.#tables.set(event, name)
    this.#remembered.characters += event.length + this.nameBytes
    return name
  }

  /** The table of a collection. `isAlone`: nothing else is in its schema, so no name is taken by tables of events. */
  collection(collection: string, isAlone: boolean): string {
    return isAlone ? cut(escaped(snakeCase(collection)), this.nameBytes) : (this.table(collection) ?? '')
  }

  /** A column of a property of objects, by the keys that lead to it; `null`: no ASCII letter or digit in one of them. */
  objectColumn(above: string, key: string): { path: string | null; column: string } {
    const word = snakeCase(key)
    if (word === '') return { path: null, column: '' }
    const path = above === '' ? word : `${above}_${word}`
    return { path, column: cut(OBJECT_COLUMNS.has(path) ? `_${path}` : escaped(path), this.nameBytes) }
  }

  /** The key under which all properties or traits of such a table's rows lie. */
  properties(table: FixedTable): NamedKey {
    return this.#scope(table).root
  }

  context(): NamedKey {
    return this.#scope('context').root
  }

  /** A key of an object that is itself the value of `above`. `table`: whose rows these are; `null`: of `context`. */
  below(above: NamedKey, key: string, table: FixedTable | null): NamedKey {
    const known = above.below.get(key)
    if (known) return known
    const word = above.path === null ? '' : snakeCase(key)
    const path = word === '' ? null : above.path === '' ? word : `${above.path}_${word}`
    const made: NamedKey = { slot: null, path, below: new Map() }
    if (path !== null) made.slot = this.#scope(table ?? 'context').slot(this.#column(path, table))
    above.below.set(key, made)
    this.#remembered.characters += key.length + (path?.length ?? 0) + this.nameBytes
    return made
  }

  #column(path: string, table: FixedTable | null): string {
    const isTaken =
      table !== null && (path === LOADED_AT || path.startsWith('context_') || BASE_COLUMNS[table].includes(path))
    return cut(isTaken ? `_${path}` : escaped(path), this.nameBytes)
  }

  #scope(name: FixedTable | 'context'): Scope {
    const known = this.#scopes.get(name)
    if (known) return known
    const made = new Scope(name === 'context' ? 'context' : '')
    this.#scopes.set(name, made)
    return made
  }
}

class Scope {
  readonly root: NamedKey
  #slots = new Map<string, Slot>()

  constructor(path: string) {
    this.root = { slot: null, path, below: new Map() }
  }

  slot(column: string): Slot {
    const known = this.#slots.get(column)
    if (known) return known
    const made = { column, row: 0, at: 0 }
    this.#slots.set(column, made)
    return made
  }
}

/** A `_` before what a warehouse takes for something else. No name in snake case begins with one by itself. */
function escaped(name: string): string {
  return /^\d/.test(name) || RESERVED_NAMES.has(name) ? `_${name}` : name
}

/** A name that is too long ends in a hash of the whole of it, so that two that begin alike stay two. All of it is ASCII. */
function cut(name: string, bytes: number): string {
  if (name.length <= bytes) return name
  return `${name.slice(0, bytes - HASH_DIGITS - 1)}_${sha256Text(name).slice(0, HASH_DIGITS)}`
}
