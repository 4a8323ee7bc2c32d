import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Grant, Outcome } from '../../../src/lane/index.ts'
import {
  busy,
  CONFIG,
  dead,
  delivered,
  gone,
  part,
  register,
  retry,
  type Rig,
  settlement,
  unsent,
  withKeptGrants,
  withLane,
} from './rig.ts'

const filtered: Outcome = { kind: 'filtered', code: 'UNSUPPORTED_EVENT_TYPE' }
const OUTCOMES: Outcome[] = [delivered, retry, dead, unsent, filtered]

const KINDS = ['register', 'take', 'settle', 'fail', 'wait', 'alarm', 'reopen', 'configure', 'redrive', 'gone'] as const
interface Step {
  kind: (typeof KINDS)[number]
  n: number
  m: number
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...KINDS, 'register', 'take', 'settle', 'settle', 'redrive'),
  n: fc.nat(30),
  m: fc.nat(1_000),
})

it.each([
  ['whatever happens in whatever order', withLane],
  ['where grants come with their registrations', withKeptGrants],
])('balances after every call, %s', (_, open) =>
  open((rig) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.uuid(), (steps, log) => {
        const grants: Grant[] = []
        const registered = { seq: 0, version: 1 }
        const before = rig.lane.ledger()
        for (const one of steps) {
          run(rig, one, grants, registered, log)
          const { accepted, delivered: done, filtered: unwanted, pending, dead: lost } = rig.lane.ledger()
          expect(accepted).toBe(done + unwanted + pending + lost)
          // No row goes here before its thirty days, so the rows hold every event that is dead.
          expect(rig.lane.deadLetters(null, 10_000).reduce((n, { events }) => n + events.length, 0)).toBe(lost)
        }
        // Everything ends: what is left is sent, and nothing is pending then.
        rig.lane.configure({ ...CONFIG, version: registered.version + 1_000_000_000 + rig.now })
        for (let round = 0; rig.lane.ledger().pending > 0; round++) {
          expect(round).toBeLessThan(2_000)
          const grant = rig.lane.take()
          if (grant)
            rig.lane.settle(
              settlement(grant, () => delivered),
              false,
            )
          else {
            rig.now += 10_000
            rig.lane.alarm()
          }
        }
        // A worker whose events another has settled keeps its place as long as its lease.
        rig.now += 60_000
        rig.lane.alarm()
        const after = rig.lane.ledger()
        expect(after.accepted - before.accepted).toBe(
          after.delivered + after.filtered + after.dead - before.delivered - before.filtered - before.dead,
        )
        expect(rig.rows('work')).toBe(0)
      }),
      { numRuns: 60 },
    )
  }),
)

/** One, an event of it, some of a reason, or all; every other time twice, as when the answer is lost. */
function redrive(rig: Rig, n: number, m: number): void {
  const [letter] = rig.lane.deadLetters(null, 1)
  const id = letter?.id ?? m
  const event = letter?.events[n % letter.events.length] ?? 0
  const ways = [
    { ids: [id] },
    { reason: 'http_503', before: null },
    { before: null },
    { events: [{ id, events: [event] }] },
  ]
  const what = ways[n % 4]!
  const before = rig.lane.ledger()
  const { events } = rig.lane.redrive(what)!
  if (m % 2) expect(rig.lane.redrive(what)!.events).toBe(0)
  const after = rig.lane.ledger()
  expect([after.dead, after.pending, after.accepted]).toEqual([
    before.dead - events,
    before.pending + events,
    before.accepted,
  ])
}

function run(
  rig: Rig,
  { kind, n, m }: Step,
  grants: Grant[],
  registered: { seq: number; version: number },
  log: string,
): void {
  if (kind === 'register') {
    const parts = Array.from({ length: 1 + (m % 3) }, (_, index) =>
      part(registered.seq + index + 1, n, undefined, { X: m % 4 }),
    )
    register(rig, parts, CONFIG, log)
    // Every other time the answer is lost and the call repeated.
    if (m % 2) register(rig, parts, CONFIG, log)
    registered.seq += parts.length
  } else if (kind === 'take') {
    const grant = rig.lane.take()
    if (grant) grants.push(grant)
  } else if (kind === 'settle' || kind === 'fail' || kind === 'gone') {
    const grant = grants[m % Math.max(grants.length, 1)]
    if (!grant) return
    const all = kind === 'gone' ? gone : n % 3 ? retry : busy(rig.now + m * 10)
    const one = (event: number) => (kind === 'settle' ? OUTCOMES[(event + m) % OUTCOMES.length]! : all)
    const next = rig.lane.settle(settlement(grant, one), n % 2 === 0)
    if (next) grants.push(next)
  } else if (kind === 'wait') rig.now += m * 60
  else if (kind === 'alarm') rig.lane.alarm()
  else if (kind === 'reopen') rig.reopen()
  else if (kind === 'redrive') redrive(rig, n, m)
  else {
    const rate = n % 4 === 0 ? 50 : null
    rig.lane.configure({ ...CONFIG, version: rig.now + m, enabled: n % 3 !== 0, paused: m % 3 === 0, rate })
  }
}
