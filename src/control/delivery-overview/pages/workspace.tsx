import type { Child } from 'hono/jsx'
import { stepSums, type Ways, type WayStep } from '../../../overview/index.ts'
import type { Listed } from '../../../settings/index.ts'
import { Notice } from '../../../ui/components/notice.tsx'
import { pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { type DestinationLine, searchDestinations } from '../../destinations/index.ts'
import type { ControlDeps } from '../../request.ts'
import { describeSource, listBusiest } from '../../sources/index.ts'
import { sourceHead } from '../../sources/pages/index.ts'
import { workspaceWays } from '../queries.ts'
import { isMeant, waySummary } from '../summary.ts'
import { type OverviewAsked, overviewAskedOf, overviewLink } from './asked.ts'
import { OverviewCard } from './card.tsx'

/** Sources that the page of a workspace shows, those with most events of 24 hours; the list has all of them. */
const SOURCES = 20
/** Destinations of one page of the table. */
const DESTINATIONS = 25

/** `GET /delivery-overview?period=&eventType=&eventName=&reason=&page=` */
export async function showWorkspaceOverview(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const path = '/delivery-overview'
  const [busiest, listed] = await Promise.all([
    listBusiest(deps.db, workspaceId, SOURCES),
    searchDestinations(deps.db, workspaceId, '', destinationPage(c), { sort: 'busiest' }),
  ])
  return showPage(c, {
    title: 'Delivery overview',
    current: 'delivery-overview',
    lead: 'What became of all events, from their receipt to each destination.',
    children: await overviewOf(c, deps, { path, listed, sources: busiest }),
  })
}

/** `GET /sources/:id/delivery-overview`, with the same questions. */
export async function showSourceOverview(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const id = c.req.param('id') ?? ''
  const source = await describeSource(deps.db, workspaceId, id, 1)
  const listed = await searchDestinations(deps.db, workspaceId, '', destinationPage(c), {
    sort: 'busiest',
    sourceId: id,
  })
  const path = `/sources/${id}/delivery-overview`
  return showPage(c, {
    ...sourceHead(source, 'delivery-overview'),
    children: await overviewOf(c, deps, { path, listed, sourceId: id }),
  })
}

function destinationPage(c: PanelContext) {
  return { ...pageAt(c.req.query('page')), count: DESTINATIONS }
}

interface Parts {
  path: string
  listed: Listed<DestinationLine>
  /** Of a workspace: its busiest, and how many there are. */
  sources?: Awaited<ReturnType<typeof listBusiest>>
  /** Of one source. */
  sourceId?: string
}

async function overviewOf(c: PanelContext, deps: ControlDeps, of: Parts): Promise<Child> {
  const { path, listed, sources, sourceId } = of
  const asked = overviewAskedOf((name) => c.req.query(name), deps.ctx.now())
  const { query, filter } = asked
  const lines = sources?.lines ?? []
  const ids = [...lines, ...listed.lines].map(({ id }) => id)
  try {
    const ways = await workspaceWays(deps, c.var.access.workspaceId, query, {
      parts: ids,
      ...(sourceId !== undefined && { sourceId }),
    })
    const { points, parts, progress } = ways
    const sumsOf = (id: string) => stepSums(filtered(parts[id] ?? {}, asked))
    return (
      <OverviewCard
        path={path}
        asked={asked}
        summary={waySummary(points, query, filter)}
        all={waySummary(points, query, {})}
        links={sourceId === undefined ? {} : { received: `/sources/${sourceId}/schema` }}
        behind={behindWords(progress)}
        picture={sourceId === undefined ? 'At all destinations' : 'At its destinations'}
      >
        {sources && <SourceLines asked={asked} sources={sources} sumsOf={sumsOf} />}
        <DestinationLines
          path={path}
          asked={asked}
          listed={listed}
          sumsOf={sumsOf}
          withSource={sourceId === undefined}
        />
      </OverviewCard>
    )
  } catch (error) {
    deps.ctx.log('warn', 'no overview of a workspace', { error: String(error) })
    return (
      <Notice tone="warn" title="The figures cannot be read at the moment.">
        Events are kept and sent all the same. Look again in a minute.
      </Notice>
    )
  }
}

function behindWords({ at, left }: { at: string | null; left: number }): string {
  if (at === null) return 'Whose figures have moved cannot be found out at the moment: these are of before.'
  if (left > 0)
    return `Figures of ${plural(left, 'source or destination', 'sources and destinations')} are still being read.`
  return 'Figures are a minute or two old.'
}

type Sums = ReturnType<typeof stepSums>

function filtered(ways: Ways, { filter }: OverviewAsked): Ways {
  return Object.fromEntries(Object.entries(ways).filter(([key]) => isMeant(key, filter)))
}

const words = (sums: Sums, ...steps: WayStep[]) => steps.map((step) => (sums[step] ?? 0).toLocaleString('en-GB'))

function SourceLines({
  asked,
  sources: { lines, totals },
  sumsOf,
}: {
  asked: OverviewAsked
  sources: NonNullable<Parts['sources']>
  sumsOf: (id: string) => Sums
}) {
  if (lines.length === 0) return null
  return (
    <>
      <h3>By source</h3>
      <Table
        caption="What came in, by source"
        columns={[{ title: 'Source' }, { title: 'Received', number: true }, { title: 'Rejected', number: true }]}
        rows={lines.map(({ id, name }) => [
          <a class="wrap" href={overviewLink(`/sources/${id}/delivery-overview`, asked)}>
            {name}
          </a>,
          ...words(sumsOf(id), 'received', 'rejected'),
        ])}
      />
      {totals.count > lines.length && (
        <p class="more">
          The busiest of 24 hours. <a href="/sources">See all {plural(totals.count, 'source')}</a>
        </p>
      )}
    </>
  )
}

function DestinationLines({
  path,
  asked,
  listed,
  sumsOf,
  withSource,
}: {
  path: string
  asked: OverviewAsked
  listed: Listed<DestinationLine>
  sumsOf: (id: string) => Sums
  withSource: boolean
}) {
  if (listed.total === 0) return null
  const query = Object.fromEntries(new URL(overviewLink('http://x/', asked)).searchParams)
  return (
    <>
      <h3>By destination</h3>
      <Table
        caption="What became of events, by destination"
        columns={[
          { title: 'Destination' },
          { title: 'Filtered', number: true, wide: true },
          { title: 'Failed', number: true },
          { title: 'Delivered', number: true },
        ]}
        rows={listed.lines.map(({ id, name, sourceName }) => [
          <>
            <a class="wrap" href={overviewLink(`/destinations/${id}/delivery-overview`, asked)}>
              {name}
            </a>
            {withSource && <span class="under">{sourceName}</span>}
          </>,
          ...words(sumsOf(id), 'filtered', 'failed', 'delivered'),
        ])}
      />
      <Pager path={path} query={query} page={listed} what="destination" />
    </>
  )
}
