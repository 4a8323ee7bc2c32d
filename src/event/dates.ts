/**
 * Milliseconds since 1970 of a time as people and programs write it, maybe with a fraction; `undefined` when it cannot be
 * read, is no date of the calendar, or could mean two things (`11/12/2026`). Without an offset it is UTC.
 * ISO 8601 extended and basic, week and ordinal dates, RFC 3339, RFC 9557, RFC 9110 (all three forms), RFC 5322, what
 * `Date` of JavaScript and Java, `Time` of Go and Ruby and `date` of Unix print, and counts since 1970.
 */
export function readDate(text: string): number | undefined {
  if (text.length > LONGEST) return undefined
  const plain = tidy(text)
  for (const read of FORMS) {
    const ms = read(plain)
    if (ms !== undefined) return ms
  }
  return undefined
}

/** No time is longer, nor are expressions tried on what is. */
const LONGEST = 256

const CLOCK = String.raw`(?<hour>\d{1,2})(?::?(?<minute>\d\d)(?::?(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?)?(?:\s?(?<half>[ap])\.?m\.?)?`
const OFFSET = String.raw`z|utc|gmt|ut|[-+]\d\d(?::?\d\d)?|(?:utc|gmt)\s?[-+]\d\d?(?::?\d\d)?`
/** An offset, what programs put around it, and names of the zone or calendar behind it. */
const ZONE = String.raw`(?:\s?:?(?<zone>${OFFSET}))?(?<name>\s?\([^()]*\)|\s[a-z]{1,5}|\s[-+]\d{2,4})?(?<suffix>(?:\[[^[\]]+\])*)(?:\sm=[-+][\d.]+)?`
const DAY_NAME = String.raw`(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s)?`
const MONTH = String.raw`(?<word>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november|december)\.?`

const ISO = form(
  String.raw`(?:\+00)?(?<year>\d{4})([-/])(?<month>\d{1,2})\2(?<day>\d{1,2})(?:(?:t\s?|,?\s)${CLOCK}${ZONE})?`,
)
const BASIC = form(String.raw`(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)[t\s]${CLOCK}${ZONE}`)
const ORDINAL = form(String.raw`(?<year>\d{4})-?(?<ordinal>\d{3})(?:[t\s]${CLOCK}${ZONE})?`)
const WEEK = form(String.raw`(?<year>\d{4})-?w(?<week>\d\d)-?(?<weekday>[1-7])(?:[t\s]${CLOCK}${ZONE})?`)
/** `Fri, 27 Nov 2026 05:27:47 GMT`, `Friday, 27-Nov-26 05:27:47 GMT` */
const MAIL = form(String.raw`${DAY_NAME}(?<day>\d{1,2})[\s-]${MONTH}[\s-](?<year>\d{4}|\d\d),?\s${CLOCK}${ZONE}`)
/** `Fri Nov 27 2026 05:27:47 GMT+0000 (UTC)` */
const SCRIPT = form(String.raw`${DAY_NAME}${MONTH}\s(?<day>\d{1,2}),?\s(?<year>\d{4}),?\s${CLOCK}${ZONE}`)
/** `Fri Nov 27 05:27:47 2026`, with a zone before the year */
const UNIX = form(
  String.raw`${DAY_NAME}${MONTH}\s(?<day>\d{1,2})\s${CLOCK}(?:\s(?<zone>${OFFSET}))?\s(?<year>\d{4})(?<name>)(?<suffix>)`,
)
/** `20261127`, `20261127052747`: no count since 1970 of this length is near the present. */
const DIGITS = form(
  String.raw`(?<year>(?:19|20)\d\d)(?<month>\d\d)(?<day>\d\d)(?:(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d))?`,
)
const COUNT = /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/

const FORMS: readonly ((text: string) => number | undefined)[] = [
  ...[ISO, BASIC, WEEK, MAIL, SCRIPT, UNIX, DIGITS].map((expression) => (text: string) => {
    const groups = expression.exec(text)?.groups
    return groups && instantOf(groups)
  }),
  // Seven digits alone are a count.
  (text) => {
    const groups = /[-t]/.test(text) ? ORDINAL.exec(text)?.groups : undefined
    return groups && instantOf(groups)
  },
  (text) => (COUNT.test(text) ? sinceEpoch(Number(text)) : undefined),
]

function form(source: string): RegExp {
  return new RegExp(`^${source}$`)
}

