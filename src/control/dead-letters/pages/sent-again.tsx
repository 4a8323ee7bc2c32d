import { isoTime } from '../../../event/index.ts'
import { type RedriveOutcome, total } from '../../../lane/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { plural } from '../../../ui/counts.ts'
import type { ShownOwner } from './owner.ts'
import { short } from './words.ts'

/** Redrives that the page has at once; the API has twenty. */
const SHOWN = 6

/** What became of what was sent again: fixed and gone, or failed again. */
export function SentAgain({ redrives, of, now }: { redrives: readonly RedriveOutcome[]; of: ShownOwner; now: number }) {
  if (redrives.length === 0) return null
  const shown = shownOf(redrives)
  const { path } = of
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
            {of.mayWrite && !one.complete && (
              <form method="post" action={`${path}/dead-letters/redrives/${one.id}/cancel`}>
                <Button small label={`Cancel redrive ${one.id}`}>
                  Cancel
                </Button>
              </form>
            )}
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
function standingOf({ events, pending, complete, cancelled, looked, untold = 0 }: RedriveOutcome): string {
  return [
    plural(events, 'event'),
    pending > 0 && `${number(pending)} on the way`,
    looked !== undefined && `${number(looked)} looked at`,
    untold > 0 && `${number(untold)} of them no longer in the archive`,
    cancelled ? 'cancelled' : !complete && (looked === undefined ? 'more to follow' : 'still looking'),
  ]
    .filter(Boolean)
    .join(', ')
}

/** The newest, and whatever older ones go on: each can be cancelled here. */
function shownOf(redrives: readonly RedriveOutcome[]): RedriveOutcome[] {
  return redrives.filter(({ complete }, at) => at < SHOWN || !complete)
}

function wordsOf({ filter }: RedriveOutcome): string {
  if (!filter) return 'chosen one by one'
  const { reason, event, type, userId, from, until } = filter
  const parts = [
    reason === undefined ? 'all' : `all with ${reason}`,
    event === undefined ? '' : `of ${short(event)}`,
    type === undefined ? '' : `by ${type}`,
    userId === undefined ? '' : `of person ${short(userId)}`,
    from === undefined ? '' : `from ${minuteOf(from)}`,
    until === undefined ? '' : `until ${minuteOf(until)}`,
  ]
  return parts.filter(Boolean).join(' ')
}

function minuteOf(at: number): string {
  return `${isoTime(at).slice(0, 16).replace('T', ' ')} UTC`
}

const number = (value: number) => value.toLocaleString('en-GB')
