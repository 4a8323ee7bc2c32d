import type { Mutation } from './mutation.ts'

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
    aimed: 'a-log-longer-than-its-object.json',
  },
]
