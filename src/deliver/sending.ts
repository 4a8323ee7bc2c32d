import type { Context } from '../context.ts'
import { eventName } from '../event/index.ts'
import type { AllowLocal, Target } from '../integrations/index.ts'
import { binOf, type Grant, type GrantBatches, signFrom } from '../lane/index.ts'
import { nameKey } from '../overview/index.ts'
import { Batches, smaller } from './batches.ts'
import { type Archived, contentIn, type Lines } from './contents.ts'
import type { About, Outcomes } from './outcomes.ts'
import { type Sent, sendEvent } from './send.ts'
import { Turns } from './turns.ts'

/** A grant that can be sent. */
export interface Ready {
  target: Target
  lines: Lines
  /** As events of this replay. */
  replay?: string
}

interface SendDeps {
  ctx: Context
  allowLocal: AllowLocal
}

/** Connections that an invocation may have waiting for an answer. */
const PARALLEL = 6

const UNSENT: Sent = { outcome: { kind: 'unsent' }, tookMs: 0 }

/** Sends what window and receiver allow, as many at a time as the grant says. `outcomes` gets what comes of each. */
export async function sendAll(
  ready: Ready,
  grant: Grant,
  { asked, outcomes }: { asked: number; outcomes: Outcomes },
  deps: SendDeps,
): Promise<void> {
  const turns = new Turns(grant, asked, deps.ctx)
  const { batches } = grant
  const worker = batches
    ? listSender(ready, { ...grant, batches }, { turns, outcomes }, deps)
    : eventSender(ready, grant, { turns, outcomes }, deps)
  await Promise.all(Array.from({ length: Math.min(grant.parallel ?? PARALLEL, PARALLEL) }, worker))
}

/** Of workers that share a grant whose events have a request each. */
function eventSender(
  { target, lines, replay }: Ready,
  grant: Grant,
  { turns, outcomes }: { turns: Turns; outcomes: Outcomes },
  deps: SendDeps,
): () => Promise<void> {
  const queue = grant.events.values()
  return async () => {
    let rest = 0
    for (const event of queue) {
      if (!(await turns.next(rest))) {
        outcomes.add([{ event, sent: UNSENT, about: NOT_KNOWN }])
        continue
      }
      const content = contentIn(lines(event), target, replay)
      const sent = 'text' in content ? await sendEvent(content.facts, target, deps, content.text) : content.nothing
      turns.heed(sent)
      rest = restAfter(sent, grant)
      outcomes.add([{ event, sent, about: aboutOf(content, sent, deps.ctx.now()) }])
    }
  }
}

/** Of workers that share a grant whose events are sent in batches. */
function listSender(
  { target, lines, replay }: Ready,
  grant: Grant & { batches: GrantBatches },
  { turns, outcomes }: { turns: Turns; outcomes: Outcomes },
  deps: SendDeps,
): () => Promise<void> {
  const { ctx } = deps
  const contents = new Map<number, Archived>()
  const contentOf = (event: number): Archived => {
    const known = contents.get(event) ?? contentIn(lines(event), target, replay)
    contents.set(event, known)
    return known
  }
  const batches = new Batches({ ...grant.batches, events: grant.events }, target, contentOf)
  const queue = batches.all.values()
  return async () => {
    let rest = 0
    for (const together of queue) {
      const came: { event: number; sent: Sent }[] = []
      const requests: (readonly number[])[] = [together]
      for (let events = requests.shift(); events; events = requests.shift()) {
        const halves = batches.halves(events)
        if (halves) {
          requests.unshift(...halves)
          continue
        }
        const isTurn = await turns.next(rest)
        if (grant.batches.single === true && batches.requests > 0) turns.close()
        if (!isTurn || turns.isClosed) {
          for (const event of events) came.push({ event, sent: batches.unsent(events, together, ctx.now()) })
          continue
        }
        const sent = await batches.send(events, deps)
        for (const one of sent) turns.heed(one)
        const failed = sent.find((one) => signFrom(one) === 'failure')
        rest = failed ? restAfter(failed, grant) : 0
        requests.unshift(...smaller(events, sent))
        for (const [n, event] of events.entries()) {
          const one = sent[n] ?? UNSENT
          if (!one.isTooLarge) came.push({ event, sent: one })
        }
      }
      outcomes.add(came.map((one) => ({ ...one, about: aboutOf(contents.get(one.event), one.sent, ctx.now()) })))
      for (const event of together) contents.delete(event)
      batches.drop(together)
    }
  }
}

/** A receiver that refuses at once has too much: what failed takes as long as an answer would. */
function restAfter(sent: Sent, { restMs = 0 }: Grant): number {
  return signFrom(sent) === 'failure' ? restMs - sent.tookMs : 0
}

const NOT_KNOWN: About = {}

/** What the lane is told of an event beside what came of it. */
function aboutOf(content: Archived | undefined, { outcome }: Sent, now: number): About {
  if (!content || 'nothing' in content || outcome.kind === 'unsent') return NOT_KNOWN
  const { type, event, name, receivedAt } = content.facts
  const kind = nameKey(type, eventName({ type, event, name }))
  return outcome.kind === 'delivered' ? { kind, delay: delayOf(receivedAt, now) } : { kind }
}

/** The bin of the time from accepted to delivered. Of events that were archived without a time of receipt, the lane knows how long it had them. */
function delayOf(receivedAt: string | undefined, now: number): string | undefined {
  const delay = now - Date.parse(receivedAt ?? '')
  return delay >= 0 ? binOf(delay) : undefined
}
