import type { Child } from 'hono/jsx'

export interface Column {
  title: string
  /** Figures stand at the right, so that their digits line up. */
  number?: boolean
  /** On a phone there is no room for it. */
  wide?: boolean
  /** Read out and not shown: what stands below says it to the eye. */
  unseen?: boolean
}

export type Cell = Child

/** Rows to compare. The first cell names the row; on a narrow screen the table scrolls inside its frame. */
export function Table({
  caption,
  columns,
  rows,
}: {
  caption: string
  columns: readonly Column[]
  rows: readonly (readonly Cell[])[]
}) {
  const look = (column: Column | undefined) =>
    [column?.number ? 'number' : '', column?.wide ? 'wide' : ''].filter(Boolean).join(' ') || undefined
  return (
    <div class="table-frame" tabindex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={look(column)}>
                {column.unseen ? <span class="unseen">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...others]) => (
            <tr>
              <th scope="row" class={look(columns[0])}>
                {first}
              </th>
              {others.map((cell, index) => (
                <td class={look(columns[index + 1])}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
