import {
  type DeadLetter,
  type Lane,
  type Ledger,
  looksInside,
  type Redrive,
  type RedriveFilter,
  type RedriveOutcome,
  total,
} from '../../src/lane/index.ts'

import { NAME, personOf } from './clients.ts'

/** A dead letter's id is its time, in milliseconds, times this. */
const IDS_PER_MS = 1_000
/** How long one may stay when its time is over: for an alarm to ring, and for many to go a portion at a time. */
const LATE_MS = 60_000
const ALL = 100_000
/** Redrives that a lane remembers. */
const REMEMBERED = 20
/** Reasons of what was tried for as long as its schedule has it. */
const TIRING = /^(?:expired|timeout|network|http_429|http_5\d\d)$/
/** The reason of what died without an attempt. */
const UNTRIED = 'expired'

interface Known {
  /** Numbers of the events. */
  events: number[]
  /** Somebody has asked for it to be sent once more: it does not go before it was. */
  asked: boolean
}

/** What happened in one call of a lane. `now`: on its own clock. */
interface Call {
  method: string
  args: unknown[]
  reply: unknown
  ledger: Ledger
  now: number
  /** Whatever was not tried yet waits for what a receiver has asked for, or has waited and now has its time. */
  isSpared: boolean
  /** No event is given up sooner after its commit, but for an answer that is final. */
  leastLifeMs: number
}

/** The dead letters of one lane, as they come and go: by being sent once more, or because their time is over. */
export class Letters {
  /** Events whose letters have gone when their time was over. */
  readonly expired = new Set<number>()
  /** So many events are counted as dead and have no letter any more. */
  gone = 0
  readonly #known = new Map<number, Known>()
  /** Events that were sent once more, and those of each redrive that died again. */
  #redriven = 0
  readonly #diedAgain = new Map<number, number>()
  readonly #eventsOf: (letter: DeadLetter) => number[]
  readonly #committedAt: (letter: DeadLetter) => number
  readonly #keptMs: number
  #dead = 0
  /** Redrives that went on after the last look, and below which id those that look inside are to find everything. */
  #going: RedriveOutcome[] = []
  readonly #searched = new Map<number, number>()
  /** So many events a redrive had sent when it was cancelled. */
  readonly #cancelled = new Map<number, number>()

  constructor(keptMs: number, of: { events(letter: DeadLetter): number[]; committedAt(letter: DeadLetter): number }) {
    this.#keptMs = keptMs
    this.#eventsOf = of.events
    this.#committedAt = of.committedAt
  }