/**
 * Digits of any script as ASCII ones, small letters, one blank where there were some, none around, and nothing that is not
 * seen: devices print times in the digits and with the marks of their language.
 */
function tidy(text: string): string {
  const ascii = /^[\x20-\x7e]*$/.test(text) ? text : asciiOf(text)
  return ascii.trim().replace(/ {2,}/g, ' ').toLowerCase()
}

function asciiOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, (digit) => String(valueOfDigit(digit.codePointAt(0) ?? 0)))
    .replace(/[\u066b\u060c]/g, ',')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s/g, ' ')
}

/** The ten digits of a script lie one behind the other, those of some scripts several times. */
function valueOfDigit(code: number): number {
  let first = code
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--
  return (code - first) % 10
}

/**
 * A count since 1970: below 10¹¹ seconds (the year 5138), below 10¹⁴ milliseconds, below 10¹⁷ microseconds, else
 * nanoseconds. Milliseconds before March 1973 are taken for seconds, then; events of today are told apart for certain.
 */
function sinceEpoch(count: number): number {
  const size = Math.abs(count)
  if (size < 1e11) return Math.round(count * 1e6) / 1e3
  if (size < 1e14) return count
  return size < 1e17 ? count / 1e3 : count / 1e6
}

type Groups = Partial<Record<string, string>>

function instantOf(groups: Groups): number | undefined {
  const day = dayOf(groups)
  const time = timeOf(groups)
  const offset = offsetOf(groups)
  return day === undefined || time === undefined || offset === undefined ? undefined : day + time - offset
}

const DAY_MS = 86_400_000
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Milliseconds of a day's midnight, when the calendar has the day. */
function dayOf({ year: given = '', month, word, day, ordinal, week, weekday }: Groups): number | undefined {
  const short = Number(given)
  // RFC 5322: two digits are of this century up to 49.
  const year = given.length === 2 ? short + (short < 50 ? 2000 : 1900) : short
  if (ordinal !== undefined) return within(year, utc(year, 0, Number(ordinal)))
  if (week !== undefined) {
    const fourth = utc(year, 0, 4)
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS
    const thursday = monday + (Number(week) - 1) * 7 * DAY_MS + 3 * DAY_MS
    // A week belongs to the year of its Thursday.
    return within(year, thursday) === undefined ? undefined : thursday + (Number(weekday) - 4) * DAY_MS
  }
  const index = word === undefined ? Number(month) - 1 : MONTHS.indexOf(word.slice(0, 3))
  const ms = utc(year, index, Number(day))
  const date = new Date(ms)
  return date.getUTCMonth() === index && date.getUTCDate() === Number(day) ? ms : undefined
}

function within(year: number, ms: number): number | undefined {
  return new Date(ms).getUTCFullYear() === year ? ms : undefined
}

/** `Date.UTC`, which takes the years 0 to 99 for those of the twentieth century. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day)
}

/** Milliseconds since midnight. Second 60 is a leap second, and 24:00 the end of a day. */
function timeOf({ hour = '0', minute = '0', second = '0', fraction = '', half }: Groups): number | undefined {
  const hours = Number(hour)
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined
  const ofDay = half === undefined ? hours : (hours % 12) + (half === 'p' ? 12 : 0)
  const ms = (ofDay * 3600 + Number(minute) * 60 + Number(second)) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  if (ofDay > 24 || Number(minute) > 59 || Number(second) > 60 || (ofDay === 24 && ms > DAY_MS)) return undefined
  return ms
}

/** Zones whose name is their offset. */
const UTC_NAMES = /^(?:etc\/)?(?:utc|gmt|uct|zulu|z|universal)$/

/** Hours of the names that RFC 5322 gives a meaning, in times as it writes them. */
const MAIL_ZONES: Partial<Record<string, number>> = {
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
}

/** Milliseconds that a zone is ahead of UTC. Another name alone is none: who does not know its rules reads it wrong. */
function offsetOf({ zone, name, suffix = '', word }: Groups): number | undefined {
  if (zone === undefined) {
    const hours = word === undefined ? undefined : MAIL_ZONES[name?.trim() ?? '']
    if (hours !== undefined) return hours * 3_600_000
    const alone = suffix.replace(/\[!?u-ca=iso8601\]/, '').slice(1, -1)
    return name || (alone && !UTC_NAMES.test(alone)) ? undefined : 0
  }
  const [, sign, hours = '0', minutes = '0'] = /([-+])(\d\d?):?(\d\d)?$/.exec(zone) ?? []
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
