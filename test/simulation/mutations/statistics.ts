import type { Mutation } from './mutation.ts'

/** Mistakes in counting what came in: each event once, whatever dies, and the workspace is told the same. */
export const STATISTICS: readonly Mutation[] = [
  {
    name: 'takes the figures of the source for those of a row',
    seed: 4,
    breaks: 'figures are differences of the log’s own',
    edits: [{ file: 'statistics/statistics.ts', from: '      state.counters = entry.counters\n', to: '' }],
  },
  {
    name: 'keeps the place in memory alone',
    seed: 9,
    breaks: 'what a portion adds and its place are stored together',
    edits: [
      {
        file: 'statistics/store.ts',
        from: '      this.#prune(state, now)\n      this.save(state)\n',
        to: '      this.#prune(state, now)\n      if (state.version === 0) this.save(state)\n',
      },
    ],
  },
  {
    name: 'stores what was given up',
    seed: 15,
    breaks: 'of two steps over the same rows one alone counts',
    edits: [
      {
        file: 'statistics/statistics.ts',
        from: 'if (running !== this.#running || state !== this.#state || state.ended)',
        to: 'if (state.ended)',
      },
      {
        file: 'statistics/store.ts',
        from: 'if (stored && stored.version !== state.version)',
        to: 'if (!stored && state.version > 0)',
      },
    ],
  },
  {
    name: 'adds the usage of a day to what was published',
    seed: 4,
    breaks: 'what is published is absolute',
    edits: [
      {
        file: 'control/usage/store.ts',
        from: 'max(usage_days.${column}, excluded.${column})',
        to: 'usage_days.${column} + excluded.${column}',
      },
    ],
  },
]
