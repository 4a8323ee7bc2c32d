import { isoTime } from '../../../event/index.ts'
import { type RedriveOutcome, total } from '../../../lane/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural } from '../../../ui/counts.ts'

/** Redrives that the page has at once; the API has twenty. */
const SHOWN = 6

/** What became of what was sent again: fixed and gone, or failed again. */
export function SentAgain({ redrives, path, now }: { redrives: readonly RedriveOutcome[]; path: string; now: number }) {
  if (redrives.length === 0) return null
  const shown = redrives.slice(0, SHOWN)
  const going = shown.some(({ pending, complete }) => pending > 0 || !complete)
  return (
    <Card
      id="sent-again"
      title="Sent again"
      lead="In events: each is in exactly one of delivered, failed again, on the way and filtered."
    >
      <Table
        caption="What was sent again, and what became of it"
        columns={[
          { title: 'Redrive' },
          { title: 'Events', number: true, wide: true },
          { title: 'Delivered', number: true },
          { title: 'Failed again', number: true },
          { title: 'On the way', number: true, wide: true },
          { title: 'Filtered', number: true, wide: true },
          { title: 'When', wide: true },
        ]}
        rows={shown.map((one) => [
          <>
            {one.id}: {wordsOf(one)}
            <span class="under">{standingOf(one)}</span>
          </>,
          number(one.events),
          number(one.delivered),
          number(total(one.dead)),
          number(one.pending),
          number(total(one.filtered)),
          <Ago at={Date.parse(one.at)} now={now} />,
        ])}
      />
      {going && (
        <p class="help">
          It goes on while you read: <a href={`${path}/dead-letters`}>look again</a>.
        </p>
      )}
    </Card>
  )
}

/** What a phone has no column for. */
function standingOf({ events, pending, complete }: RedriveOutcome): string {
  const going = pending > 0 ? `, ${number(pending)} on the way` : ''
  return `${plural(events, 'event')}${going}${complete ? '' : ', more to follow'}`
}

function wordsOf({ filter }: RedriveOutcome): string {
  if (!filter) return 'chosen one by one'
  const { reason, from, until } = filter
  const parts = [
    reason === undefined ? 'all' : `all with ${reason}`,
    from === undefined ? '' : `from ${minuteOf(from)}`,
    until === undefined ? '' : `until ${minuteOf(until)}`,
  ]
  return parts.filter(Boolean).join(' ')
}

function minuteOf(at: number): string {
  return `${isoTime(at).slice(0, 16).replace('T', ' ')} UTC`
}

const number = (value: number) => value.toLocaleString('en-GB')
