import type { DestinationLine } from '../queries.ts'
import { freshOf, successOf } from '../health.ts'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { shareWords } from './figures/numbers.ts'
import { DestinationState } from './state.tsx'

/** Destinations to compare; `withSource` where they are not all of one. */
export function DestinationTable({
  lines,
  caption,
  now,
  withSource,
}: {
  lines: readonly DestinationLine[]
  caption: string
  now: number
  withSource?: boolean
}) {
  return (
    <Table
      caption={caption}
      columns={[
        { title: 'Name' },
        { title: 'State' },
        ...(withSource ? [{ title: 'Source' }] : []),
        { title: 'Success, 24 h', number: true, wide: true },
        { title: 'Last delivered', wide: true },
      ]}
      rows={lines.map((line) => [
        <>
          <a href={`/destinations/${line.id}`}>{line.name}</a>
          <span class="under">{line.integrationName}</span>
        </>,
        <DestinationState of={line} now={now} />,
        ...(withSource ? [<a href={`/sources/${line.sourceId}`}>{line.sourceName}</a>] : []),
        shareWords(successOf(freshOf(line.health, now))),
        line.health?.lastDeliveredAt ? <Ago at={line.health.lastDeliveredAt} now={now} /> : '–',
      ])}
    />
  )
}
