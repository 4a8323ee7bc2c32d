import { cursorOf, placeOfCursor } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { attempt } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { filterOf } from '../filter.ts'
import { letterPlace, placeKey } from '../place.ts'
import type { LetterPlace, Searched } from '../queries.ts'
import { askedAddress, type Asked, askedOf, isOfLane } from './asked.ts'
import { FilterForm } from './filter-form.tsx'
import { type LaneLetters, readLetters } from './lane.ts'
import type { PageOwner, ShownOwner } from './owner.ts'
import { DeadReasons } from './reasons.tsx'
import { SentAgain } from './sent-again.tsx'
import { LettersTable } from './table.tsx'

/** Events of a page: a letter has up to 500, and is shown in parts. */
const EVENTS = 40

/** `GET …/dead-letters`: what was given up, by reason, event, user and time, and what became of what was sent again. */
export async function showDeadLetters(c: PanelContext, deps: ControlDeps, owner: PageOwner) {
  const of = await owner.describe(c, deps)
  const asked = askedOf(c)
  const parsed = await attempt(() => Promise.resolve().then(() => filterOf((name) => asked[name])))
  if (!parsed.ok) {
    const form = <FilterForm of={of} asked={asked} reasons={[]} problems={parsed.problems} />
    return showPage(c, { ...of.head, children: form }, 422)
  }
  const from = placeOf(c.req.query('page'))
  const most = { letters: EVENTS, events: EVENTS, cut: true }
  const read = await readLetters(deps, of.lane, { filter: parsed.value, from, most })
  return showPage(c, {
    ...of.head,
    children: read ? (
      <Letters of={of} asked={asked} read={read} first={from === undefined} now={deps.ctx.now()} />
    ) : (
      <Notice tone="warn" title="The lane does not answer at the moment.">
        Dead letters are kept all the same. Look again in a minute.
      </Notice>
    ),
  })
}

interface LettersProps {
  of: ShownOwner
  asked: Asked
  read: LaneLetters
  /** It is the first page. */
  first: boolean
  now: number
}

function Letters({ of, asked, read, first, now }: LettersProps) {
  const { metrics, redrives, found } = read
  const { dead } = metrics
  const reasons = Object.keys(dead)
  if (metrics.ledger.dead === 0 && redrives.length === 0 && found.length === 0) {
    return (
      <Empty icon="check" title="No dead letters">
        What cannot be delivered is kept here for 30 days, with its reason and what was answered, and can be sent again.
      </Empty>
    )
  }
  return (
    <>
      {reasons.length > 0 && (
        <Card
          title="By reason"
          lead="Since it began. Counted are also those that were given up over 30 days ago: they are no longer kept."
        >
          <DeadReasons dead={dead} path={of.path} asked={asked} />
        </Card>
      )}
      <SentAgain redrives={redrives} of={of} now={now} />
      <FilterForm of={of} asked={asked} reasons={reasons} problems={[]} />
      <Card
        title="Dead letters"
        lead={leadOf(read, asked, first)}
        actions={
          found.length > 0 && (
            <a class="button button-plain" href={askedAddress(`${of.path}/dead-letters/download`, asked)} download>
              Download as NDJSON
            </a>
          )
        }
      >
        {found.length > 0 && <LettersTable of={of} found={found} now={now} />}
        <Next of={of} asked={asked} read={read} />
        {of.mayWrite && (found.length > 0 || read.next) && <SendAll of={of} asked={asked} />}
      </Card>
    </>
  )
}

function leadOf({ found, looked, untold, next }: Searched, asked: Asked, first: boolean): string {
  const shown = found.reduce((n, { events }) => n + events.length, 0)
  const looks = isOfLane(asked)
    ? ''
    : ` Of ${plural(looked, 'event')} that ${looked === 1 ? 'was' : 'were'} looked at${next ? ': there are more' : ''}.`
  const gone =
    untold > 0 ? ` The archive has ${plural(untold, 'of them', 'of them')} no longer, so nobody can tell.` : ''
  const are =
    shown === 0
      ? next
        ? 'None so far.'
        : first
          ? 'None.'
          : 'No more.'
      : `${plural(shown, 'event')}, the newest first.`
  return `${are}${looks}${gone}`
}

function Next({ of, asked, read: { next, found } }: Pick<LettersProps, 'of' | 'asked' | 'read'>) {
  if (!next) return null
  const page = cursorOf(placeKey(next))
  return (
    <nav class="pager" aria-label="Pages of dead letters">
      <a
        class="button button-plain button-small"
        href={askedAddress(`${of.path}/dead-letters`, asked, { page })}
        rel="next"
      >
        {found.length === 0 || !isOfLane(asked) ? 'Look further' : 'Older ones'}
      </a>
    </nav>
  )
}

/** All of a filter, whatever of it is shown. */
function SendAll({ of, asked }: Pick<LettersProps, 'of' | 'asked'>) {
  if (of.stopped !== null) return <p class="help">{of.stopped}</p>
  const all = Object.keys(asked).length === 0
  return (
    <div class="actions">
      <Button href={askedAddress(`${of.path}/dead-letters/redrive`, asked)}>
        {all ? 'Send all again…' : 'Send all of this filter again…'}
      </Button>
    </div>
  )
}

/** The place that `?page=` says; nonsense begins at the beginning. */
function placeOf(cursor: string | undefined): LetterPlace | undefined {
  try {
    return letterPlace(placeOfCursor(cursor ?? ''))
  } catch {
    return undefined
  }
}
