import type { Mutation } from './mutation.ts'

/** The rows of works that are done. */
export const SPARE_ROWS: readonly Mutation[] = [
  {
    name: 'takes the row of a work that is done for a work',
    seed: 2,
    breaks: 'After an eviction what has arrived is counted twice, and sent again.',
    edits: [
      { file: 'lane/work-rows.ts', from: 'filter(({ id }) => !spare.has(id))', to: 'filter(({ id }) => id > 0)' },
    ],
  },
]
