import { may } from '../../../accounts/index.ts'
import { searchDestinations, SORTS, type Sort } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { FilterSelect } from '../../../ui/components/filter-select.tsx'
import { pageAt } from '../../../ui/components/pager.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showListPage } from '../../../ui/layout/list-page.tsx'
import { DestinationTable } from './table.tsx'

/** `?health=` of those that somebody has to look at. */
const NEEDS_YOU = 'needs-you'

/** What the lines are sorted by, in words. */
const SORT_WORDS: Record<Sort, string> = {
  worst: 'Least success first',
  waiting: 'Most waiting first',
  busiest: 'Most events first',
  delivered: 'Last delivered first',
  name: 'By name',
}

/** `GET /destinations?q=&health=needs-you&sort=&page=` */
export async function showDestinations(c: PanelContext, { db, ctx }: ControlDeps) {
  const { access } = c.var
  const q = c.req.query('q')?.trim() ?? ''
  const health = c.req.query('health') === NEEDS_YOU ? NEEDS_YOU : ''
  const sort = SORTS.find((one) => one === c.req.query('sort'))
  const asked = { needsYou: health !== '', sort }
  const page = await searchDestinations(db, access.workspaceId, q, pageAt(c.req.query('page')), asked)
  const add = may(access, 'destinations:write', access.sources?.[0]) && (
    <Button kind="main" icon="plus" href="/catalogue">
      Add destination
    </Button>
  )
  return showListPage(c, {
    title: 'Destinations',
    current: 'destinations',
    path: '/destinations',
    lead: (
      <>
        Where your events go: each gets those of one source, at its own pace. Databases that load several are{' '}
        <a href="/warehouses">warehouses</a>.
      </>
    ),
    query: { q, health, sort: sort ?? '' },
    page,
    what: 'destination',
    search: 'Search by name, source, integration or id',
    add,
    filters: (
      <>
        <FilterSelect
          name="health"
          label="State"
          all="All states"
          value={health}
          options={[[NEEDS_YOU, 'Needs you']]}
        />
        <FilterSelect
          name="sort"
          label="Order"
          all="Newest first"
          value={sort ?? ''}
          options={SORTS.map((one) => [one, SORT_WORDS[one]] as const)}
        />
      </>
    ),
    none: (
      <Empty icon="destination" title="No destination yet" action={add}>
        Pick an integration from the catalogue, fill in its settings and enable it: events flow {IN_FORCE}.
      </Empty>
    ),
    notFound: (
      <Empty
        icon={health === '' ? 'search' : 'check'}
        title={health === '' ? 'No destination like this' : 'No destination needs you'}
        action={<Button href="/destinations">Show all destinations</Button>}
      >
        {health === ''
          ? 'A search finds parts of a name, and whole ids.'
          : 'None fails, gives events up, lets them wait for long, or was disabled by its receiver.'}
      </Empty>
    ),
    children: <DestinationTable caption="Destinations" lines={page.lines} now={ctx.now()} withSource />,
  })
}
