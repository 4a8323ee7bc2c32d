import { cutPage, type Key } from '../../../settings/index.ts'
import { pictureUrls } from '../pictures.ts'
import { catalogueKey, listEntries } from '../queries.ts'
import { describeSource } from '../../sources/index.ts'
import { fits, type Integration, titleOf, sourceKindName } from '../../../integrations/index.ts'
import { Badge, Tag } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { FilterSelect } from '../../../ui/components/filter-select.tsx'
import { Mark } from '../../../ui/components/mark.tsx'
import { pageAt } from '../../../ui/components/pager.tsx'
import { plural } from '../../../ui/counts.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showListPage } from '../../../ui/layout/list-page.tsx'
import { kindName, catalogueStatus } from './categories.ts'

/**
 * `GET /catalogue?q=&category=&kind=&source=&all=&page=`; `source` is kept on the way to a destination of it,
 * and what its events cannot get to is left out, unless `all` says otherwise.
 */
export async function showCatalogue(c: PanelContext, { db }: ControlDeps) {
  const { workspaceId } = c.var.access
  const sourceId = c.req.query('source')?.trim() ?? ''
  const [listed, of] = await Promise.all([
    listEntries(db, workspaceId),
    sourceId === '' ? null : describeSource(db, workspaceId, sourceId, 1),
  ])
  // One's own first, as long as they are nobody else's.
  const all = listed.toSorted((a, b) => Number(a.status === 'PUBLIC') - Number(b.status === 'PUBLIC'))
  const [q, category, kind, source] = ['q', 'category', 'kind', 'source'].map(
    (name) => c.req.query(name)?.trim() ?? '',
  ) as [string, string, string, string]
  const everything = of === null || c.req.query('all') === '1'
  const matching = all.filter(
    (one) =>
      matches(one, q) &&
      (category === '' || one.categories.some((of) => of === category)) &&
      (kind === '' || one.kind === kind),
  )
  const found = matching.filter((one) => everything || fits(one, of.metadataId))
  const leftOut = matching.length - found.length
  const keyOf = (one: Integration): Key => [Number(one.status === 'PUBLIC'), ...catalogueKey(one)]
  const page = cutPage(found, pageAt(c.req.query('page')), keyOf)
  const kept = new URLSearchParams({
    ...(source !== '' && { source }),
    ...(of && everything && { all: '1' }),
  }).toString()
  const query = kept === '' ? '' : `?${kept}`
  const options = (values: string[], words: (value: string) => string = (value) => value) =>
    [...new Set(values)].toSorted().map((value) => [value, words(value)] as const)
  return showListPage(c, {
    title: 'Catalogue',
    current: 'catalogue',
    path: '/catalogue',
    lead: of ? `Pick what the events of ${of.name} are to be sent to.` : 'What your events can be sent to.',
    query: { q, category, kind, source, all: of && everything ? '1' : '' },
    page,
    what: 'integration',
    search: 'Search the catalogue',
    filters: (
      <>
        {source !== '' && <input type="hidden" name="source" value={source} />}
        {of && everything && <input type="hidden" name="all" value="1" />}
        <FilterSelect
          name="category"
          label="Category"
          all="All categories"
          value={category}
          options={options(all.flatMap((one) => one.categories))}
        />
        <FilterSelect
          name="kind"
          label="Kind"
          all="All kinds"
          value={kind}
          options={options(
            all.map((one) => one.kind),
            kindName,
          )}
        />
      </>
    ),
    notFound: (
      <Empty
        icon="search"
        title="Nothing like this in the catalogue"
        action={<Button href={`/catalogue${query}`}>Show everything</Button>}
      >
        Webhooks can send events to anything that has an address of its own.
      </Empty>
    ),
    note: of && leftOut > 0 && (
      <p class="help">
        {plural(leftOut, 'integration')} {leftOut === 1 ? 'is' : 'are'} left out:{' '}
        {leftOut === 1 ? 'it runs' : 'they run'} on devices that a source for {sourceKindName(of.metadataId)} does not
        have.{' '}
        <a href={`/catalogue?${new URLSearchParams({ source, q, category, kind, all: '1' }).toString()}`}>
          Show {leftOut === 1 ? 'it' : 'them'} all the same
        </a>
      </p>
    ),
    children: (
      <ul class="cards">
        {page.lines.map((one) => (
          <li>
            <Entry of={one} href={`/catalogue/${encodeURIComponent(one.slug)}${query}`} />
          </li>
        ))}
      </ul>
    ),
  })
}

function Entry({ of, href }: { of: Integration; href: string }) {
  const status = catalogueStatus(of)
  return (
    <article class="card entry">
      <Mark name={titleOf(of)} picture={pictureUrls(of).mark} large />
      <div>
        <h2>
          <a class="stretched" href={href}>
            {titleOf(of)}
          </a>
        </h2>
        <p class="entry-text">{of.description}</p>
        <p class="tags">
          {of.categories.map((category) => (
            <Tag>{category}</Tag>
          ))}
          <Tag>{kindName(of.kind)}</Tag>
          {of.status !== 'PUBLIC' && <Badge tone={status.tone}>{status.words}</Badge>}
        </p>
      </div>
    </article>
  )
}

function matches({ name, title = '', slug, description }: Integration, q: string): boolean {
  const wanted = q.toLowerCase()
  return [name, title, slug, description].some((text) => text.toLowerCase().includes(wanted))
}
