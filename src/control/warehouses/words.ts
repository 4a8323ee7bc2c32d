import type { NoticeCode, SyncNotice } from '../../tables/index.ts'
import { plural } from '../../ui/counts.ts'
import type { SyncCause, SyncSchedule, SyncState, WarehouseReport } from '../../warehouse/index.ts'

/** What became of values, each behind a number of them. */
const NOTICES: Record<NoticeCode, string> = {
  name_empty: 'have a name without an ASCII letter or digit, so they have no table or column of their own.',
  name_taken: 'have a name that comes out like another one of the same event: the last one is loaded.',
  too_many_columns: 'belong into a column that the table has no room for. The rest of their rows is loaded.',
  not_castable: 'do not fit the type of their column, and are NULL. Change its type, and they can be loaded.',
  fraction_lost: 'have a fraction that their column of whole numbers cannot hold: it is left away.',
  digits_lost: 'have more digits than their column can hold: the last ones are not right.',
  out_of_range: 'are beyond what their column can hold, and are NULL.',
  text_cut: 'are longer than their column, and are cut. Make it wider, and they can be loaded whole.',
  text_cleaned: 'have characters that no text in a database may have: those are left away.',
  row_too_wide: 'have no room in their row beside the others, and are NULL.',
  row_refused: 'could not be loaded: the warehouse would not take their row.',
  type_unknown: 'belong into a column of a type that nothing is loaded into.',
  table_made_again: 'went into a table that was made again, because somebody had removed it.',
  unreadable: 'are not in the archive any more, or cannot be read.',
}

/** `3 values of orders.total do not fit …`: a sentence. */
export function noticeWords({ code, table, column, count }: SyncNotice): string {
  const what = plural(count, column === null ? 'event' : 'value')
  const where = table === '' ? '' : ` of ${column === null ? table : `${table}.${column}`}`
  return `${what}${where} ${NOTICES[code]}`
}

export interface StateWords {
  tone: 'good' | 'warn' | 'bad' | 'off'
  label: string
}

export const SYNC_WORDS: Record<SyncState, StateWords> = {
  running: { tone: 'off', label: 'Running' },
  success: { tone: 'good', label: 'All loaded' },
  partial: { tone: 'warn', label: 'With notices' },
  failed: { tone: 'bad', label: 'Failed' },
}

export const CAUSES: Record<SyncCause, string> = {
  schedule: 'by its schedule',
  person: 'because somebody wanted it',
  retry: 'tried again',
}

/** How a warehouse stands, the same wherever it is shown. */
export function warehouseWords({ enabled, report }: { enabled: boolean; report: WarehouseReport | null }): StateWords {
  if (!enabled) return { tone: 'off', label: 'Disabled' }
  if (!report) return { tone: 'off', label: 'No sync yet' }
  const { failures, current, last } = report
  if (failures > 0)
    return { tone: 'bad', label: failures === 1 ? 'Failing' : `Failing, ${failures.toLocaleString('en-GB')} times` }
  if (current) return { tone: 'good', label: `Syncing, ${Math.round(current.progress * 100)} %` }
  if (!last) return { tone: 'off', label: 'No sync yet' }
  return last.state === 'partial' ? { tone: 'warn', label: 'Synced, with notices' } : { tone: 'good', label: 'In sync' }
}

const EVERY: Record<number, string> = { 60: 'every hour', 1440: 'once a day' }

/** `every 15 minutes`, `once a day at 03:30 UTC`. */
export function scheduleWords(schedule: SyncSchedule, timeOfDay: (minute: number) => string): string {
  if ('hours' in schedule)
    return `at ${schedule.hours.map((hour) => timeOfDay(hour * 60)).join(', ')} (${schedule.timezone})`
  const { everyMinutes, atMinute } = schedule
  const hours = everyMinutes / 60
  const words =
    EVERY[everyMinutes] ?? (Number.isInteger(hours) ? `every ${hours} hours` : `every ${everyMinutes} minutes`)
  return atMinute === 0 && everyMinutes < 1_440 ? words : `${words} at ${timeOfDay(atMinute)} UTC`
}
