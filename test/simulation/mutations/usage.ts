import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'

/** A lane that is paused while so many batches come, each a row of its own, and then goes on. */
function backlog(works: number): Schedule {
  const schedule: Schedule = {
    'tight limits#0': 1,
    'short dials#0': 1,
    'lane: head#0': 2,
    'lane: row#0': 200,
    'requests#0': works,
    'changes#0': 2,
    'changes 0: at#0': 1_500,
    'changes 0: what#0': 0,
    'changes 1: at#0': 150_000,
    'changes 1: what#0': 1,
  }
  for (let n = 0; n < works; n++) {
    schedule[`request ${n}: at#0`] = 2_000 + n * 500
    schedule[`queue events: batch#${n}`] = 0
  }
  return schedule
}

/** A receiver that has answered well, so that grants have grown, and then answers nobody for a while. */
const SILENT: Schedule = {
  'requests#0': 3,
  'd0: concurrency#0': 0,
  ...Object.fromEntries([0, 1, 2].map((n) => [`request ${n}: events#0`, 400])),
  ...Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`receiver d0: answer#${400 + n}`, 5])),
}

/** More than a worker sends within its time, to a receiver that answers soon. */
const MANY: Schedule = {
  'tight limits#0': 1,
  'd0: concurrency#0': 0,
  'requests#0': 3,
  ...Object.fromEntries([0, 1, 2].map((n) => [`request ${n}: events#0`, 2_000])),
  ...Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => [`receiver d0: ms#${n}`, 20])),
}

/** What one invocation may use: connections, memory, CPU time, calls. */
export const WITHIN_AN_INVOCATION: readonly Mutation[] = [
  {
    name: 'sends everything at once',
    breaks:
      'A request that waits for a connection runs out of time, and its event has failed without having been sent.',
    edits: [{ file: 'deliver/sending.ts', from: 'Math.min(grant.parallel ?? PARALLEL, PARALLEL)', to: '60' }],
    aimed: SILENT,
  },
  {
    name: 'reads a body of any size',
    breaks: 'What a stranger sends does not fit into memory, and whoever shares the isolate dies with them.',
    edits: [{ file: 'ingest/body.ts', from: '  if (promised > LIMITS.bodyBytes) return null\n', to: '' }],
    aimed: { 'request 0: hostile#0': 7 },
  },
  {
    name: 'takes everything that waits into memory',
    breaks: 'A call of a lane takes as long as its backlog.',
    edits: [
      {
        file: 'lane/works.ts',
        from: 'if (!next || !this.#makeRoom(next.parts.length, isCalled)) return',
        to: 'if (!next) return\n      this.#makeRoom(next.parts.length, isCalled)',
      },
    ],
    aimed: backlog(200),
  },
  {
    name: 'works for a lane as long as there is work',
    breaks: 'An invocation is ended in the middle of a grant, for its time or its calls.',
    edits: [
      {
        file: 'deliver/run.ts',
        from: 'asked - began < (leave.runMs ?? RUN_MS) && calls < MOST_CALLS',
        to: 'began > 0',
      },
      { file: 'deliver/run.ts', from: 'const RUN_MS = 10_000\n', to: '' },
      { file: 'deliver/run.ts', from: 'const MOST_CALLS = 7_000\n', to: '' },
    ],
    aimed: MANY,
  },
]
