import { isObject, type JsonObject } from '../event/index.ts'
import type { Problem } from '../refusal.ts'
import type { CollectedObject } from '../tables/index.ts'

/** Characters of a collection's name, and of an object's id. */
const NAME_CHARS = 100
const ID_CHARS = 100
/** Bytes of one object as compact JSON. */
export const OBJECT_BYTES = 400 * 1024
/** How deeply properties may nest: later rooms go down by calls. */
const MOST_LEVELS = 100

const NAME = /^[a-z0-9](?:[a-z0-9_]*[a-z0-9])?$/

/** Why this is no name of a collection, in words; `undefined`: it is one. */
export function faultOfCollection(collection: unknown): string | undefined {
  if (typeof collection !== 'string' || collection === '')
    return 'A collection is needed: the name of the table, such as "rooms".'
  if (collection.length > NAME_CHARS) return `A collection has at most ${NAME_CHARS} characters.`
  if (!NAME.test(collection)) return 'A collection has small letters, digits and _ only, and no _ at either end.'
  return undefined
}

export type CheckedObject = { ok: true; object: CollectedObject } | { ok: false; problem: Problem }

/** One object as it was sent, checked. `receivedAt`: ISO time; `field`: where it stands in what was sent. */
export function checkObject(raw: unknown, collection: string, receivedAt: string, field: string): CheckedObject {
  const wrong = (at: string, message: string): CheckedObject => ({
    ok: false,
    problem: { field: [field, at].filter((part) => part !== '').join('.'), message },
  })
  if (!isObject(raw)) return wrong('', 'An object with id and properties is needed.')
  const { id, properties } = raw
  if (typeof id !== 'string' || id === '') return wrong('id', 'An id is needed, as text.')
  if (id.length > ID_CHARS) return wrong('id', `An id has at most ${ID_CHARS} characters.`)
  if (!isObject(properties)) return wrong('properties', 'Properties are needed, as a JSON object.')
  if (isDeeper(properties, MOST_LEVELS))
    return wrong('properties', `Properties nest at most ${MOST_LEVELS} levels deep.`)
  return { ok: true, object: { collection, id, properties, receivedAt } }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value as JsonObject).some((one) => isDeeper(one, levels - 1))
}
