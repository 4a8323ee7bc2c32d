import { type Access, may } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import type { PullReport, PullRun, Vendor } from '../../pull/index.ts'
import { maskSecrets } from '../../settings/index.ts'
import type { CloudConnection } from './queries.ts'

/** A connection without its secrets; `null`: there is none yet. */
export function presentCloud(
  vendor: Vendor,
  connection: CloudConnection | null,
  { report, allowed }: { report: PullReport | null; allowed: boolean | null },
  access: Access,
) {
  return {
    vendor: vendor.id,
    connected: connection !== null,
    allowed,
    settings: connection && maskSecrets(connection, { addresses: may(access, 'sources:write') }),
    collections: [...vendor.collections, ...(connection?.added ?? [])].map((name) => ({
      name,
      enabled: connection !== null && !connection.leftOut.includes(name),
      objects: report?.collections[name]?.objects ?? 0,
      complete: report?.collections[name]?.isWhole ?? false,
    })),
    paused: connection?.paused ?? false,
    status: report && presentPull(report),
  }
}

export function presentPull({ state, run, last, nextAt, failures, error, waiting, objects, calls }: PullReport) {
  return {
    state,
    failures,
    error: error && { code: error.code, words: error.words },
    waiting: waiting && { code: waiting.code, words: waiting.words },
    objects,
    calls,
    current: run && presentRun(run),
    last: last && presentRun(last),
    nextAt: nextAt === null ? null : isoTime(nextAt),
  }
}

function presentRun({ id, cause, startedAt, endedAt, objects, calls, passes, expected, troubles }: PullRun) {
  return {
    id,
    cause,
    startedAt: isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    objects,
    calls,
    passes,
    expected,
    problems: troubles.map(({ code, words, pass = '' }) => ({ code, words, pass })),
  }
}
