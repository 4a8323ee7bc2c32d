import { type Listed, type Page, placeOfCursor } from '../../settings/index.ts'
import { plural, unitOf } from '../counts.ts'

/** Which part of a list is seen, and the way to its neighbours. */
export function Pager({
  path,
  query,
  page: { lines, total, earlier, next, previous },
  what,
}: {
  path: string
  query: Record<string, string>
  page: Omit<Listed<unknown>, 'current'>
  /** One of what is listed: `source`. */
  what: string
}) {
  if (total === 0) return null
  const to = (page: string) => {
    const parts = Object.entries({ ...query, page }).filter(([, value]) => value !== '')
    const search = new URLSearchParams(parts).toString()
    return search === '' ? path : `${path}?${search}`
  }
  const shown = lines.length
  const [first, last] = [earlier + 1, earlier + shown]
  return (
    <nav class="pager" aria-label={`Pages of ${unitOf(0, what)}`}>
      <p>
        {shown === 0
          ? `No more ${unitOf(0, what)}`
          : shown === total
            ? plural(total, what)
            : `${number(first)}–${number(last)} of ${plural(total, what)}`}
      </p>
      {earlier > 0 && (
        <a class="button button-plain button-small" href={to(previous ?? '')} rel="prev">
          Previous
        </a>
      )}
      {next !== undefined && (
        <a class="button button-plain button-small" href={to(next)} rel="next">
          Next
        </a>
      )}
    </nav>
  )
}

/** Rows of a page. */
export const PAGE = 50

/** The page that `?page=` says; nonsense begins at the beginning. */
export function pageAt(cursor: string | undefined): Page {
  return { count: PAGE, from: placeOfCursor(cursor ?? '') }
}

const number = (value: number) => value.toLocaleString('en-GB')
