import { isExactNumber } from '../event/index.ts'

const INTEGER = /^[-+]?\d+$/
const DECIMAL = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/
/** Digits of an integer before anything is said of its size: no column has more. */
const MOST_DIGITS = 1_000

/** The text of a number as it was sent, without loss: of a double, the shortest that says it. `null`: no number. */
export function numberText(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  return isExactNumber(value) ? value.rawJSON : null
}

/**
 * Digits of an integer, as `-12`: `1.0`, `1.50e1` and `+007` are integers too. `null`: it has a fraction, or is no number,
 * or has a thousand digits and more.
 */
export function integerText(text: string): string | null {
  if (text.length < 16 && INTEGER.test(text)) return String(Number(text) + 0)
  const parts = DECIMAL.exec(text)
  if (!parts) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  if (whole + fraction === '') return null
  const digits = (whole + fraction).replace(/0+$/, '')
  if (digits.replace(/^0+/, '') === '') return '0'
  const length = whole.length + Number(exponent)
  if (length < digits.length || length > MOST_DIGITS) return null
  return (sign === '-' ? '-' : '') + digits.padEnd(length, '0').replace(/^0+/, '')
}

/** An integer without its fraction, towards zero: `-1.5` → `-1`. `null` as of `integerText`, for other reasons. */
export function wholePart(text: string): string | null {
  const parts = DECIMAL.exec(text)
  if (!parts) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const length = whole.length + Number(exponent)
  if (whole + fraction === '' || length > MOST_DIGITS) return null
  const digits = length <= 0 ? '' : (whole + fraction).slice(0, length).padEnd(length, '0').replace(/^0+/, '')
  return digits === '' ? '0' : (sign === '-' ? '-' : '') + digits
}

/** Whether an integer's digits fit into so many bits, one of them its sign. */
export function fitsBits(digits: string, bits: number): boolean {
  // Fifteen digits are less than 2⁵³: no need of big numbers.
  if (bits === 64 && digits.length < 18) return true
  const value = BigInt(digits)
  return BigInt.asIntN(bits, value) === value
}

/** Whether a text is a decimal number, maybe with an exponent. */
export function isDecimal(text: string): boolean {
  const parts = DECIMAL.exec(text)
  return parts !== null && (parts[2] ?? '') + (parts[3] ?? '') !== ''
}

/** A decimal number without exponent, for a column of `numeric`; `null`: longer than such columns are. */
export function plainDecimal(text: string): { whole: string; fraction: string; negative: boolean } | null {
  const parts = DECIMAL.exec(text)
  if (!parts) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const shift = Number(exponent)
  if (whole + fraction === '' || Math.abs(shift) > MOST_DIGITS || whole.length + fraction.length > 32 * MOST_DIGITS)
    return null
  const digits =
    '0'.repeat(Math.max(0, -shift - whole.length)) + whole + fraction + '0'.repeat(Math.max(0, shift - fraction.length))
  const point = Math.max(0, whole.length + shift)
  return {
    negative: sign === '-',
    whole: digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0',
    fraction: digits.slice(point).replace(/0+$/, ''),
  }
}
