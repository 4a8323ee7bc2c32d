import { may } from '../../../accounts/index.ts'
import { searchDestinations } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Search } from '../../../ui/components/search.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { DestinationTable } from './table.tsx'

/** `GET /destinations?q=&page=` */
export async function showDestinations(c: PanelContext, { db }: ControlDeps) {
  const { access } = c.var
  const q = c.req.query('q')?.trim() ?? ''
  const page = await searchDestinations(db, access.workspaceId, q, pageAt(c.req.query('page')))
  const { lines } = page
  const add = may(access, 'destinations:write', access.sources?.[0]) && (
    <Button kind="main" icon="plus" href="/catalogue">
      Add destination
    </Button>
  )
  const nothing = lines.length === 0 && q === '' && page.total === 0
  return showPage(c, {
    title: 'Destinations',
    current: 'destinations',
    lead: 'Where your events go: each gets those of one source, at its own pace.',
    actions: nothing ? undefined : add,
    children: nothing ? (
      <Empty icon="destination" title="No destination yet" action={add}>
        Pick an integration from the catalogue, fill in its settings and enable it: events flow {IN_FORCE}.
      </Empty>
    ) : (
      <>
        <Search action="/destinations" value={q} label="Search by name, source, integration or id" target="found" />
        <div id="found">
          {lines.length === 0 ? (
            <Empty
              icon="search"
              title="No destination like this"
              action={<Button href="/destinations">Show all destinations</Button>}
            >
              A search finds parts of a name, and whole ids.
            </Empty>
          ) : (
            <DestinationTable caption="Destinations" lines={lines} withSource />
          )}
          <Pager path="/destinations" query={{ q }} page={page} what="destination" />
        </div>
      </>
    ),
  })
}
