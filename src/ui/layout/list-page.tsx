import type { Child } from 'hono/jsx'
import type { Listed } from '../../settings/index.ts'
import { Pager } from '../components/pager.tsx'
import { Search } from '../components/search.tsx'
import type { PanelContext } from '../context.ts'
import { showPage } from './page.tsx'

interface ListPageProps {
  title: string
  /** Key of its place in the navigation, whose address is `path`. */
  current: string
  path: string
  lead: Child
  /** What of `page` is asked for: `q`, and the values of `filters`; empty where nothing is. */
  query: Record<string, string> & { q: string }
  page: Omit<Listed<unknown>, 'current'>
  /** One of what is listed: `source`. */
  what: string
  /** What can be searched for. */
  search: string
  /** Beside the search. */
  filters?: Child
  /** A way to add one, for those who may. */
  add?: Child
  /** Instead of the whole list as long as there is nothing in it; absent where there is always something. */
  none?: Child
  /** Instead of the lines where none is like what is looked for. */
  notFound: Child
  /** Below the lines. */
  note?: Child
  /** The lines. */
  children: Child
}

/** Answers with a list that is searched, part by part. */
export function showListPage(c: PanelContext, props: ListPageProps) {
  const { title, current, path, lead, query, page, what, search, filters, add, none, notFound, note, children } = props
  const nothing = none !== undefined && page.total === 0 && Object.values(query).every((value) => value === '')
  return showPage(c, {
    title,
    current,
    lead,
    actions: nothing ? undefined : add,
    children: nothing ? (
      none
    ) : (
      <>
        <Search action={path} value={query.q} label={search} target="found">
          {filters}
        </Search>
        <div id="found">
          {page.lines.length === 0 ? notFound : children}
          {note}
          <Pager path={path} query={query} page={page} what={what} />
        </div>
      </>
    ),
  })
}
