import type { Mutation } from './mutation.ts'
import { batches } from './schedule.ts'

/** Things that go on until something of the platform's is full. */
export const AT_THE_LIMITS: readonly Mutation[] = [
  {
    name: 'says in metadata how an object is cut',
    breaks: 'Beyond some hundred members R2 refuses the object, and what was accepted is never archived.',
    edits: [
      {
        file: 'archive/archive.ts',
        from: '      count: String(lines.length),\n',
        to: "      count: String(lines.length),\n      chunks: chunks.map((chunk) => chunk.join(':')).join(' '),\n",
      },
    ],
    aimed: 'an-object-of-many-members.json',
  },
  {
    name: 'keeps all rows in its object',
    breaks: 'The log of a steady source fills its object, and nothing more can be committed.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: '    if (this.#nextSegment(this.#oldEnough())) await this.#seal()',
        to: '    if (now < 0) await this.#seal()',
      },
    ],
    aimed: { 'short dials#0': 1, ...batches(8, 100) },
  },
  {
    name: 'repeats for every event what a batch says once',
    breaks: 'A small body becomes as much text as events fit into it, each with the whole context.',
    edits: [
      {
        file: 'ingest/events.ts',
        from: 'let repetitions = mostRepeated(bodyBytes) / bytesForAll(facts)',
        to: 'let repetitions = mostRepeated(bodyBytes) / Math.min(bytesForAll(facts), 0)',
      },
    ],
    aimed: 'more-context-than-may-be-repeated.json',
  },
  {
    name: 'lets a small body repeat what a large one may',
    breaks: 'The bound does not go by what was sent.',
    edits: [
      {
        file: 'event/limits.ts',
        from: 'const REPEATED_BYTES = 256 * 1024',
        to: 'const REPEATED_BYTES = 4 * 256 * 1024',
      },
    ],
    aimed: 'more-context-than-may-be-repeated.json',
  },
  {
    name: 'makes room in the row that comes in',
    breaks: 'What gives way to the first of the works that wait outside is put into its row, and is gone with it.',
    edits: [
      {
        file: 'lane/works.ts',
        from: '      if (this.#rows.state.tail === this.#rows.held.front?.id) this.#rows.state.tail = null\n',
        to: '',
      },
    ],
    aimed: 'room-made-in-the-row-that-comes-in.json',
  },
  {
    name: 'holds a queue batch whole',
    breaks: 'What a queue batch of large requests points to does not fit into memory, however often it comes.',
    edits: [
      { file: 'route/route.ts', from: 'bytes + one.bytes > PORTION_BYTES || ', to: '' },
      { file: 'route/route.ts', from: 'const PORTION_BYTES = 8_000_000\n', to: '' },
    ],
    aimed: 'a-queue-batch-of-large-requests.json',
  },
]
