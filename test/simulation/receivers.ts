import type { VirtualClock } from '../platform/clock.ts'
import type { OutgoingRequest } from '../../src/context.ts'
import type { Actor } from './actors.ts'
import { type Choices, whole } from './choices.ts'
import type { Journal } from './journal.ts'

/** What a receiver may answer. The order is part of recorded schedules: new ones go to the end. */
const ANSWERS = [
  'ok',
  '500',
  '503 later',
  '429',
  '429 later',
  'never',
  'refused',
  'lost',
  '400',
  '501',
  '410',
  '302',
  'late',
  'too late',
  '503 date',
] as const
type Answer = (typeof ANSWERS)[number]

/** What one that takes lists may answer instead of ok. The order is part of recorded schedules. */
const OF_A_LIST = ['alike', 'own', 'own in results', 'too large', 'of others'] as const
/** What it may say of one event. */
const OWN = [200, 503, 400, 501, 429] as const

/** How a receiver is for a while: what it answers, by share of the requests; the rest is ok. */
const MOODS: readonly Partial<Record<Answer, number>>[] = [
  {},
  {},
  { '500': 0.3, '400': 0.03, '501': 0.03, late: 0.1 },
  { '500': 1 },
  { '503 later': 0.3, '503 date': 0.1 },
  { '429': 0.2, '429 later': 0.1 },
  { never: 0.5, 'too late': 0.3 },
  { refused: 0.6, lost: 0.2 },
  { lost: 0.3, '302': 0.05, '500': 0.2 },
  { '400': 0.5, '501': 0.2 },
  { '410': 0.02, '400': 0.1 },
]
/** Bytes of what a receiver says at most, where it says something else each time. */
const MOST_WORDS = 4_096
/** A mood lasts this long. */
const MOOD_MS = 20_000

/** What a receiver knows of itself, beside what the checks write down. */
export interface Arrived {
  destination: string
  /** The numbers that its events carry. */
  events: number[]
  /** Of a list: its `webhook-id`. */
  list?: string
  from: Actor
  /** Sent once more by this replay. */
  replay?: string
}

export interface ReceiverEvents {
  /** A request has reached the receiver. */
  onRequest(arrived: Arrived): void
  /** The worker has its answer: of each event a status, or the name of an error. `apart`: they are not all in it together. */
  onAnswer(arrived: Arrived, answers: readonly Answered[], apart: boolean): void
}

export type Answered = number | 'timeout' | 'network'

interface SentEvent {
  properties?: { n?: number }
  context?: { replay?: string }
}

/** Everything outside that is sent to, by the host name `<destination>.example.com`. */
export class Receivers {
  readonly #clock: VirtualClock
  readonly #choices: Choices
  readonly #journal: Journal
  readonly #events: ReceiverEvents
  #said = 0

  constructor(deps: { clock: VirtualClock; choices: Choices; journal: Journal }, events: ReceiverEvents) {
    this.#clock = deps.clock
    this.#choices = deps.choices
    this.#journal = deps.journal
    this.#events = events
  }

