import { isoTime } from '../../event/index.ts'
import { isSecret } from '../../integrations/index.ts'
import { type Destination, withoutSecrets } from '../../settings/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { type DayFigures, sumOfRows, faresOf } from './figures.ts'
import type { MaintenanceWindow } from './maintenance.ts'
import type { Growth, IntegrationDay, Judged, Quality, QualityDay, ShownSample } from './queries.ts'
import { type Cause, type Score, SCORE_PARTS } from './score.ts'

/** `2026-11-27`, of a day since 1970. */
export const dateOf = (day: number) => isoTime(day * DAY_MS).slice(0, 10)

function presentFigures(figures: DayFigures) {
  const { delivered, failed, reasons, failedAttempts, errors, opened, success, p50Ms, p95Ms } = faresOf(figures)
  return {
    delivered,
    failed,
    reasons,
    failedAttempts,
    errors,
    breakerOpenings: opened,
    successRate: success,
    p50Ms,
    p95Ms,
  }
}

function presentDay({ day, version, planned, customers, figures }: IntegrationDay) {
  return { day: dateOf(day), version, planned, customers, ...presentFigures(figures) }
}

function presentRedacted({ code, at, version, sample }: ShownSample) {
  return { code, at: isoTime(at), version, ...sample }
}

/** The API's Growth: nothing in it is a customer's. */
export function presentGrowth({ from, days, samples, connected }: Growth) {
  const versions = [...Map.groupBy(days, ({ version }) => version)].map(([version, rows]) => ({
    version,
    ...presentFigures(sumOfRows(rows)),
  }))
  return {
    from: dateOf(from),
    connected,
    total: presentFigures(sumOfRows(days)),
    versions,
    days: days.map(presentDay),
    samples: samples.map(presentRedacted),
  }
}

/** The API's MaintenanceWindow. */
export function presentMaintenance({ id, startsAt, endsAt, words, createdAt }: MaintenanceWindow) {
  return { id, startsAt: isoTime(startsAt), endsAt: isoTime(endsAt), words, createdAt: isoTime(createdAt) }
}

function presentCause({ day, part, reason, count, points }: Cause) {
  return { day: dateOf(day), part, reason, count, points }
}

function presentScoreDay({ day, score, band, parts, causes, at }: QualityDay) {
  return {
    day: dateOf(day),
    score,
    band,
    parts: parts.map((one) => ({ ...one, most: SCORE_PARTS[one.part].points })),
    causes: causes.map(presentCause),
    at: isoTime(at),
  }
}

/** The API's Quality: the score as it is now, and as it was. `now`: made of the days as they are. */
export function presentQuality({ history, windows }: Quality, now: Score) {
  const { score, band, events, days, parts } = now
  return {
    score,
    band,
    events,
    days,
    parts: parts.map((one) => ({ ...one, most: SCORE_PARTS[one.part].points })),
    history: history.map(presentScoreDay),
    maintenance: windows.map(presentMaintenance),
  }
}

/** A line of the operator's list. */
export function presentJudged({ id, name, status, company, score, band, at }: Judged) {
  return { integrationId: id, name, company, state: status, score, band, at: at === null ? null : isoTime(at) }
}

/** The export's line of a row: what a score is made of, and nothing else. */
export function exportedDay({ day, version, planned, customers, figures }: IntegrationDay) {
  return { day: dateOf(day), version, planned, customers, figures }
}

/** The same as CSV: a line a figure. */
export function csvOfDays(days: readonly IntegrationDay[]): string {
  const lines = days.flatMap(({ day, version, planned, customers, figures }) =>
    Object.entries({ customers, ...figures }).map(([name, n]) => [dateOf(day), version, planned, name, n].join(',')),
  )
  return ['day,version,planned,figure,count', ...lines, ''].join('\n')
}

/** What a customer has set a destination to, to keep: values of secrets are not in it, their names are. */
export function exportedSettings(destination: Destination) {
  const { name, integration, sourceId, enabled, mode, region, rate, lane, encrypted } = destination
  const { settings } = withoutSecrets(destination)
  const secret = new Set([...encrypted, ...integration.fields.filter(isSecret).map((field) => field.name)])
  const known = Object.entries(settings).filter(([setting]) => !secret.has(setting))
  return {
    name,
    integration: integration.slug,
    sourceId,
    enabled,
    mode,
    region,
    rate,
    schedule: lane.schedule,
    settings: Object.fromEntries(known),
    secrets: Object.keys(settings).filter((setting) => secret.has(setting)),
  }
}
