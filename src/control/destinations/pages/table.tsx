import type { DestinationLine } from '../queries.ts'
import { Table } from '../../../ui/components/table.tsx'
import { DestinationState } from './state.tsx'

/** Destinations to compare; `withSource` where they are not all of one. */
export function DestinationTable({
  lines,
  caption,
  withSource,
}: {
  lines: readonly DestinationLine[]
  caption: string
  withSource?: boolean
}) {
  return (
    <Table
      caption={caption}
      columns={[{ title: 'Name' }, { title: 'State' }, ...(withSource ? [{ title: 'Source' }] : [])]}
      rows={lines.map((line) => [
        <>
          <a href={`/destinations/${line.id}`}>{line.name}</a>
          <span class="under">{line.integrationName}</span>
        </>,
        <DestinationState {...line} />,
        ...(withSource ? [<a href={`/sources/${line.sourceId}`}>{line.sourceName}</a>] : []),
      ])}
    />
  )
}
