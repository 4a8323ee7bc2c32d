import { catalogueKey, cutPage, type Key, listIntegrations } from '../../settings/index.ts'
import type { Integration } from '../../integrations/index.ts'
import { Badge, Tag } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Empty } from '../components/empty.tsx'
import { pageAt, Pager } from '../components/pager.tsx'
import { Search } from '../components/search.tsx'
import { firstLetter } from '../words.ts'
import type { PanelContext, PanelDeps } from '../deps.ts'
import { showPage } from '../layout/page.tsx'
import { categoryOf, kindName, statusOf } from './categories.ts'

/** `GET /catalogue?q=&category=&kind=&source=&from=`; `source` is kept on the way to a destination of it. */
export async function listPage(c: PanelContext, { db }: PanelDeps) {
  const listed = await listIntegrations(db, c.var.access.workspaceId)
  // One's own first, as long as they are nobody else's.
  const all = listed.toSorted((a, b) => Number(a.status === 'PUBLIC') - Number(b.status === 'PUBLIC'))
  const [q, category, kind, source] = ['q', 'category', 'kind', 'source'].map(
    (name) => c.req.query(name)?.trim() ?? '',
  ) as [string, string, string, string]
  const found = all.filter(
    (one) => matches(one, q) && (category === '' || categoryOf(one) === category) && (kind === '' || one.kind === kind),
  )
  const keyOf = (one: Integration): Key => [Number(one.status === 'PUBLIC'), ...catalogueKey(one)]
  const page = cutPage(found, pageAt(c.req.query('page')), keyOf)
  const shown = page.lines
  const query = source === '' ? '' : `?source=${encodeURIComponent(source)}`
  const options = (values: string[], words: (value: string) => string = (value) => value) =>
    [...new Set(values)].toSorted().map((value) => [value, words(value)] as const)
  return showPage(c, {
    title: 'Catalogue',
    current: 'catalogue',
    lead: source === '' ? 'What your events can be sent to.' : 'Pick what the events of your source are to be sent to.',
    children: (
      <>
        <Search action="/catalogue" value={q} label="Search the catalogue" target="found">
          {source !== '' && <input type="hidden" name="source" value={source} />}
          <FilterSelect
            name="category"
            label="Category"
            all="All categories"
            value={category}
            options={options(all.map(categoryOf))}
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
        </Search>
        <div id="found">
          {shown.length === 0 ? (
            <Empty
              icon="search"
              title="Nothing like this in the catalogue"
              action={<Button href={`/catalogue${query}`}>Show everything</Button>}
            >
              Webhooks can send events to anything that has an address of its own.
            </Empty>
          ) : (
            <ul class="cards">
              {shown.map((one) => (
                <li>
                  <Entry of={one} href={`/catalogue/${encodeURIComponent(one.slug)}${query}`} />
                </li>
              ))}
            </ul>
          )}
          <Pager path="/catalogue" query={{ q, category, kind, source }} page={page} what="integrations" />
        </div>
      </>
    ),
  })
}

function Entry({ of, href }: { of: Integration; href: string }) {
  const status = statusOf(of)
  return (
    <article class="card entry">
      <IntegrationMark name={of.name} />
      <div>
        <h2>
          <a class="stretched" href={href}>
            {of.name}
          </a>
        </h2>
        <p class="entry-text">{of.description}</p>
        <p class="tags">
          <Tag>{categoryOf(of)}</Tag>
          <Tag>{kindName(of.kind)}</Tag>
          {of.status !== 'PUBLIC' && <Badge tone={status.tone}>{status.words}</Badge>}
        </p>
      </div>
    </article>
  )
}

/** Until integrations have logos: their first letter. */
export function IntegrationMark({ name }: { name: string }) {
  return (
    <span class="mark" aria-hidden="true">
      {firstLetter(name)}
    </span>
  )
}

interface FilterProps {
  name: string
  label: string
  all: string
  value: string
  options: readonly (readonly [string, string])[]
}

function FilterSelect({ name, label, all, value, options }: FilterProps) {
  return (
    <select name={name} aria-label={label}>
      <option value="">{all}</option>
      {options.map(([key, words]) => (
        <option value={key} selected={key === value}>
          {words}
        </option>
      ))}
    </select>
  )
}

function matches({ name, slug, description }: Integration, q: string): boolean {
  const wanted = q.toLowerCase()
  return [name, slug, description].some((text) => text.toLowerCase().includes(wanted))
}
