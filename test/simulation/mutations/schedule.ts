import type { Schedule } from '../choices.ts'

/** So many batches of one event, each a commit of its own, `everyMs` after the other. */
export function batches(count: number, everyMs: number): Schedule {
  const schedule: Schedule = { 'requests#0': count }
  for (let n = 0; n < count; n++) schedule[`request ${n}: at#0`] = n * everyMs
  for (let n = 0; n < count + 12; n++) schedule[`queue events: batch#${n}`] = 0
  return schedule
}

/** A receiver that answers its first requests so: by the number of the answer (`receivers.ts`). */
export function answers(requests: number, answer: number): Schedule {
  return repeated(`receiver d0: answer`, requests, answer)
}

/** The same choice the first so many times. */
export function repeated(label: string, times: number, choice: number): Schedule {
  return Object.fromEntries(Array.from({ length: times }, (_, n) => [`${label}#${n}`, choice]))
}
