import type { Mutation } from './mutation.ts'

/** Mistakes with what is sent once more: which events, and what is told of them. */
export const REDRIVES: readonly Mutation[] = [
  {
    name: 'sends some events of a dead letter and drops the others',
    seed: 164,
    breaks: 'What nobody chose is dead no longer, and never sent.',
    edits: [
      {
        file: 'lane/redrive.ts',
        from: 'if (rest) this.#unit.keep(',
        to: 'if (rest && rest.length < 0) this.#unit.keep(',
      },
    ],
  },
  {
    name: 'books what a redrive has delivered, and not what died of its time',
    seed: 725,
    breaks: 'A redrive tells of events that are pending for ever.',
    edits: [{ file: 'lane/give-up.ts', from: '        books.book(work, before)\n', to: '' }],
  },
  {
    name: 'keeps the books of redrives in memory only',
    seed: 28,
    breaks: 'After an eviction nobody knows what became of a redrive.',
    edits: [{ file: 'lane/unit-of-work.ts', from: '        books.write()\n', to: '' }],
  },
  {
    name: 'forgets of a dead letter that it was sent before',
    seed: 28,
    breaks: 'What has failed again looks like what has failed.',
    edits: [{ file: 'lane/settle.ts', from: 'first, events, ...again })', to: 'first, events })' }],
  },
  {
    name: 'gives works of a redrive no number',
    seed: 1,
    breaks: 'What becomes of them is booked nowhere.',
    edits: [
      { file: 'lane/redrive.ts', from: 'redrive === undefined ? {} : { redrive }', to: 'id < 0 ? { redrive } : {}' },
    ],
  },
]
