import { expect, it } from 'vitest'
import type { Schedule } from './choices.ts'
import { run } from './run.ts'

const SECOND_MS = 1_000

it('takes an event for new when its window is over, by age and by rows, and no sooner', async () => {
  // Of these dials a window is 130 s and five rows; rows leave the object three at a time when they are 100 s old.
  const requests = 20
  const schedule: Schedule = { 'short dials#0': 1, 'calm after#0': 900 * SECOND_MS, 'requests#0': requests }
  for (let n = 0; n < requests; n++) schedule[`request ${n}: at#0`] = n * 100
  // Each message is a batch, and so a commit, of its own.
  for (let n = 0; n < requests + 10; n++) schedule[`queue events: batch#${n}`] = 0
  // The last one comes again, and the alarm of that commit ends the window of what is too old.
  schedule[`request ${requests - 1}: sent again#0`] = 300 * SECOND_MS
  // The others come when the intake has forgotten what was in its memory only.
  schedule['request 0: sent again#0'] = 400 * SECOND_MS
  schedule['request 17: sent again#0'] = 400 * SECOND_MS
  schedule[`intake s0.begin: object#${requests + 1}`] = 1
  const { violation, archived, figures } = await run({ schedule })
  expect(violation).toBeNull()
  expect(figures.sealed).toBeGreaterThan(15)
  expect([0, 17, requests - 1].map((event) => archived.get(event))).toEqual([2, 1, 1])
})

it('keeps its promises in a burst beyond the limit of its source', async () => {
  const schedule: Schedule = { 'requests#0': 6, 'd0: rate#0': 5 }
  for (let n = 0; n < 6; n++) {
    schedule[`request ${n}: at#0`] = n * 50
    schedule[`request ${n}: events#0`] = 2_400
  }
  const { violation, trace } = await run({ schedule }, { traced: true })
  expect(violation).toBeNull()
  expect(trace?.filter((line) => line.endsWith('→ 429'))).not.toEqual([])
  expect(trace?.filter((line) => line.endsWith('→ 200')).length).toBeGreaterThanOrEqual(5)
})
