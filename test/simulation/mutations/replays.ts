import type { Mutation } from './mutation.ts'

/** Mistakes with replays: counting, registering, and the pace that they share. Few runs have any, so that seeds are named. */
export const REPLAYS: readonly Mutation[] = [
  {
    name: 'counts twice when its alarm rings twice',
    seed: 162,
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
    seed: 444,
    breaks: 'a replay comes to its end after its receiver was down',
    edits: [
      {
        file: 'lane/permits.ts',
        from: 'if (waiting || leases.length + this.live.length > 0) return null',
        to: 'if (!waiting || leases.length + this.live.length > 0) return null',
      },
    ],
  },
]
