import type { Mutation } from './mutation.ts'

/** Mistakes in loading warehouses: the rows are exactly the events of the log, each once, whatever dies. */
export const WAREHOUSES: readonly Mutation[] = [
  {
    name: 'passes the next row of the log',
    seed: 3,
    breaks: 'of two portions of a log each begins where the other ends',
    edits: [
      {
        file: 'warehouse/portions.ts',
        from: '      portion.to = { seq: seq + 1, index: 0 }\n      portion.committedAt',
        to: '      portion.to = { seq: seq + 2, index: 0 }\n      portion.committedAt',
      },
    ],
  },
  {
    name: 'loads the beginning of a row of the log again',
    breaks: 'a cursor may stand within a row of the log',
    edits: [{ file: 'warehouse/portions.ts', from: 'if (seq === start.seq && at < start.index) continue', to: '' }],
  },
  {
    name: 'forgets the rest of a portion',
    breaks: 'what is no whole portion at the end of the log is loaded too',
    edits: [{ file: 'warehouse/portions.ts', from: '  if (portion) yield portion\n', to: '' }],
  },
  {
    name: 'passes the rest of a row of the log',
    breaks: 'a portion may end within a row',
    edits: [
      {
        file: 'warehouse/portions.ts',
        from: 'portion.to = { seq, index: index }',
        to: 'portion.to = { seq: seq + 1, index: 0 }',
      },
    ],
  },
  {
    name: 'passes the rest of the log when a column is filled',
    breaks: 'a column that is filled in several steps is filled from where the step before ended',
    seed: 29,
    edits: [
      {
        file: 'warehouse/retyping.ts',
        from: '        at: portion.to,\n',
        to: '        at: { seq: last + 1, index: 0 },\n',
      },
    ],
  },
  {
    name: 'loads what people who were erased had sent',
    breaks: 'what an erased person had sent is not loaded behind the erasure',
    seed: 4,
    edits: [
      {
        file: 'warehouse/erased.ts',
        from: 'if (!isForWarehouse(event, this.#memory.id)) return false',
        to: 'if (!isForWarehouse(event, this.#memory.id)) return false\n    if (receivedAt) return true',
      },
    ],
  },
  {
    name: 'passes people in all tables but the first',
    breaks: 'an erasure begins with the first person in each table',
    seed: 130,
    edits: [
      {
        file: 'warehouse/erasure.ts',
        from: 'tables: job.tables + 1, within: null }',
        to: 'tables: job.tables + 1 }',
      },
    ],
  },
]