  /** What was wrong in this call, or `null`. */
  note(core: Lane, { method, args, reply, ledger, now, isSpared, leastLifeMs }: Call): string | null {
    const mayHaveGone = method === 'alarm' && this.#known.size > 0
    if (ledger.dead === this.#dead && !mayHaveGone && method !== 'redrive') return null
    this.#dead = ledger.dead
    const letters = core.deadLetters(null, ALL)
    const ids = new Set(letters.map(({ id }) => id))
    const kept = letters.reduce((n, { events }) => n + events.length, 0)
    const went = ledger.dead - kept - this.gone
    let old = 0
    let left = 0
    const sent: number[] = []
    for (const [id, { events, asked }] of this.#known) {
      if (ids.has(id)) continue
      this.#known.delete(id)
      left += events.length
      if (this.#endOf(id) > now) sent.push(...events)
      // What a redrive that is over asked for and did not send is as old as any other.
      if ((asked && this.#going.length > 0) || this.#endOf(id) > now) continue
      old += events.length
      if (went > 0) for (const event of events) this.expired.add(event)
    }
    this.gone += went
    this.#redriven += left - went
    let untried = 0
    let young = 0
    for (const letter of letters) {
      const before = this.#known.get(letter.id)
      if (before) {
        this.#redriven += before.events.length - letter.events.length
        if (before.events.length === letter.events.length) continue
        const events = new Set(this.#eventsOf(letter))
        sent.push(...before.events.filter((event) => !events.has(event)))
        before.events = [...events]
        continue
      }
      this.#known.set(letter.id, { events: this.#eventsOf(letter), asked: false })
      const { redrive } = letter
      if (redrive !== undefined)
        this.#diedAgain.set(redrive, (this.#diedAgain.get(redrive) ?? 0) + letter.events.length)
      if (isSpared && letter.reason === UNTRIED) untried += letter.events.length
      if (TIRING.test(letter.reason) && now - this.#committedAt(letter) < leastLifeMs) young += letter.events.length
    }
    const wrong = this.#searches(core, method, sent)
    if (method === 'redrive') this.#ask(args[0] as Redrive, letters, reply as { redrive: number | null } | null)
    if (wrong) return wrong
    if (young > 0) return `${young} events were given up before their time`
    if (untried > 0) return `${untried} events have died of a Retry-After, untried`
    return went > old ? `${went} dead events have lost their letters, of ${old} the time was over` : null
  }

  /** A letter whose time has long been over, in words, or `null`. */
  overdue(now: number): string | null {
    const oldest = Math.min(...this.#known.keys())
    return this.#endOf(oldest) + LATE_MS < now ? `a dead letter is ${now - oldest / IDS_PER_MS} ms old` : null
  }

  /** What the lane says of its redrives and is not so, when nothing is pending. */
  *redriveProblems(core: Lane): Generator<string> {
    const all = core.redrives()
    for (const { id, events, delivered, filtered, pending, dead, complete } of all) {
      const again = this.#diedAgain.get(id) ?? 0
      const sum = delivered + total(filtered) + pending + total(dead)
      if (events !== sum) yield `redrive ${id} has sent ${events} once more and tells of ${sum}`
      if (pending > 0 || !complete) yield `redrive ${id} still has ${pending} pending${complete ? '' : ', and goes on'}`
      if (total(dead) !== again) yield `of redrive ${id} died again ${again}, and it tells of ${total(dead)}`
    }
    const sent = all.reduce((n, { events }) => n + events, 0)
    if (all.length < REMEMBERED && sent !== this.#redriven)
      yield `${this.#redriven} events were sent once more, its redrives tell of ${sent}`
  }

  #endOf(id: number): number {
    return id / IDS_PER_MS + this.#keptMs
  }

  /** What is wrong with redrives that look inside: they send what is meant, all of it, and nothing when they were ended. */
  #searches(core: Lane, method: string, sent: readonly number[]): string | null {
    const all = core.redrives()
    const isPlain = this.#going.some(({ filter }) => !filter || !looksInside(filter))
    const stray = sent.find((event) => !this.#going.some(({ filter }) => filter && isMeant(event, filter)))
    if (method === 'alarm' && !isPlain && stray !== undefined) return `event ${stray} was sent once more, unasked`
    for (const { id, filter, events, complete, cancelled, untold = 0 } of all) {
      const below = this.#searched.get(id)
      const sentBefore = this.#cancelled.get(id)
      if (cancelled && sentBefore === undefined) this.#cancelled.set(id, events)
      if (cancelled && sentBefore !== undefined && sentBefore !== events)
        return `redrive ${id} was cancelled with ${sentBefore} events, and has sent ${events}`
      if (!filter || !complete || below === undefined) continue
      this.#searched.delete(id)
      if (cancelled) continue
      // The archive of a run loses nothing that was committed.
      if (untold > 0) return `redrive ${id} could not tell of ${untold} events`
      for (const [letter, { events: dead }] of this.#known)
        if (letter < below && dead.some((event) => isMeant(event, filter)))
          return `redrive ${id} is through and has left ${dead.join()} of letter ${letter}`
    }
    this.#going = all.filter(({ complete }) => !complete)
    return null
  }

  #ask(what: Redrive, letters: readonly DeadLetter[], reply: { redrive: number | null } | null): void {
    if (!('before' in what)) return
    const { redrive } = reply ?? {}
    const newest = letters[0]?.id
    if (looksInside(what) && typeof redrive === 'number' && newest !== undefined && !this.#searched.has(redrive))
      this.#searched.set(redrive, newest + 1)
    const { before, reason, from = 0, until = Infinity } = what
    for (const letter of letters) {
      const known = this.#known.get(letter.id)
      const inTime = letter.id >= from * IDS_PER_MS && letter.id < Math.min(until * IDS_PER_MS, before ?? Infinity)
      const isOne = inTime && (reason === undefined || reason === letter.reason)
      if (known && isOne && known.events.some((event) => isMeant(event, what))) known.asked = true
    }
  }
}

/** Whether a redrive means an event, by its number. */
function isMeant(event: number, { userId, event: name }: RedriveFilter): boolean {
  return (userId === undefined || userId === personOf(event)) && (name === undefined || name === `${NAME[0]}*`)
}
