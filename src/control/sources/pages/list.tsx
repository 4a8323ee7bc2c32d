import { may } from '../../../accounts/index.ts'
import { searchSources } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showListPage } from '../../../ui/layout/list-page.tsx'
import { sourceKindName } from '../../../integrations/index.ts'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'

/** `GET /sources?q=&page=` */
export async function showSources(c: PanelContext, { db, ctx }: ControlDeps) {
  const { access } = c.var
  const q = c.req.query('q')?.trim() ?? ''
  const page = await searchSources(db, access.workspaceId, q, pageAt(c.req.query('page')))
  const now = ctx.now()
  const mayAdd = may(access, 'sources:write')
  const add = mayAdd && (
    <Button kind="main" icon="plus" href="/sources/new">
      Add source
    </Button>
  )
  return showListPage(c, {
    title: 'Sources',
    current: 'sources',
    path: '/sources',
    lead: 'Where your events come from: a website, an app, a server.',
    query: { q },
    page,
    what: 'source',
    search: 'Search by name, slug, id or write key',
    add,
    none: (
      <Empty icon="source" title="No source yet" action={add}>
        {mayAdd
          ? 'A source has a write key, with which your website, app or server sends its events here.'
          : 'Somebody with the role owner or member can add one.'}
      </Empty>
    ),
    notFound: (
      <Empty icon="search" title="No source like this" action={<Button href="/sources">Show all sources</Button>}>
        A search finds parts of a name or slug, and whole ids and write keys.
      </Empty>
    ),
    children: (
      <Table
        caption="Sources"
        columns={[
          { title: 'Name' },
          { title: 'State' },
          { title: 'Platform' },
          { title: 'Destinations', number: true, wide: true },
          { title: 'Added', wide: true },
        ]}
        rows={page.lines.map(({ id, name, slug, enabled, metadataId, destinations, createdAt }) => [
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
    ),
  })
}
