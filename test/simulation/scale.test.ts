import { expect, it } from 'vitest'
import type { Schedule } from './choices.ts'
import { run } from './run.ts'

const DAY_MS = 24 * 3_600_000
const MINUTE_MS = 60_000

it('takes an event for new a day and a thousand commits later, and no sooner', async () => {
  const requests = 1_050
  const schedule: Schedule = { 'calm after#0': 2 * DAY_MS, 'requests#0': requests }
  for (let n = 0; n < requests; n++) schedule[`request ${n}: at#0`] = n * 100
  // Each message is a batch, and so a commit, of its own.
  for (let n = 0; n < requests + 10; n++) schedule[`queue events: batch#${n}`] = 0
  // The last one comes again after a day, and the alarm of that commit empties the window of what is too old.
  schedule[`request ${requests - 1}: sent again#0`] = DAY_MS + MINUTE_MS
  // The others come when the intake has forgotten what was in its memory only.
  schedule['request 0: sent again#0'] = DAY_MS + 20 * MINUTE_MS
  schedule['request 900: sent again#0'] = DAY_MS + 20 * MINUTE_MS
  schedule[`intake s0.begin: object#${requests + 1}`] = 1
  const { violation, archived } = await run({ schedule })
  expect(violation).toBeNull()
  expect([0, 900, requests - 1].map((event) => archived.get(event))).toEqual([2, 1, 1])
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
