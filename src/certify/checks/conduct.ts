import { notBeforeOf } from '../../deliver/index.ts'
import { isObject } from '../../event/index.ts'
import { type CertificationCheck, failedBy, PASSED, skipped } from '../check.ts'
import { type Exchange, isTaken, type Probe, exchangeWords } from '../probe.ts'

/** Requests under load: as many as the rate gives in five seconds, within these bounds. */
const LOAD_SECONDS = 5
const MOST_LOAD = 200
const LEAST_LOAD = 20
/** Requests a second where the integration names no rate. */
const USUAL_RATE = 20
const P95_MS = 1_000
/** Requests that come at once beyond the rate. */
const MOST_BURST = 100

/** How it is under load, and what all exchanges so far have in common: these checks come last. */
export const CONDUCT: readonly CertificationCheck[] = [
  {
    id: 'C117',
    grade: 'error',
    title: 'The rate that it names is taken without errors.',
    mend: 'Name a rate that you can take, or answer 429 with Retry-After where it is too much just now.',
    look: async (probe) => {
      const wrong = (await loadOf(probe)).find((exchange) => !isTaken(exchange) && exchange.reply?.status !== 429)
      return wrong
        ? failedBy(wrong, `Under ${rateOf(probe)} requests a second one was answered with ${exchangeWords(wrong)}.`)
        : PASSED
    },
  },
  {
    id: 'C118',
    grade: 'task',
    title: `Under that rate 95 of 100 answers come within ${P95_MS} ms.`,
    mend: 'Put the event into a queue of your own and answer 202.',
    look: async (probe) => {
      const times = (await loadOf(probe)).map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
      const p95 = times[Math.ceil(times.length * 0.95) - 1] ?? 0
      return p95 <= P95_MS
        ? PASSED
        : { state: 'failed', why: `The 95th of 100 answers came after ${Math.round(p95)} ms.` }
    },
  },
  {
    id: 'C119',
    grade: 'warning',
    title: 'What comes beyond the rate is taken, or answered with 429 and a Retry-After.',
    mend: 'Answer 429 and say in Retry-After how many seconds to wait: the platform keeps to it.',
    look: async (probe) => {
      const burst = Math.min(MOST_BURST, Math.ceil(rateOf(probe) * 3))
      const exchanges = await Promise.all(Array.from({ length: burst }, () => probe.send(probe.event())))
      const wrong = exchanges.find(
        (exchange) => !isTaken(exchange) && !(exchange.reply?.status === 429 && waits(probe, exchange)),
      )
      return wrong
        ? failedBy(wrong, `Of ${burst} requests at once one was answered with ${exchangeWords(wrong)}.`)
        : PASSED
    },
  },
  {
    id: 'C120',
    grade: 'error',
    title: 'No answer is a redirect.',
    mend: 'Name the address that answers itself: redirects are not followed, and the event is given up at once.',
    look: (probe) =>
      noneOf(probe, 'An event', ({ reply }) => reply !== undefined && reply.status >= 300 && reply.status < 400),
  },
  {
    id: 'C121',
    grade: 'error',
    title: 'Every answer comes in time.',
    mend: 'Answer within ten seconds: what comes later counts as an error, and the event comes again.',
    look: (probe) => noneOf(probe, 'An event', ({ failed }) => failed?.timeout === true),
  },
  {
    id: 'C122',
    grade: 'error',
    title: 'No connection is cut before its answer is whole.',
    mend: 'Let requests end before you stop a process, and look at what stands before it: proxies cut what is too large or too slow.',
    look: (probe) =>
      noneOf(probe, 'An event', ({ reply, failed }) => reply?.isWhole === false || failed?.timeout === false),
  },
  {
    id: 'C123',
    grade: 'error',
    title: 'A Retry-After can be read.',
    mend: 'Seconds as a whole number, or a date as in HTTP: Retry-After: 30.',
    look: (probe) =>
      noneOf(
        probe,
        'A request',
        (exchange) => exchange.reply?.headers['retry-after'] !== undefined && !waits(probe, exchange),
        (exchange) => `has Retry-After: ${JSON.stringify(exchange.reply?.headers['retry-after'])}`,
      ),
  },
  {
    id: 'C124',
    grade: 'warning',
    title: 'What is refused is explained: {"message": "…"} as JSON.',
    mend: 'Say in "message" what a customer can do about it. It is shown to them beside the event.',
    look: (probe) => {
      const refused = probe.exchanges.filter(({ reply }) => reply && reply.status >= 400 && reply.status !== 501)
      if (refused.length === 0) return skipped('Nothing was refused.')
      return noneOf(
        probe,
        'A request that was refused',
        (exchange) => refused.includes(exchange) && !explains(exchange),
      )
    },
  },
]

function rateOf({ subject }: Probe): number {
  return subject.rate ?? USUAL_RATE
}

const loads = new WeakMap<Probe, Promise<Exchange[]>>()

/** Requests at the rate, spaced evenly; sent once, whoever asks. */
function loadOf(probe: Probe): Promise<Exchange[]> {
  const known = loads.get(probe)
  if (known) return known
  const rate = rateOf(probe)
  const count = Math.max(LEAST_LOAD, Math.min(MOST_LOAD, Math.round(rate * LOAD_SECONDS)))
  const sent = Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await probe.ctx.sleep((index * 1_000) / rate)
      return probe.send(probe.event())
    }),
  )
  loads.set(probe, sent)
  return sent
}

function waits(probe: Probe, { reply }: Exchange): boolean {
  return reply !== undefined && notBeforeOf(429, new Headers(reply.headers), probe.ctx.now()) !== undefined
}

function explains({ reply }: Exchange): boolean {
  if (!/json/i.test(reply?.headers['content-type'] ?? '')) return false
  try {
    const said: unknown = JSON.parse(reply?.body ?? '')
    return isObject(said) && typeof said.message === 'string' && said.message.trim() !== ''
  } catch {
    return false
  }
}

function noneOf(
  probe: Probe,
  what: string,
  isWrong: (exchange: Exchange) => boolean,
  how: (exchange: Exchange) => string = (exchange) => `gave ${exchangeWords(exchange)}`,
) {
  const wrong = probe.exchanges.find(isWrong)
  return wrong ? failedBy(wrong, `${what} ${how(wrong)}.`) : PASSED
}
