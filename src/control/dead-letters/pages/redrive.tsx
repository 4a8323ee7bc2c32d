import { skipAudit } from '../../../accounts/index.ts'
import { deadWords, type LaneMetrics } from '../../../lane/index.ts'
import { messageOf } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { redriveDeadLetters, type RedriveReport, updateRedrive } from '../commands.ts'
import { FILTER_NAMES } from '../filter.ts'
import { withFlash } from '../flash.ts'
import { redriveNumber } from '../place.ts'
import { askedAddress, type Asked, askedOf, isOfLane } from './asked.ts'
import type { PageOwner } from './owner.ts'

/** `GET …/dead-letters/redrive`: what sending all of a filter again means, before it is done. */
export async function showRedrive(c: PanelContext, deps: ControlDeps, owner: PageOwner) {
  const of = await owner.describe(c, deps)
  const asked = askedOf(c)
  const list = `${of.path}/dead-letters`
  if (!of.mayWrite || of.stopped !== null)
    return showProblem(
      c,
      403,
      'You may not do this here',
      of.stopped ?? 'Only those who may change it may send it anything.',
      list,
    )
  const metrics = await deps
    .lane(of.lane)
    .metrics()
    .catch(() => null)
  const { crumbs = [], title, current } = of.head
  return showPage(c, {
    title: 'Send again',
    ...(current !== undefined && { current }),
    crumbs: [...crumbs, [title, list]],
    children: (
      <form method="post" action={`${list}/redrive`} class="card confirm">
        <h2>What happens</h2>
        <ul class="costs">
          <li>{whichWords(asked)}</li>
          <li>{countWords(asked, metrics)}</li>
          <li>
            Each is sent as if it had just come in, with the id that it had: some hundreds a second are put on their
            way, and go at the pace of the destination, with what comes in.
          </li>
          {!isOfLane(asked) && (
            <li>
              Which they are is read from the archive, the newest first, some hundred events a second. It goes on by
              itself, can be cancelled, and does not take what is given up from now on.
            </li>
          )}
          <li>What fails again is a dead letter again. Both stand under “Sent again”.</li>
        </ul>
        {Object.entries(asked).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="actions">
          <Button kind="main" name="what" value="filter">
            Send them again
          </Button>
          <Button kind="quiet" href={askedAddress(list, asked)}>
            Back
          </Button>
        </div>
      </form>
    ),
  })
}

function whichWords({ reason, event, type, userId, from, until }: Asked): string {
  const which = reason === undefined ? 'All dead letters' : `All dead letters of this reason: ${deadWords(reason)}`
  const payload = [event && `of the event ${event}`, type && `of the call ${type}`, userId && `of the person ${userId}`]
  const times = [from && `given up at ${from} or later`, until && `given up before ${until}`].filter(Boolean)
  return `${[which, ...payload.filter(Boolean), ...times].join(', ')}.`
}

function countWords(asked: Asked, metrics: LaneMetrics | null): string {
  const { reason, from, until } = asked
  if (!metrics) return 'How many they are cannot be told at the moment.'
  const counted = reason === undefined ? metrics.ledger.dead : (metrics.dead[reason] ?? 0)
  const most = `${plural(counted, 'event')}, less those that were given up over 30 days ago`
  if (!isOfLane(asked)) return `At most ${most}: how many of them are meant is counted while they are looked for.`
  return from === undefined && until === undefined
    ? `These are ${most}.`
    : `At most ${most}: how many of them are of this time is counted while they are sent.`
}

/** `POST …/dead-letters/redrive` with `what`: the `chosen`, those `shown`, or all of a `filter`. */
export async function postRedrive(c: PanelContext, deps: ControlDeps, owner: PageOwner) {
  const of = await owner.describe(c, deps)
  const form = await Form.read(c)
  const list = `${of.path}/dead-letters`
  const what = form.get('what')
  const body = what === 'filter' ? filterBody(form) : eventsBody(form.all(what === 'shown' ? 'shown' : 'chosen'))
  if (!body) {
    skipAudit(c)
    return c.redirect(withFlash(list, 'letters-none'), 303)
  }
  const done = await attempt(() => redriveDeadLetters(deps, of, body))
  if (!done.ok) return showProblem(c, 409, 'This could not be done', messageOf(done.problems), list)
  return c.redirect(withFlash(list, saidOf(done.value)), 303)
}

function saidOf({ redrive, events, complete }: RedriveReport) {
  if (redrive === null) return 'letters-none'
  return events === 0 && !complete ? 'letters-looking' : 'letters-redriven'
}

/** `POST …/dead-letters/redrives/:redrive/cancel` */
export async function postCancelRedrive(c: PanelContext, deps: ControlDeps, owner: PageOwner) {
  const of = await owner.describe(c, deps)
  const number = redriveNumber(c.req.param('redrive') ?? '')
  const done = await attempt(() => updateRedrive(deps, of, number, { state: 'cancelled' }))
  const list = `${of.path}/dead-letters`
  if (!done.ok) return showProblem(c, 409, 'This could not be done', messageOf(done.problems), list)
  return c.redirect(withFlash(list, 'redrive-cancelled'), 303)
}

function filterBody(form: Form): object {
  const given = FILTER_NAMES.flatMap((name) => (form.get(name) === '' ? [] : [[name, form.get(name)]]))
  return given.length === 0 ? { all: true } : (Object.fromEntries(given) as object)
}

/** Events as the list names them, `<letter>.<event>`; `null`: none was chosen. */
function eventsBody(values: readonly string[]): object | null {
  const events = values.map((value) => {
    const [id = '', event = ''] = value.split('.')
    return { id: Number(id), event: Number(event) }
  })
  return events.length === 0 ? null : { events }
}
