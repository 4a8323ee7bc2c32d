import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'

/** At five requests a second as many replays of sixty events. A worker has half of the pace, so that two do not show. */
function replaysAtFive(replays: number): Schedule {
  const at = Array.from({ length: replays }, (_, n) => [`replay orders ${n}: at#0`, 60_000])
  const load = { 'requests#0': 1, 'request 0: events#0': 60, 'd0: concurrency#0': 3 }
  return { ...load, 'd0: rate#0': 3, 'replay orders#0': replays, ...Object.fromEntries(at) }
}

/** Mistakes with replays: counting, registering, and the pace that they share. Few runs have any, so that seeds are named. */
export const REPLAYS: readonly Mutation[] = [
  {
    name: 'counts twice when its alarm rings twice',
    // A replay whose first read takes nine seconds, and a change of its share meanwhile, which sets its alarm.
    aimed: {
      'requests#0': 6,
      'changes#0': 1,
      'changes 0: at#0': 60_000,
      'changes 0: what#0': 11,
      'replay changes#0': 1,
      'replay changes 0: at#0': 62_000,
      'replay changes 0: what#0': 2,
      'replay r0 → R2 get raw/: fate#0': 7,
      'replay r0 → R2 get raw/: slow#0': 9_000,
    },
    breaks: 'what a replay has counted is what its lane takes over',
    edits: [
      {
        file: 'replay/replay.ts',
        from: 'if (this.#busy) return',
        to: 'if (this.#busy && ctx.now() < 0) return',
      },
    ],
  },
  {
    name: 'waits for ever for what does not answer',
    seed: 607,
    breaks: 'a replay comes to its end',
    edits: [{ file: 'replay/replay.ts', from: 'const PATIENCE_MS = 60_000', to: 'const PATIENCE_MS = 1e12' }],
  },
  {
    name: 'takes the row after its mark for registered',
    seed: 11,
    breaks: 'no event of the range is left out',
    edits: [{ file: 'replay/replay.ts', from: '        row.mark = mark\n', to: '        row.mark = mark + 1\n' }],
  },
  {
    name: 'has no probe for a replay',
    seed: 316,
    breaks: 'a replay comes to its end after its receiver was down',
    edits: [
      {
        file: 'lane/permits.ts',
        from: 'if (waiting || leases.length + this.live.length > 0) return null',
        to: 'if (!waiting || leases.length + this.live.length > 0) return null',
      },
    ],
  },
  {
    name: 'is done while its lane still sends',
    seed: 140,
    breaks: 'a replay that is done has nothing pending',
    edits: [
      {
        file: 'replay/replay.ts',
        from: 'if (row.lane.pending > 0) return this.#dials.pollMs',
        to: 'if (row.lane.pending > 1e9) return this.#dials.pollMs',
      },
    ],
  },
  {
    name: 'notes rows before its lane has them',
    seed: 70,
    breaks: 'no event of the range is left out',
    edits: [
      {
        file: 'replay/replay.ts',
        from: '      await take(some)\n',
        to: '      pass.next = seen + 1\n      this.#save(row)\n      await take(some)\n',
      },
    ],
  },
  {
    name: 'takes the end of a step for the end of the log',
    seed: 248,
    breaks: 'no event of the range is left out',
    edits: [
      {
        file: 'replay/replay.ts',
        from: 'ctx.now() > end || row !== this.#row || isOver(row)) return',
        to: 'ctx.now() > end || row !== this.#row || isOver(row)) break',
      },
    ],
  },
  {
    name: 'takes what came after its range',
    seed: 3,
    breaks: 'a replay sends its range and nothing else',
    edits: [
      {
        file: 'replay/selection.ts',
        from: 'if (!(received >= from && received < until)) return false',
        to: 'if (!(received >= from)) return false',
      },
      {
        file: 'replay/read.ts',
        from: 'const within = Date.parse(entry.firstReceivedAt) < until && Date',
        to: 'const within = Date',
      },
    ],
  },
  {
    name: 'lets its lane go on when it is cancelled',
    seed: 559,
    breaks: 'what is cancelled sends nothing',
    edits: [
      {
        file: 'replay/replay.ts',
        from: "await this.#tell(row, { ...told, paused: row.state !== 'done', replay })",
        to: 'await this.#tell(row, { ...told, paused: false, replay })',
      },
    ],
  },
  {
    name: 'reckons the shares of several replays apart',
    aimed: replaysAtFive(3),
    breaks: 'replays beside each other have the pace of their destination together',
    edits: [
      {
        file: 'lane/permits.ts',
        from: 'const free = limits.rate - sum(all)',
        to: 'const free = limits.rate - sum([...leases, ...own])',
      },
    ],
  },
  {
    name: 'gives a replay all of the pace',
    aimed: { ...replaysAtFive(1), 'replay orders 0: share#0': 0.25 },
    breaks: 'a replay has its share of the pace',
    edits: [{ file: 'lane/permits.ts', from: 'rate === null ? null : rate * share', to: 'rate' }],
  },
  {
    name: 'keeps to itself what the receiver told a replay',
    aimed: { 'requests#0': 1, 'replay orders#0': 1, 'replay orders 0: at#0': 60_000 },
    breaks: 'the lane of a destination knows what its receiver says to a replay',
    edits: [
      {
        file: 'deliver/permit.ts',
        from: '.report(permit.id, { version, results, ...(latencyMs !== undefined && { latencyMs }) }, false)',
        to: '.report(permit.id, { version, results: results.slice(0, 0), ...(latencyMs && { latencyMs }) }, false)',
      },
    ],
  },
  {
    name: 'never gives a permit back',
    aimed: { 'requests#0': 1, 'replay orders#0': 1, 'replay orders 0: at#0': 60_000 },
    breaks: 'what a replay has had of the pace is free when its worker is done',
    edits: [
      {
        file: 'deliver/permit.ts',
        from: 'lender.report(permit.id, { version: 0, results: [] }, true)',
        to: 'lender.report(permit.id, { version: 0, results: [] }, false)',
      },
    ],
  },
]
