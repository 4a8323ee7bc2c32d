import { may } from '../../../accounts/index.ts'
import { searchDestinations } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt } from '../../../ui/components/pager.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showListPage } from '../../../ui/layout/list-page.tsx'
import { DestinationTable } from './table.tsx'

/** `GET /destinations?q=&page=` */
export async function showDestinations(c: PanelContext, { db }: ControlDeps) {
  const { access } = c.var
  const q = c.req.query('q')?.trim() ?? ''
  const page = await searchDestinations(db, access.workspaceId, q, pageAt(c.req.query('page')))
  const add = may(access, 'destinations:write', access.sources?.[0]) && (
    <Button kind="main" icon="plus" href="/catalogue">
      Add destination
    </Button>
  )
  return showListPage(c, {
    title: 'Destinations',
    current: 'destinations',
    path: '/destinations',
    lead: 'Where your events go: each gets those of one source, at its own pace.',
    query: { q },
    page,
    what: 'destination',
    search: 'Search by name, source, integration or id',
    add,
    none: (
      <Empty icon="destination" title="No destination yet" action={add}>
        Pick an integration from the catalogue, fill in its settings and enable it: events flow {IN_FORCE}.
      </Empty>
    ),
    notFound: (
      <Empty
        icon="search"
        title="No destination like this"
        action={<Button href="/destinations">Show all destinations</Button>}
      >
        A search finds parts of a name, and whole ids.
      </Empty>
    ),
    children: <DestinationTable caption="Destinations" lines={page.lines} withSource />,
  })
}
