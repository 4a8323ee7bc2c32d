import { may } from '../../../accounts/index.ts'
import { searchSources } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Search } from '../../../ui/components/search.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { sourceKindName } from '../../../integrations/index.ts'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'

/** `GET /sources?q=&page=` */
export async function showSources(c: PanelContext, { db, ctx }: ControlDeps) {
  const { access } = c.var
  const q = c.req.query('q')?.trim() ?? ''
  const page = await searchSources(db, access.workspaceId, q, pageAt(c.req.query('page')))
  const { lines } = page
  const now = ctx.now()
  const mayAdd = may(access, 'sources:write')
  const add = mayAdd && (
    <Button kind="main" icon="plus" href="/sources/new">
      Add source
    </Button>
  )
  const nothing = lines.length === 0 && q === '' && page.total === 0
  return showPage(c, {
    title: 'Sources',
    current: 'sources',
    lead: 'Where your events come from: a website, an app, a server.',
    actions: nothing ? undefined : add,
    children: nothing ? (
      <Empty icon="source" title="No source yet" action={add}>
        {mayAdd
          ? 'A source has a write key, with which your website, app or server sends its events here.'
          : 'Somebody with the role owner or member can add one.'}
      </Empty>
    ) : (
      <>
        <Search action="/sources" value={q} label="Search by name, slug, id or write key" target="found" />
        <div id="found">
          {lines.length === 0 ? (
            <Empty icon="search" title="No source like this" action={<Button href="/sources">Show all sources</Button>}>
              A search finds parts of a name or slug, and whole ids and write keys.
            </Empty>
          ) : (
            <Table
              caption="Sources"
              columns={[
                { title: 'Name' },
                { title: 'State' },
                { title: 'Platform' },
                { title: 'Destinations', number: true, wide: true },
                { title: 'Added', wide: true },
              ]}
              rows={lines.map(({ id, name, slug, enabled, metadataId, destinations, createdAt }) => [
                <>
                  <a href={`/sources/${id}`}>{name}</a>
                  <span class="under mono">{slug}</span>
                </>,
                <EnabledBadge enabled={enabled} />,
                sourceKindName(metadataId),
                destinations.toLocaleString('en-GB'),
                <Ago at={createdAt} now={now} />,
              ])}
            />
          )}
          <Pager path="/sources" query={{ q }} page={page} what="source" />
        </div>
      </>
    ),
  })
}
