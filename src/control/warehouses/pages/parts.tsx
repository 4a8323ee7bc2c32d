import type { SyncNotice } from '../../../tables/index.ts'
import { Table } from '../../../ui/components/table.tsx'
import { plural } from '../../../ui/counts.ts'
import { noticeWords } from '../words.ts'

const SAMPLE_CHARS = 80

/** `1,200`, of rows in some milliseconds. */
export function rateOf(rows: number, ms: number): string {
  return ms <= 0 || rows === 0 ? '–' : Math.round((rows * 1_000) / ms).toLocaleString('en-GB')
}

/** Rows by table, those with most first. */
export function TableCounts({ tables, most }: { tables: Record<string, number>; most: number }) {
  const sorted = Object.entries(tables).toSorted((a, b) => b[1] - a[1])
  if (sorted.length === 0) return null
  const rest = sorted.slice(most)
  const others = rest.reduce((n, [, rows]) => n + rows, 0)
  return (
    <Table
      caption="New rows by table"
      columns={[{ title: 'Table' }, { title: 'New rows', number: true }]}
      rows={[
        ...sorted
          .slice(0, most)
          .map(([name, rows]) => [<code class="wrap">{name}</code>, rows.toLocaleString('en-GB')]),
        ...(rest.length > 0 ? [[plural(rest.length, 'other table'), others.toLocaleString('en-GB')]] : []),
      ]}
    />
  )
}

/** What was not loaded as it was sent, with samples. */
export function Notices({ notices, most }: { notices: readonly SyncNotice[]; most: number }) {
  if (notices.length === 0) return null
  const sorted = notices.toSorted((a, b) => b.count - a.count)
  return (
    <>
      <Table
        caption="Notices"
        columns={[{ title: 'What' }, { title: 'For example' }]}
        rows={sorted.slice(0, most).map((notice) => [
          <span class="prose">{noticeWords(notice)}</span>,
          <>
            {notice.samples.map(({ id, value }) => (
              <span class="under">
                <code class="wrap">{cut(value)}</code>
                {id !== '' && ` of ${cut(id)}`}
              </span>
            ))}
          </>,
        ])}
      />
      {sorted.length > most && <p class="help">{plural(sorted.length - most, 'more notice')} in its details.</p>}
    </>
  )
}

function cut(text: string): string {
  return text.length > SAMPLE_CHARS ? `${text.slice(0, SAMPLE_CHARS - 1)}…` : text
}
