import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'

const DEAD = 4
/** Four dead letters, and a redrive of the event that they are, which looks at one of them at a time. */
const LOOKED_FOR: Schedule = {
  'lane: look#0': 1,
  'requests#0': DEAD,
  ...Object.fromEntries(
    Array.from({ length: DEAD }, (_, n) => [
      [`request ${n}: at#0`, 1_000 + 4_000 * n],
      [`queue events: batch#${n}`, 0],
      [`receiver d0: answer#${n}`, 8],
    ]).flat(),
  ),
  'changes#0': 1,
  'changes 0: at#0': 60_000,
  'changes 0: what#0': 7,
  'changes 0: by payload#0': 1,
}

/** Mistakes with what is sent once more: which events, and what is told of them. */
export const REDRIVES: readonly Mutation[] = [
  {
    name: 'sends some events of a dead letter and drops the others',
    seed: 1,
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
    seed: 38,
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
    name: 'sends whole dead letters where a redrive means some of their events',
    breaks: 'Whoever asks for a person sends others too.',
    edits: [
      {
        file: 'lane/redrive.ts',
        from: 'this.#again(this.#some(events), redrive, facts)',
        to: 'this.#again(this.#whole(events.map(({ id }) => id)), redrive, facts)',
      },
    ],
  },
  {
    name: 'passes dead letters for which the archive did not answer',
    breaks: 'A redrive by event or person says that it is through and has left some.',
    edits: [{ file: 'lane/payload-search.ts', from: 'if (unread) {', to: 'if (unread && letters.length === 0) {' }],
    aimed: { ...LOOKED_FOR, 'lane d0 → R2 get raw/: fate#1': 1 },
  },
  {
    name: 'goes on with a redrive that was cancelled',
    breaks: 'What somebody has stopped is sent all the same.',
    edits: [
      {
        file: 'lane/redrive.ts',
        from: '      state.redrives = state.redrives.filter(({ redrive }) => redrive !== id)\n',
        to: '',
      },
    ],
    aimed: { ...LOOKED_FOR, 'changes 0: cancelled after#0': 60 },
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
