import { Badge } from '../../../ui/components/badge.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { Difference } from '../../catalogue/index.ts'

/** Letters of a value, and fields, that are shown: all of them are in the API. */
const MOST_SHOWN = 200
const MOST_FIELDS = 50

/** Field by field, what it was and what it is. */
export function DifferenceTable({ of }: { of: readonly Difference[] }) {
  if (of.length === 0) return <p>Nothing.</p>
  return (
    <>
      <Table
        caption="What differs, field by field"
        columns={[{ title: 'Field' }, { title: 'Before' }, { title: 'After' }]}
        rows={of.slice(0, MOST_FIELDS).map(({ field, before, after, words }) => [
          <>
            <code class="wrap">{field}</code> {words && <Badge tone="off">Words</Badge>}
          </>,
          <Value of={before} />,
          <Value of={after} />,
        ])}
      />
      {of.length > MOST_FIELDS && <p class="soft">And {of.length - MOST_FIELDS} more fields, which the API tells.</p>}
      {of.some(({ field }) => field === 'name') && (
        <p class="soft">
          Events name it in their <code>integrations</code> object: whoever does so has to use the new name.
        </p>
      )}
    </>
  )
}

function Value({ of }: { of: unknown }) {
  if (of === undefined) return <span class="soft">–</span>
  const isList = Array.isArray(of) && of.every((one) => typeof one === 'string')
  const text = typeof of === 'string' ? of : isList ? of.join(', ') : JSON.stringify(of)
  return <span class="difference">{text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text}</span>
}
