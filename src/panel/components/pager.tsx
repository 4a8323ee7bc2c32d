import { many, unitOf } from '../words.ts'

/** Which part of a list is seen, and the way to its neighbours. */
export function Pager({
  path,
  query,
  offset,
  shown,
  total,
  what,
}: {
  path: string
  query: Record<string, string>
  offset: number
  shown: number
  total: number
  /** One of what is listed: `source`. */
  what: string
}) {
  if (total === 0) return null
  const to = (from: number) => {
    const parts = Object.entries({ ...query, from: from > 0 ? String(from) : '' }).filter(([, value]) => value !== '')
    const search = new URLSearchParams(parts).toString()
    return search === '' ? path : `${path}?${search}`
  }
  const [first, last] = [offset + 1, offset + shown]
  return (
    <nav class="pager" aria-label={`Pages of ${unitOf(0, what)}`}>
      <p>
        {shown === 0
          ? `No more ${unitOf(0, what)}`
          : shown === total
            ? many(total, what)
            : `${number(first)}–${number(last)} of ${many(total, what)}`}
      </p>
      {offset > 0 && (
        <a class="button button-plain button-small" href={to(Math.max(0, offset - PAGE))} rel="prev">
          Previous
        </a>
      )}
      {last < total && (
        <a class="button button-plain button-small" href={to(offset + PAGE)} rel="next">
          Next
        </a>
      )}
    </nav>
  )
}

/** Rows of a page. */
export const PAGE = 50

/** Where a page begins, as `?from=` says; nonsense begins at the beginning. */
export function offsetOf(from: string | undefined): number {
  return /^\d{1,9}$/.test(from ?? '') ? Number(from) : 0
}

const number = (value: number) => value.toLocaleString('en-GB')
