import { type Counts, type HourFigures, percentile, total } from '../../lane/index.ts'
import { DAY_MS, HOUR_MS } from '../../statistics/index.ts'

/**
 * Numbers by what they count: `delivered` and `opened` (events; how often a breaker opened), `failed|<code>` and `resent|<code>`
 * (events that were given up; of those, put on their way again), `errors|<code>` (attempts that failed) and `delay|<bin>` (delivered
 * events by how long they took, as `binOf` has it). Flat, so that the database can add two of them.
 */
export type DayFigures = Record<string, number>

/** Rows of a day, as one version of an integration had them in its planned hours or beside them. */
export interface FiguresRow {
  /** Since 1970. */
  day: number
  version: number
  planned: boolean
  figures: DayFigures
}

/** From an hour on (milliseconds) a destination went by a version. */
export type VersionSince = readonly [at: number, version: number]

/** Changes of a version that are remembered. */
const MOST_CHANGES = 8

/** With the version that is found in the hour of `now`; whoever has it already is as before. The newest last. */
export function withVersion(known: readonly VersionSince[], version: number, now: number): VersionSince[] {
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS
  if (known.at(-1)?.[1] === version) return [...known]
  // Of two in one hour the later has it.
  return [...known.filter(([at]) => at < hour), [hour, version] as const].slice(-MOST_CHANGES)
}

/** The version of an hour; what was before the first that is known counts as that. */
export function versionAt(versions: readonly VersionSince[], at: number): number {
  return (versions.findLast(([since]) => since <= at) ?? versions[0])?.[1] ?? 1
}

/** Hours of a lane, put together by day, version and whether they were planned. */
export function daysOfHours(
  hours: readonly HourFigures[],
  versionIn: (at: number) => number,
  isPlanned: (at: number) => boolean,
): FiguresRow[] {
  const rows = new Map<string, FiguresRow>()
  for (const { at, ...hour } of hours) {
    const [day, version, planned] = [Math.floor(at / DAY_MS), versionIn(at), isPlanned(at)]
    const key = `${day} ${version} ${planned}`
    const row = rows.get(key) ?? { day, version, planned, figures: {} }
    rows.set(key, row)
    addFigures(row.figures, flatOf(hour))
  }
  return [...rows.values()]
}

export function addFigures(into: DayFigures, more: DayFigures): void {
  for (const [key, n] of Object.entries(more)) into[key] = (into[key] ?? 0) + n
}

function flatOf({ delivered = 0, opened = 0, dead, redriven, failed, delays }: Omit<HourFigures, 'at'>): DayFigures {
  const flat: DayFigures = {}
  if (delivered > 0) flat['delivered'] = delivered
  if (opened > 0) flat['opened'] = opened
  const counts = { failed: dead, resent: redriven, errors: failed, delay: delays }
  for (const [name, by] of Object.entries(counts))
    for (const [code, n] of Object.entries(by ?? {})) if (n > 0) flat[`${name}|${code}`] = n
  return flat
}

/** What figures come to. */
export interface Fares {
  delivered: number
  /** Events that were given up and not sent again, in all and by reason. */
  failed: number
  reasons: Counts
  /** Attempts that failed, in all and by code. */
  failedAttempts: number
  errors: Counts
  /** How often a breaker opened. */
  opened: number
  /** Of what was delivered or given up the share that was delivered, 0 to 1; `null`: nothing was. */
  success: number | null
  /** Milliseconds from accepted to delivered, at most 9.1 % off; `null`: nothing was delivered. */
  p50Ms: number | null
  p95Ms: number | null
  /** Delivered events by the bin of their delay. */
  delays: Counts
}

export function faresOf(figures: DayFigures): Fares {
  const by = (name: string): Counts => {
    const prefix = `${name}|`
    const mine = Object.entries(figures).filter(([key]) => key.startsWith(prefix))
    return Object.fromEntries(mine.map(([key, n]) => [key.slice(prefix.length), n]))
  }
  const [failed, resent, errors, delays] = [by('failed'), by('resent'), by('errors'), by('delay')]
  const net = Object.entries(failed).map(([code, n]) => [code, n - (resent[code] ?? 0)] as const)
  const reasons = Object.fromEntries(net.filter(([, n]) => n > 0))
  const delivered = figures['delivered'] ?? 0
  const ended = delivered + total(reasons)
  return {
    delivered,
    failed: total(reasons),
    reasons,
    failedAttempts: total(errors),
    errors,
    opened: figures['opened'] ?? 0,
    success: ended === 0 ? null : delivered / ended,
    p50Ms: percentile(delays, 0.5),
    p95Ms: percentile(delays, 0.95),
    delays,
  }
}

/** The sum of some rows. */
export function sumOfRows(rows: readonly Pick<FiguresRow, 'figures'>[]): DayFigures {
  const sum: DayFigures = {}
  for (const { figures } of rows) addFigures(sum, figures)
  return sum
}
