import * as v from 'valibot'
import { EVENT_TYPES, parseTime } from '../../event/index.ts'
import { timeText } from '../input.ts'

const text = v.pipe(
  v.string('Must be text.'),
  v.nonEmpty('Must not be empty.'),
  v.maxLength(200, 'At most 200 letters.'),
)
const whole = (what: string) =>
  v.pipe(v.number(`Must be ${what}.`), v.safeInteger(`Must be ${what}.`), v.minValue(0, `Must be ${what}.`))
const letterId = whole('the id of a dead letter')
const call = v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`)

const NOT_IN_ORDER = 'Must be before until.'

function isInOrder({ from, until }: { from?: string | undefined; until?: string | undefined }): boolean {
  return from === undefined || until === undefined || (parseTime(from) ?? 0) < (parseTime(until) ?? 0)
}

/** Which dead letters are shown: what is left out takes all. */
export const deadLetterFilter = v.pipe(
  v.object({
    reason: v.optional(text),
    event: v.optional(text),
    type: v.optional(call),
    userId: v.optional(text),
    from: v.optional(timeText),
    until: v.optional(timeText),
  }),
  v.forward(
    v.check((of) => isInOrder(of), NOT_IN_ORDER),
    ['from'],
  ),
)

/** Which dead letters are to be sent once more: exactly one way to say it. */
export const redrive = v.pipe(
  v.strictObject({
    ids: v.optional(v.pipe(v.array(letterId, 'Must be a list of ids.'), v.maxLength(500, 'At most 500 ids.'))),
    events: v.optional(
      v.pipe(
        v.array(
          v.strictObject({ id: letterId, event: whole('the place of one of its events') }, 'Must have id and event.'),
          'Must be a list of events.',
        ),
        v.maxLength(500, 'At most 500 events.'),
      ),
    ),
    reason: v.optional(text),
    from: v.optional(timeText),
    until: v.optional(timeText),
    event: v.optional(text),
    type: v.optional(call),
    userId: v.optional(text),
    all: v.optional(v.literal(true, 'Must be true.')),
  }),
  v.check(
    (what) => waysOf(what).size === 1,
    'Say which, in one way: ids, events, all, or a filter of reason, from, until, event, type and userId.',
  ),
  v.forward(
    v.check((of) => isInOrder(of), NOT_IN_ORDER),
    ['from'],
  ),
)

/** What can be changed of a redrive that goes on: it can be ended. */
export const redriveChange = v.strictObject({ state: v.literal('cancelled', 'Must be cancelled.') })

const FILTERS = new Set(['reason', 'from', 'until', 'event', 'type', 'userId'])

function waysOf(what: object): Set<string> {
  return new Set(Object.keys(what).map((name) => (FILTERS.has(name) ? 'filter' : name)))
}
