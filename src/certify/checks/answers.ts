import { EVENT_TYPES, type SpecEvent } from '../../event/index.ts'
import { type CertificationCheck, failedBy, PASSED, skipped, type CheckVerdict } from '../check.ts'
import { aged, sendOdd, TWO_YEARS } from '../cases.ts'
import { type Exchange, isTaken, type Probe, exchangeWords } from '../probe.ts'

/** What statuses mean: to whom an answer is final, and who is asked again. */
export const ANSWERS: readonly CertificationCheck[] = [
  {
    id: 'C103',
    grade: 'error',
    since: 1,
    title: 'Every call that it says it takes is answered with 2xx.',
    mend: 'Answer 200 when an event is processed, 202 when it will be. Take a call out of supportedMethods that you do not take.',
    look: async (probe) => {
      for (const type of probe.subject.supports) {
        const verdict = expectTaken(await probe.send(probe.event(type)), `A valid ${type}`)
        if (verdict.state !== 'passed') return verdict
      }
      return PASSED
    },
  },
  {
    id: 'C104',
    grade: 'error',
    since: 1,
    title: 'A wrong API key is refused with 401 or 403.',
    mend: 'Look up the key, which is the user name of Basic authentication, before anything else; answer 401 to one you do not know.',
    look: async (probe) => {
      return expectRefused(await sendOdd(probe, 'wrong-key'), 'A key that nobody has')
    },
  },
  {
    id: 'C105',
    grade: 'error',
    since: 1,
    title: 'A request without a key is refused with 401 or 403.',
    mend: 'A request without Authorization is nobody’s: answer 401.',
    look: async (probe) => {
      const exchange = await sendOdd(probe, 'no-key')
      return expectRefused(exchange, 'A request without a key')
    },
  },
  {
    id: 'C106',
    grade: 'task',
    since: 1,
    title: 'A call that it does not take is answered with 501.',
    mend: 'Answer 501 to a type that you do not take: the event is filtered, and nobody sees an error. 400 makes a dead letter of it.',
    look: async (probe) => {
      const others = EVENT_TYPES.filter((type) => !probe.subject.supports.includes(type))
      if (others.length === 0) return skipped('It takes all calls.')
      for (const type of others) {
        const exchange = await probe.send(probe.event(type))
        if (exchange.reply?.status === 501) continue
        return failedBy(exchange, `A ${type}, which it does not take, was answered with ${exchangeWords(exchange)}.`)
      }
      return PASSED
    },
  },
  {
    id: 'C107',
    grade: 'error',
    since: 1,
    title: 'A body that is no JSON is refused with 400, at once and for good.',
    mend: 'Catch what your parser throws and answer 400. A 5xx says “try again”: the same event comes back for four hours.',
    look: async (probe) => {
      const exchange = await sendOdd(probe, 'half-an-event')
      const status = exchange.reply?.status ?? 0
      return status >= 400 && status < 500 && status !== 408 && status !== 429
        ? PASSED
        : failedBy(exchange, `Half of an event was answered with ${exchangeWords(exchange)}.`)
    },
  },
  {
    id: 'C108',
    grade: 'error',
    since: 1,
    title: 'The same event again is answered with 2xx and changes nothing.',
    mend: 'Drop repeats by projectId and messageId, and answer 200: a delivery is repeated whenever its answer was lost.',
    look: async (probe) => {
      const event = probe.event()
      const first = expectTaken(await probe.send(event), 'An event')
      if (first.state !== 'passed') return first
      const again = await probe.send(event)
      const second = expectTaken(again, 'The same event again')
      if (second.state !== 'passed') return second
      return countsOnce(probe, event, again, 'Sent twice')
    },
  },
  {
    id: 'C109',
    grade: 'error',
    since: 1,
    title: 'Events in no order are taken.',
    mend: 'Take every event by its own timestamp; what is older than what you have is no error.',
    look: async (probe) => {
      const now = probe.ctx.now()
      const ages = [0, 3_600_000, 60_000, 86_400_000]
      return allTaken(
        probe,
        ages.map((age) => aged(probe, now - age)),
        'An event that is older than the one before',
      )
    },
  },
  {
    id: 'C110',
    grade: 'error',
    since: 1,
    title: 'A timestamp two years old is taken and kept, so that customers can replay.',
    mend: 'Use the event’s timestamp, never the time at which it came.',
    look: async (probe) => {
      const event = aged(probe, probe.ctx.now() - TWO_YEARS)
      const exchange = await probe.send(event)
      const verdict = expectTaken(exchange, 'An event two years old')
      if (verdict.state !== 'passed') return verdict
      const known = await probe.readBack(event.messageId)
      return known?.timestamp && Date.parse(known.timestamp) !== Date.parse(event.timestamp)
        ? failedBy(
            exchange,
            `The event is of ${event.timestamp}, and the endpoint’s own answer says ${known.timestamp}.`,
          )
        : PASSED
    },
  },
  {
    id: 'C111',
    grade: 'task',
    since: 1,
    title: 'A delete is answered with 2xx.',
    mend: 'Erase what you have of the userId and answer 200, or 202 when it takes longer. Until you do, 501.',
    look: async (probe) => {
      const exchange = await sendOdd(probe, 'delete')
      return expectTaken(exchange, 'A delete')
    },
  },
]

/** Whether the endpoint has an event once, where it says what it has. */
export async function countsOnce(
  probe: Probe,
  event: SpecEvent,
  exchange: Exchange,
  how: string,
): Promise<CheckVerdict> {
  const known = await probe.readBack(event.messageId)
  return known && known.count !== 1
    ? failedBy(exchange, `${how}, the endpoint’s own answer says that it has the event ${known.count} times.`)
    : PASSED
}

export function expectTaken(exchange: Exchange, what: string): CheckVerdict {
  return isTaken(exchange) ? PASSED : failedBy(exchange, `${what} was answered with ${exchangeWords(exchange)}.`)
}

export async function allTaken(probe: Probe, events: readonly SpecEvent[], what: string): Promise<CheckVerdict> {
  for (const event of events) {
    const verdict = expectTaken(await probe.send(event), what)
    if (verdict.state !== 'passed') return verdict
  }
  return PASSED
}

function expectRefused(exchange: Exchange, what: string): CheckVerdict {
  const status = exchange.reply?.status
  return status === 401 || status === 403
    ? PASSED
    : failedBy(exchange, `${what} was answered with ${exchangeWords(exchange)}.`)
}
