import { isExactNumber } from '../event/index.ts'
import { momentOf } from './moments.ts'
import { fitsBits, integerText, numberText } from './numbers.ts'
import type { ColumnType } from './protocol.ts'

/** The type of a column that is made for a value of JSON. `null` has none. */
export function typeOfValue(value: unknown): ColumnType {
  switch (typeof value) {
    case 'string':
      return momentOf(value) === null ? 'text' : 'timestamp'
    case 'boolean':
      return 'boolean'
    case 'number':
      if (Number.isSafeInteger(value)) return 'bigint'
      return typeOfNumber(value)
    default:
      return isExactNumber(value) ? typeOfNumber(value) : 'text'
  }
}

function typeOfNumber(value: unknown): ColumnType {
  const digits = integerText(numberText(value) ?? '')
  return digits !== null && fitsBits(digits, 64) ? 'bigint' : 'double'
}

/** The type that holds what two types hold, within one load. */
export function commonType(one: ColumnType, other: ColumnType): ColumnType {
  if (one === other) return one
  const both = new Set([one, other])
  return both.has('bigint') && both.has('double') ? 'double' : 'text'
}
