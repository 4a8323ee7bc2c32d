import type { OutgoingRequest } from '../../src/context.ts'
import type { VirtualClock } from '../platform/clock.ts'
import type { Actor } from './actors.ts'
import type { Choices } from './choices.ts'

/** Where alerts of the simulated workspace are posted to. */
export const NOTICES_URL = 'https://alerts.example.com/in'

const LATENCY_MS = 30

/** What becomes of a notice. New ones go to the end. */
const FATES = ['taken', 'refused', 'lost', 'taken, unanswered'] as const

/** Whoever is told of alerts by webhook. */
export class Notices {
  /** Ids of the notices that it has taken. */
  readonly taken = new Set<string>()
  readonly #clock: VirtualClock
  readonly #choices: Choices

  constructor({ clock, choices }: { clock: VirtualClock; choices: Choices }) {
    this.#clock = clock
    this.#choices = choices
  }

  fetch(from: Actor, { headers }: OutgoingRequest): Promise<Response> {
    const fate = FATES[this.#choices.pick('notices: fate', 0, (r) => (r < 0.7 ? 0 : Math.floor((r - 0.7) * 10) + 1))]
    const taken = fate === 'taken' || fate === 'taken, unanswered'
    if (taken) this.taken.add(headers['webhook-id'] ?? '')
    return new Promise((resolve, reject) => {
      this.#clock.after(LATENCY_MS, () => {
        if (from.over) return
        if (fate === 'taken' || fate === 'refused') resolve(new Response(null, { status: taken ? 200 : 503 }))
        else reject(new Error('connection reset'))
      })
    })
  }
}
