import { notBeforeOf } from '../../deliver/index.ts'
import { isObject } from '../../event/index.ts'
import { type CertificationCheck, type CheckId, failedBy, PASSED } from '../check.ts'
import { type Exchange, exchangeWords, isTaken, type Probe, type ProbeMemory } from '../probe.ts'

/** Requests under load: as many as the rate gives in five seconds, within these bounds. */
const LOAD_SECONDS = 5
const MOST_LOAD = 200
const LEAST_LOAD = 20
/** Requests a second where the integration names no rate. */
const USUAL_RATE = 20
const P95_MS = 1_000
/** Requests that come at once beyond the rate. */
const MOST_BURST = 100

/** Who knows no key, or takes nothing, is somebody else: nobody is put under load who did not ask for it. */
const WELCOME: readonly CheckId[] = ['C103', 'C104']

/** How it is under load, and what all exchanges have in common. */
export const CONDUCT: readonly CertificationCheck[] = [
  {
    id: 'C117',
    grade: 'error',
    since: 1,
    title: 'The rate that it names is taken without errors.',
    mend: 'Name a rate that you can take, or answer 429 with Retry-After where it is too much just now.',
    needs: WELCOME,
    look: async (probe) => {
      const { wrong } = await loadOf(probe)
      return wrong
        ? failedBy(wrong, `Under ${rateOf(probe)} requests a second one was answered with ${exchangeWords(wrong)}.`)
        : PASSED
    },
  },
  {
    id: 'C118',
    grade: 'task',
    since: 1,
    title: `Under that rate 95 of 100 answers come within ${P95_MS} ms.`,
    mend: 'Put the event into a queue of your own and answer 202.',
    needs: WELCOME,
    look: async (probe) => {
      const { p95 } = await loadOf(probe)
      return p95 <= P95_MS
        ? PASSED
        : { state: 'failed', why: `The 95th of 100 answers came after ${Math.round(p95)} ms.` }
    },
  },
  {
    id: 'C119',
    grade: 'warning',
    since: 1,
    title: 'What comes beyond the rate is taken, or answered with 429 and a Retry-After.',
    mend: 'Answer 429 and say in Retry-After how many seconds to wait: the platform keeps to it.',
    needs: WELCOME,
    look: async (probe) => {
      const burst = Math.min(MOST_BURST, Math.ceil(rateOf(probe) * 3))
      const events = Array.from({ length: burst }, () => probe.event())
      const exchanges = await Promise.all(events.map((event) => probe.send(event)))
      const now = probe.ctx.now()
      for (const [at, exchange] of exchanges.entries()) {
        const until = waitOf(exchange, now)
        const event = events[at]
        if (event && until !== undefined && (!probe.memory.told || until < probe.memory.told.until))
          probe.memory.told = { event, until }
      }
      const wrong = exchanges.find(
        (exchange) => !isTaken(exchange) && !(exchange.reply?.status === 429 && waitOf(exchange, now) !== undefined),
      )
      return wrong
        ? failedBy(wrong, `Of ${burst} requests at once one was answered with ${exchangeWords(wrong)}.`)
        : PASSED
    },
  },
  {
    id: 'C120',
    grade: 'error',
    since: 1,
    title: 'No answer is a redirect.',
    mend: 'Name the address that answers itself: redirects are not followed, and the event is given up at once.',
    notices: (exchange) =>
      exchange.reply && exchange.reply.status >= 300 && exchange.reply.status < 400 ? gave(exchange) : undefined,
  },
  {
    id: 'C121',
    grade: 'error',
    since: 1,
    title: 'Every answer comes in time.',
    mend: 'Answer within ten seconds: what comes later counts as an error, and the event comes again.',
    notices: (exchange) => (exchange.failed?.timeout ? gave(exchange) : undefined),
  },
  {
    id: 'C122',
    grade: 'error',
    since: 1,
    title: 'No connection is cut before its answer is whole.',
    mend: 'Let requests end before you stop a process, and look at what stands before it: proxies cut what is too large or too slow.',
    notices: (exchange) =>
      exchange.reply?.isWhole === false || exchange.failed?.timeout === false ? gave(exchange) : undefined,
  },
  {
    id: 'C123',
    grade: 'error',
    since: 1,
    title: 'A Retry-After can be read.',
    mend: 'Seconds as a whole number, or a date as in HTTP: Retry-After: 30.',
    notices: (exchange, now) => {
      const said = exchange.reply?.headers['retry-after']
      return said !== undefined && waitOf(exchange, now) === undefined
        ? `A request has Retry-After: ${JSON.stringify(said)}.`
        : undefined
    },
  },
  {
    id: 'C124',
    grade: 'warning',
    since: 1,
    title: 'What is refused is explained: {"message": "…"} as JSON.',
    mend: 'Say in "message" what a customer can do about it. It is shown to them beside the event.',
    concerns: {
      is: ({ reply }) => reply !== undefined && reply.status >= 400 && reply.status !== 501,
      none: 'Nothing was refused.',
    },
    notices: (exchange) =>
      explains(exchange) ? undefined : `A request that was refused gave ${exchangeWords(exchange)}.`,
  },
  {
    id: 'C128',
    grade: 'warning',
    since: 2,
    title: 'A 503 says in Retry-After how long the endpoint is away.',
    mend: 'Maintenance is 503 with Retry-After: the platform waits so long, and no event dies meanwhile. Without it events keep trying.',
    concerns: { is: ({ reply }) => reply?.status === 503, none: 'It was never away.' },
    notices: (exchange, now) => (waitOf(exchange, now) === undefined ? gave(exchange) : undefined),
  },
]

/** When whoever got this answer may come again; `undefined`: it does not say. Milliseconds since 1970. */
function waitOf({ reply }: Exchange, now: number): number | undefined {
  return reply && notBeforeOf(429, new Headers(reply.headers), now)
}

function gave(exchange: Exchange): string {
  return `An event gave ${exchangeWords(exchange)}.`
}

function rateOf({ subject }: Probe): number {
  return subject.rate ?? USUAL_RATE
}

/** Requests at the rate, spaced evenly; sent once a run, whoever asks. */
async function loadOf(probe: Probe): Promise<NonNullable<ProbeMemory['load']>> {
  if (probe.memory.load) return probe.memory.load
  const rate = rateOf(probe)
  const count = Math.max(LEAST_LOAD, Math.min(MOST_LOAD, Math.round(rate * LOAD_SECONDS)))
  const sent = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await probe.ctx.sleep((index * 1_000) / rate)
      return probe.send(probe.event())
    }),
  )
  const times = sent.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)
  const wrong = sent.find((exchange) => !isTaken(exchange) && exchange.reply?.status !== 429) ?? null
  probe.memory.load = { p95: times[Math.ceil(times.length * 0.95) - 1] ?? 0, wrong }
  return probe.memory.load
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
