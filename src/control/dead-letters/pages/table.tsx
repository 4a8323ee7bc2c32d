import { type DeadEvent, deadWords, type DeadLetter, type Looked } from '../../../lane/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural } from '../../../ui/counts.ts'
import type { ShownOwner } from './owner.ts'
import { eventCall, eventTitle, eventPerson } from './words.ts'

/** One event a row; for those who may, each with a box to choose it by. */
export function LettersTable({ of, found, now }: { of: ShownOwner; found: readonly Looked[]; now: number }) {
  const maySend = of.mayWrite && of.stopped === null
  const events = found.flatMap(({ letter, events: some }) => some.map((one) => ({ letter, one })))
  const table = (
    <Table
      caption="Dead letters"
      columns={[{ title: 'Event' }, { title: 'Why' }, { title: 'Attempts', number: true, wide: true }]}
      rows={events.map(({ letter, one }) => [
        <Name of={of} letter={letter} one={one} box={maySend} />,
        <>
          {deadWords(letter.reason)}
          <span class="under">
            <Ago at={Date.parse(letter.at)} now={now} />
            {letter.redrive !== undefined && `, sent again before by redrive ${letter.redrive}`}
          </span>
        </>,
        letter.attempts.toLocaleString('en-GB'),
      ])}
    />
  )
  if (!maySend) return table
  return (
    <form class="letters" method="post" action={`${of.path}/dead-letters/redrive`}>
      {events.map(({ letter, one }) => (
        <input type="hidden" name="shown" value={valueOf(letter, one)} />
      ))}
      {table}
      <div class="actions">
        <Button kind="main" name="what" value="chosen">
          Send the chosen again
        </Button>
        <Button name="what" value="shown">
          {events.length === 1 ? 'Send the one shown again' : `Send all ${plural(events.length, 'event')} shown again`}
        </Button>
      </div>
    </form>
  )
}

function Name({ of, letter, one, box }: { of: ShownOwner; letter: DeadLetter; one: DeadEvent; box: boolean }) {
  const { payload, event } = one
  const name = eventTitle(payload)
  const under = [eventCall(payload), eventPerson(payload)].filter((text) => text !== null && text !== name)
  const words = (
    <div>
      <a href={`${of.path}/dead-letters/${letter.id}/${event}`}>{name}</a>
      {under.length > 0 && <span class="under">{under.join(' · ')}</span>}
    </div>
  )
  if (!box) return words
  return (
    <div class="pickable">
      <input type="checkbox" name="chosen" value={valueOf(letter, one)} aria-label={`Choose ${name}`} />
      {words}
    </div>
  )
}

/** How a form names an event: `1795790403056000.3`. */
export function valueOf({ id }: DeadLetter, { event }: DeadEvent): string {
  return `${id}.${event}`
}
