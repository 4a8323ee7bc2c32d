import { type Access, may } from '../../accounts/index.ts'
import type { Check } from '../../connectors/index.ts'
import { isoTime } from '../../event/index.ts'
import { type Integration, titleOf } from '../../integrations/index.ts'
import { maskSecrets } from '../../settings/index.ts'
import type { SyncNotice } from '../../tables/index.ts'
import { duration } from '../../ui/duration.ts'
import type {
  Job,
  KnownTable,
  LeftOut,
  SourceSync,
  Sync,
  SyncSchedule,
  SyncState,
  WarehouseReport,
} from '../../warehouse/index.ts'
import { presentFields } from '../catalogue/index.ts'
import type { ConfiguredWarehouse } from './queries.ts'
import { noticeWords } from './words.ts'

const NO_LOGOS = { default: '', alt: '', mark: '' }

/** The Public API's WarehouseMetadata. */
export function presentWarehouseEntry(integration: Integration) {
  const { id, slug, description, status, fields, warehouse } = integration
  return {
    id,
    name: titleOf(integration),
    slug,
    description,
    status,
    logos: NO_LOGOS,
    options: presentFields(fields),
    connector: warehouse?.connector,
    help: warehouse?.help ?? [],
  }
}

/** The Public API's Warehouse, with what is ours. A secret is never sent back whole. */
export function presentWarehouse(warehouse: ConfiguredWarehouse, access: Access) {
  const { id, workspaceId, integration, name, enabled, schedule, report, createdAt } = warehouse
  return {
    id,
    metadata: presentWarehouseEntry(integration),
    workspaceId,
    name,
    enabled,
    settings: { ...maskSecrets(warehouse, { addresses: may(access, 'warehouses:write') }), name },
    schedule: presentSchedule(schedule),
    report: report && presentReport(report),
    createdAt: isoTime(createdAt),
  }
}

function presentSchedule(schedule: SyncSchedule) {
  if ('hours' in schedule) return { hours: schedule.hours, timezone: schedule.timezone }
  return { everyMinutes: schedule.everyMinutes, at: timeOfDay(schedule.atMinute) }
}

/** `03:30`. */
export function timeOfDay(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((n) => String(n).padStart(2, '0')).join(':')
}

/** The Public API's schedule: hours of the day, where it is set so. */
export function presentAdvancedSchedule(schedule: SyncSchedule) {
  if (!('hours' in schedule)) return { enabled: false }
  const { hours, timezone } = schedule
  return { enabled: true, schedule: { times: hours.map((hourOfDay) => ({ hourOfDay, enabled: true })), timezone } }
}

export function presentReport({ nextAt, current, last, until, at, ...facts }: WarehouseReport) {
  return {
    ...facts,
    nextAt: timeOf(nextAt),
    loadedUntil: timeOf(until),
    current: current && presentWarehouseSync(current),
    last: last && presentWarehouseSync(last),
    at: isoTime(at),
  }
}

/** A sync of all sources. */
export function presentWarehouseSync({ startedAt, endedAt, ...sync }: Sync) {
  return { ...sync, startedAt: isoTime(startedAt), endedAt: timeOf(endedAt) }
}

/** In Segment's words. */
const STATUS: Record<SyncState, string> = {
  running: 'RUNNING',
  success: 'SUCCESS',
  partial: 'PARTIAL',
  failed: 'FAILED',
}

/** The Public API's Sync: what a sync did with one source, with what is ours. */
export function presentSourceSync(part: SourceSync, now: number) {
  const { syncId, sourceId, state, startedAt, endedAt, events, rows, tables, notices, error } = part
  const end = timeOf(endedAt)
  const tookMs = (endedAt ?? now) - startedAt
  const createdAt = end ?? isoTime(now)
  return {
    syncId,
    sourceId,
    start: isoTime(startedAt),
    end,
    status: STATUS[state],
    duration: Math.round(tookMs / 1_000),
    humanDuration: duration(tookMs),
    count: rows,
    notices: [
      ...(error ? [{ level: 'error', message: error.words, createdAt }] : []),
      ...notices.map((notice) => ({ level: 'warning', message: noticeWords(notice), createdAt })),
    ],
    events,
    tables,
    error,
    details: notices.map(presentNotice),
  }
}

function presentNotice(notice: SyncNotice) {
  const samples = notice.samples.map(({ id, value }) => ({ id, value }))
  return { ...notice, samples, words: noticeWords(notice) }
}

export function presentJobOf(job: Job) {
  const times = {
    orderedAt: isoTime(job.orderedAt),
    startedAt: timeOf(job.startedAt),
    endedAt: timeOf(job.endedAt),
  }
  if (job.kind === 'erasure' || job.kind === 'removal') return { ...job, ...times }
  const notices = job.notices.map(presentNotice)
  if (job.kind === 'retyping') return { ...job, ...times, notices }
  return { ...job, ...times, from: timeOf(job.from), notices }
}

/** The Public API's item of a selective sync: a table, and which of its columns are loaded. */
export function presentSelection(
  { sourceId, name, columns }: Pick<KnownTable, 'sourceId' | 'name'> & { columns: { name: string }[] },
  warehouseId: string,
  { collections, properties }: LeftOut,
) {
  const left = new Set(Object.hasOwn(properties, name) ? properties[name] : [])
  return {
    sourceId,
    collection: name,
    warehouseId,
    enabled: !collections.includes(name),
    properties: Object.fromEntries(columns.map((column) => [column.name, { enabled: !left.has(column.name) }])),
  }
}

export function presentTable({ sourceId, name, firstAt, rows, columns }: KnownTable) {
  return {
    sourceId,
    name,
    firstSeenAt: isoTime(firstAt),
    rows,
    columns: columns.map((column) => ({ name: column.name, type: column.type, firstSeenAt: isoTime(column.firstAt) })),
  }
}

/** What was looked at of a connection, step by step. */
export function presentChecks(checks: readonly Check[]) {
  return { ok: checks.every(({ ok }) => ok), checks }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}