  fetch(from: Actor, request: OutgoingRequest, timeoutMs: number): Promise<Response> {
    const destination = new URL(request.url).hostname.split('.')[0] ?? ''
    const body = JSON.parse(request.body) as SentEvent | SentEvent[]
    const sent = Array.isArray(body) ? body : [body]
    const replay = sent[0]?.context?.replay
    const arrived: Arrived = {
      destination,
      events: sent.map(({ properties }) => properties?.n ?? -1),
      from,
      ...(Array.isArray(body) && { list: request.headers['webhook-id'] ?? '' }),
      ...(replay !== undefined && { replay }),
    }
    const label = `receiver ${destination}`
    const answer = ANSWERS[this.#choices.pick(`${label}: answer`, 0, (r) => this.#draw(destination, r))] ?? 'ok'
    const words = this.#choices.pick(`${label}: words`, 0, (r) => this.#drawWords(destination, r))
    const ms = this.#choices.pick(`${label}: ms`, 40, (r) => Math.round(5 + r * r * 400))
    const how = arrived.list !== undefined && answer === 'ok' ? this.#howOf(label, destination, sent.length) : 'alike'
    const shown = how === 'alike' ? answer : how
    this.#journal.tell(from.name, `POST ${destination} event ${arrived.events.join()}: ${shown}`)
    if (how !== 'alike') this.#count(how)
    if (answer !== 'ok') this.#count(answer)
    const all = (one: Answered) => arrived.events.map(() => one)
    return new Promise<Response>((resolve, reject) => {
      if (from.over) return
      const back = (after: number, status: number, headers: Record<string, string> = {}) =>
        this.#after(from, after, () => {
          this.#events.onAnswer(arrived, all(status), status === 413)
          const message = `I say ${status}${words > 0 ? ` to ${++this.#said}: ${'語'.repeat(words / 3)}` : ''}`
          const body = status < 300 ? null : JSON.stringify({ message })
          resolve(new Response(body, { status, headers: { ...headers, 'content-type': 'application/json' } }))
        })
      const broken = (after: number, error: Error, failure: 'timeout' | 'network') =>
        this.#after(from, after, () => {
          this.#events.onAnswer(arrived, all(failure), false)
          reject(error)
        })
      const timeout = () => broken(timeoutMs, new DOMException('no answer in time', 'TimeoutError'), 'timeout')
      if (answer === 'refused') return broken(ms, new Error('connection refused'), 'network')
      this.#events.onRequest(arrived)
      if (how === 'too large') return back(ms, 413)
      if (how !== 'alike') return void this.#after(from, ms, () => resolve(this.#list(arrived, how, label)))
      // Now and then somebody says two days.
      const wait = () =>
        this.#choices.pick(`${label}: retry-after`, 5, (r) => (r < 0.98 ? Math.round(1 + r * r * 60) : 172_800))
      switch (answer) {
        case 'ok':
          return back(ms, 200)
        case 'late':
          return back(Math.min(ms * 10, timeoutMs - 1), 200)
        case 'never':
        case 'too late':
          return timeout()
        case 'lost':
          return broken(ms, new Error('connection reset'), 'network')
        case '503 later':
          return back(ms, 503, { 'retry-after': String(wait()) })
        case '503 date':
          return back(ms, 503, { 'retry-after': new Date(this.#clock.now + wait() * 1_000).toUTCString() })
        case '429 later':
          return back(ms, 429, { 'retry-after': String(wait()) })
        default:
          return back(ms, Number(answer))
      }
    })
  }

  #howOf(label: string, destination: string, events: number): (typeof OF_A_LIST)[number] {
    const share = this.#choices.dial(`lists ${destination}`, (r) => r)
    const how = this.#choices.pick(`${label}: of a list`, 0, (r) =>
      r < share / 2 ? whole(1, OF_A_LIST.length - 1)((2 * r) / share) : 0,
    )
    const chosen = OF_A_LIST[how] ?? 'alike'
    return chosen === 'too large' && events === 1 ? 'alike' : chosen
  }

  /** What each event has come to, as a list; one of others has another length, so that its own status counts. */
  #list(arrived: Arrived, how: (typeof OF_A_LIST)[number], label: string): Response {
    const own = arrived.events.map(
      () =>
        OWN[this.#choices.pick(`${label}: own`, 0, (r) => (r < 0.6 ? 0 : whole(0, OWN.length - 1)((r - 0.6) / 0.4)))] ??
        200,
    )
    const results = own.map((status) => ({ status, ...(status >= 300 && { message: `I say ${status}` }) }))
    const headers = { 'content-type': 'application/json' }
    if (how === 'of others') {
      this.#events.onAnswer(
        arrived,
        own.map(() => 207),
        false,
      )
      return Response.json([...results, { status: 503 }], { status: 207, headers })
    }
    this.#events.onAnswer(arrived, own, true)
    return how === 'own'
      ? Response.json(results, { status: 207, headers })
      : Response.json({ results }, { status: 200, headers })
  }

  #after(from: Actor, ms: number, go: () => void): void {
    this.#clock.after(ms, () => {
      if (!from.over) go()
    })
  }

  #count(answer: string): void {
    const { faults } = this.#journal.figures
    faults[`answer: ${answer}`] = (faults[`answer: ${answer}`] ?? 0) + 1
  }

  #drawWords(destination: string, uniform: number): number {
    return this.#choices.dial(`words ${destination}`, (r) => r) < 0.4 ? Math.round(uniform * MOST_WORDS) : 0
  }

  #draw(destination: string, uniform: number): number {
    const slot = Math.floor(this.#clock.now / MOOD_MS)
    const mood = MOODS[Math.floor(this.#choices.dial(`mood ${destination} ${slot}`, (r) => r) * MOODS.length)] ?? {}
    let sum = 0
    for (const [answer, share] of Object.entries(mood)) {
      sum += share
      if (uniform < sum) return ANSWERS.indexOf(answer as Answer)
    }
    return 0
  }
}
