const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const LENIENT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/

/** The first and last instants that print as a four-digit year. */
const MIN = -62_135_596_800_000 // 0001-01-01T00:00:00.000Z
const MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * Milliseconds since 1970 of a client's time: ISO 8601 with or without offset (`Z`, `+02:00`, `+0200`), fraction of up
 * to nine digits, a space for the `T`, date only; without an offset it is UTC. Numbers are milliseconds.
 * `undefined` for everything else, for impossible dates, and outside the years 1 to 9999.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'string') return CANONICAL.test(value) ? parseCanonical(value) : parseLenient(value)
  if (typeof value === 'number') return inRange(Math.trunc(value))
  return undefined
}

const remembered = new Map<number, string>()
const REMEMBERED = 64

/** Prints an instant. The events of a batch share most of their times, so the last few are remembered. */
export function isoTime(ms: number): string {
  const known = remembered.get(ms)
  if (known !== undefined) return known
  const text = new Date(ms).toISOString()
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(ms, text)
  return text
}

/**
 * The event's time on the server's clock: `receivedAt − (sentAt − original)`. Without `sentAt` the original is taken as
 * it is, without an original the time of receipt (Segment Spec, common fields). Milliseconds.
 */
export function correctSkew(receivedAt: number, sentAt: number | undefined, original: number | undefined): number {
  if (original === undefined) return receivedAt
  if (sentAt === undefined) return original
  return inRange(receivedAt - (sentAt - original)) ?? receivedAt
}

function parseCanonical(value: string): number | undefined {
  return isDay(value) ? inRange(Date.parse(value)) : undefined
}

function parseLenient(value: string): number | undefined {
  const match = LENIENT.exec(value)
  if (!match) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const offset = zoneMinutes(zone)
  if (offset === undefined || !isDay(value)) return undefined
  const millis = fraction.padEnd(3, '0').slice(0, 3)
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`)
  return inRange(local - offset * 60_000)
}

/** Whether the calendar has the date that a time begins with: `Date.parse` takes February 30 for March 2. */
function isDay(value: string): boolean {
  const day = Number(value.slice(8, 10))
  return day <= 28 || new Date(value.slice(0, 10)).getUTCDate() === day
}

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', '') || 0)
  if (hours > 23 || minutes > 59) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}

function inRange(ms: number): number | undefined {
  return ms >= MIN && ms <= MAX ? ms : undefined
}
