import { isObject, type JsonObject, parseJson } from '../event/index.ts'
import { OBJECT_BASE } from './fixed.ts'
import { keyText } from './keys.ts'
import type { Loose, LooseRow, TableSelection } from './loose.ts'
import type { Names } from './names.ts'

/** An object as a line of the archive has it: one state of the thing that `collection` and `id` name, or some of it. */
export interface CollectedObject {
  collection: string
  id: string
  /** Those that are named are set; `null` clears. Keys of an object among them are properties of their own. */
  properties: JsonObject
  /** ISO time. */
  receivedAt: string
  /** It is all of the object: properties that are not named have no value any more. */
  whole?: true
}

/** A line of the archive; `null`: it is none of an object. */
export function collectedObject(line: string): CollectedObject | null {
  try {
    const object = parseJson(line)
    const isOne =
      isObject(object) &&
      typeof object.collection === 'string' &&
      typeof object.id === 'string' &&
      typeof object.receivedAt === 'string' &&
      isObject(object.properties)
    return isOne ? (object as unknown as CollectedObject) : null
  } catch {
    return null
  }
}

/** What objects that were read one after another come to, of one id. */
interface Folded {
  table: string
  id: string
  receivedAt: string
  isWhole: boolean
  /** By column; `null`: cleared. */
  values: Map<string, unknown>
}

/**
 * Objects in their order as rows, one an id: of each column what was set last. `isAlone`: their schema has nothing else.
 * Lists are values, objects are columns of their keys, as with events. Never throws, whatever properties there are.
 */
export function objectRows(
  objects: readonly CollectedObject[],
  names: Names,
  { isAlone, selection }: { isAlone: boolean; selection?: TableSelection | undefined },
): Loose {
  const remarks: Loose['remarks'] = []
  const all = new Map<string, Folded>()
  for (const { collection, id, properties, receivedAt, whole } of objects) {
    const table = names.collection(collection, isAlone)
    if (selection?.(table, null) === false) continue
    const key = `${table} ${id}`
    const known = all.get(key)
    // The newest stands last: a load goes by the order in which things were set.
    if (known) all.delete(key)
    const before = whole || !known ? new Map<string, unknown>() : known.values
    const folded = { table, id, receivedAt, isWhole: whole === true || known?.isWhole === true, values: before }
    all.set(key, folded)
    const given = new Set<string>()
    const flatten = (object: JsonObject, above: string) => {
      for (const [name, value] of Object.entries(object)) {
        if (value === undefined) continue
        const { path, column } = names.objectColumn(above, name)
        if (path === null) {
          if (value !== null) remarks.push({ code: 'name_empty', table, column: null, id, value: { [name]: value } })
        } else if (isObject(value)) {
          flatten(value, path)
        } else if (selection?.(table, column) !== false) {
          if (given.has(column) && value !== null)
            remarks.push({ code: 'name_taken', table, column, id, value: folded.values.get(column) })
          given.add(column)
          folded.values.set(column, value)
        }
      }
    }
    flatten(properties, '')
  }
  return { rows: [...all.values()].map(rowOf), remarks }
}

function rowOf({ table, id, receivedAt, isWhole, values }: Folded): LooseRow {
  const set = [...values].filter(([, value]) => value !== null)
  const cleared = [...values].flatMap(([column, value]) => (value === null ? [column] : []))
  return {
    table,
    upsert: false,
    messageId: id,
    base: OBJECT_BASE.length,
    columns: [...OBJECT_BASE, ...set.map(([column]) => column)],
    values: [keyText(id), receivedAt, ...set.map(([, value]) => value)],
    clears: isWhole ? 'all' : cleared,
  }
}
