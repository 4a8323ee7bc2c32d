import { DestinationState } from '../../destinations/pages/index.ts'
import { describeHealth } from '../../destinations/index.ts'
import { Table } from '../../../ui/components/table.tsx'
import { plural } from '../../../ui/counts.ts'
import type { Flow, FlowDestination, FlowSource } from '../flow.ts'

/** Sources at the left, destinations at the right, bands as wide as their events. */
export function FlowPicture({ flow, now }: { flow: Flow; now: number }) {
  const { sources, destinations, bands, height } = flow
  return (
    <div class="flow">
      <ul class="flow-sources" aria-label="Sources">
        {sources.map((source) => (
          <li>
            <a href={source.id === null ? '/sources' : `/sources/${source.id}`}>{source.name}</a>
            <span class="under">{plural(source.accepted, 'event')}</span>
          </li>
        ))}
      </ul>
      <svg
        class="flow-bands"
        viewBox={`0 0 100 ${height}`}
        height={height}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        {bands.map(({ path, tone, destination, events }) => (
          <a href={hrefOf(destinations[destination])} tabindex={-1}>
            <path class={`band tone-${tone}${events === 0 ? ' band-quiet' : ''}`} d={path} />
          </a>
        ))}
      </svg>
      <ul class="flow-destinations" aria-label="Destinations">
        {destinations.map((one) => (
          <li>
            <a href={hrefOf(one)}>{nameOf(one)}</a>
            {'line' in one ? (
              <DestinationState of={one.line} now={now} />
            ) : (
              one.needs > 0 && <span class="under">{plural(one.needs, 'of them needs you', 'of them need you')}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The picture as a table, for those who do not see it. */
export function FlowTable({ flow: { sources, destinations, bands }, now }: { flow: Flow; now: number }) {
  return (
    <details class="more">
      <summary>The same as a table</summary>
      <Table
        caption="What flows from where to where, in the last 24 hours"
        columns={[{ title: 'From' }, { title: 'To' }, { title: 'State' }, { title: 'Events, 24 h', number: true }]}
        rows={bands.map(({ source, destination, events }) => {
          const [from, to] = [sources[source], destinations[destination]]
          return [
            sourceLink(from),
            <a href={hrefOf(to)}>{nameOf(to)}</a>,
            stateOf(to, now),
            events.toLocaleString('en-GB'),
          ]
        })}
      />
    </details>
  )
}

function sourceLink(source: FlowSource | undefined) {
  return <a href={source?.id ? `/sources/${source.id}` : '/sources'}>{source?.name ?? 'Other sources'}</a>
}

function hrefOf(one: FlowDestination | undefined): string {
  if (one && 'line' in one) return `/destinations/${one.line.id}`
  return one && one.needs > 0 ? '/destinations?health=needs-you' : '/destinations'
}

function nameOf(one: FlowDestination | undefined): string {
  if (!one) return ''
  return 'line' in one ? one.line.name : plural(one.count, 'other destination')
}

function stateOf(one: FlowDestination | undefined, now: number): string {
  if (!one || !('line' in one)) return one && one.needs > 0 ? `${one.needs} need you` : ''
  return describeHealth(one.line, now).label
}
