import { isExactNumber } from '../event/index.ts'
import { momentOf } from './moments.ts'
import { fitsBits, integerText, isDecimal, numberText, plainDecimal, wholePart } from './numbers.ts'
import type { CellText, NoticeCode, TableColumn } from './protocol.ts'
import { cleanText, cutToColumn } from './text.ts'

/** Told what of a value could not be kept. */
export type Say = (code: NoticeCode) => void

/**
 * A value of JSON as a column takes it, cast where it can be; where it cannot, NULL. What does not arrive as it was sent is
 * said once.
 */
export function cellOf(value: unknown, column: TableColumn, say: Say): CellText {
  if (value === null || value === undefined) return null
  switch (column.type) {
    case 'text':
      return textCell(value, column, say)
    case 'bigint':
      return integerCell(value, column, say)
    case 'double':
      return doubleCell(value, say)
    case 'numeric':
      return numericCell(value, column, say)
    case 'boolean':
      return booleanCell(value, say)
    case 'timestamp':
      return (typeof value === 'string' ? momentOf(value) : null) ?? refused(say)
    case 'json':
      return jsonCell(value, say)
    case 'unknown':
      say('type_unknown')
      return null
  }
}

function refused(say: Say, code: NoticeCode = 'not_castable'): null {
  say(code)
  return null
}

function textCell(value: unknown, { most }: TableColumn, say: Say): CellText {
  const sent = typeof value === 'string' ? value : JSON.stringify(value)
  const clean = cleanText(sent)
  const text = most ? cutToColumn(clean, most) : clean
  if (text.length < clean.length) say('text_cut')
  else if (clean !== sent) say('text_cleaned')
  return text
}

/** The text of what may be a number: a boolean is 0 or 1. */
function digitsOf(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'string') return isDecimal(value) ? value : null
  return numberText(value)
}

function integerCell(value: unknown, { most }: TableColumn, say: Say): CellText {
  const bits = most?.bits ?? 64
  if (bits === 64 && Number.isSafeInteger(value)) return String(value)
  const text = digitsOf(value)
  if (text === null) return refused(say)
  const digits = integerText(text)
  // A text with a fraction is no integer that somebody quoted: a version, an amount.
  if (digits === null && typeof value === 'string') return refused(say)
  const whole = digits ?? wholePart(text)
  if (whole === null || !fitsBits(whole, bits)) return refused(say, 'out_of_range')
  if (digits === null) say('fraction_lost')
  return whole
}

function doubleCell(value: unknown, say: Say): CellText {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  const text = digitsOf(value)
  if (text === null) return refused(say)
  const double = Number(text)
  if (!Number.isFinite(double) || (double === 0 && /[1-9]/.test(text.replace(/e.*/i, ''))))
    return refused(say, 'out_of_range')
  const isWhole = typeof value !== 'number' && text.length > 15 && integerText(text) !== null
  if (isWhole && BigInt(double) !== BigInt(integerText(text) ?? 0)) say('digits_lost')
  return String(double)
}

const PRECISION = /\((\d+)(?:,\s*(-?\d+))?\)/

function numericCell(value: unknown, { declared = '' }: TableColumn, say: Say): CellText {
  const text = digitsOf(value)
  if (text === null) return refused(say)
  const number = plainDecimal(text)
  if (number === null) return refused(say, 'out_of_range')
  const { negative, whole, fraction } = number
  const [, precision, scale = '0'] = PRECISION.exec(declared) ?? []
  if (precision === undefined) return written(negative, whole, fraction)
  const digits = Math.max(0, Number(scale))
  if (whole.replace(/^0$/, '').length > Number(precision) - Number(scale)) return refused(say, 'out_of_range')
  if (fraction.length > digits) say('fraction_lost')
  return written(negative, whole, fraction.slice(0, digits))
}

function written(negative: boolean, whole: string, fraction: string): string {
  const text = fraction === '' ? whole : `${whole}.${fraction}`
  return negative && /[1-9]/.test(text) ? `-${text}` : text
}

function booleanCell(value: unknown, say: Say): CellText {
  if (typeof value === 'boolean') return value ? 't' : 'f'
  if (value === 0 || value === 1) return value === 1 ? 't' : 'f'
  const word = typeof value === 'string' ? value.toLowerCase() : ''
  if (word === 'true' || word === 'false') return word === 'true' ? 't' : 'f'
  return refused(say)
}

/** Escapes in JSON that PostgreSQL's `jsonb` refuses: of NUL, and of half a character. */
const HARD_ESCAPES = /\\u(?:0000|d[89a-f])/i

function jsonCell(value: unknown, say: Say): CellText {
  const sent = JSON.stringify(value)
  if (!HARD_ESCAPES.test(sent)) return sent
  const clean = JSON.stringify(cleanJson(value))
  if (clean !== sent) say('text_cleaned')
  return clean
}

function cleanJson(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanJson)
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [cleanText(key), cleanJson(part)]))
}
