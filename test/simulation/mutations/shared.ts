import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'
import { repeated } from './schedule.ts'

/** Fates of a call, by their places in `wires.ts`. */
const REFUSED = 1
const DIES_AFTER = 4
const SLOW = 7

/** Two sources with a request each, whose messages come in one batch. */
const TWO: Schedule = {
  'short dials#0': 1,
  'sources#0': 2,
  'destinations#0': 2,
  'requests#0': 2,
  'request 0: at#0': 0,
  'request 1: at#0': 0,
  'request 1: source#0': 1,
}

/** Mistakes with objects of the archive that have batches of several sources. */
export const SHARED: readonly Mutation[] = [
  {
    name: 'asks one source only whether a shared object is needed',
    breaks: 'An object is removed that the log of another source has.',
    edits: [{ file: 'intake/shared-orphans.ts', from: 'turn < most; turn++', to: 'turn < Math.min(most, 1); turn++' }],
    // The first is not in the log of the one that is asked: it is routed again, alone.
    aimed: { ...TWO, ...repeated('route → intake s0.commit: fate', 2, REFUSED) },
  },
  {
    name: 'takes a log that does not answer for one that has nothing',
    breaks: 'While an intake is away, objects are removed that its log has.',
    edits: [
      {
        file: 'intake/shared-orphans.ts',
        from: "        if (!known) needed[at] = 'unknown'\n",
        to: '        if (!known) continue\n',
      },
    ],
    aimed: {
      ...TWO,
      'local#0': 1,
      ...repeated('sweep inbox → intake s0.log: fate', 40, REFUSED),
      ...repeated('sweep inbox → intake s1.log: fate', 40, REFUSED),
    },
  },
  {
    name: 'removes a shared object after one refusal',
    breaks: 'A source whose commit is refused takes the events of the others along.',
    edits: [
      {
        file: 'route/shelf.ts',
        from: '        if (--needed === 0) await removeBatch(this.#archive, key)\n',
        to: '        needed--\n        await removeBatch(this.#archive, key)\n',
      },
    ],
    // So late that it is refused.
    aimed: { ...TWO, 'route → intake s0.commit: fate#0': SLOW, 'route → intake s0.commit: slow there#0': 25_000 },
  },
  {
    name: 'reads the ranges of a neighbour',
    breaks: 'A source is sent events of another one.',
    edits: [{ file: 'archive/members.ts', from: '[before + offset, length, count]', to: '[offset, length, count]' }],
    aimed: TWO,
  },
  {
    name: 'never looks for shared objects that nobody has',
    breaks: 'What a route that died has written with others stays for ever.',
    edits: [{ file: 'inbox/sweep.ts', from: 'await this.removeOrphans(this.#dials.orphanAgeMs)\n', to: 'void 0\n' }],
    // A batch that went through the inbox has armed the sweep.
    aimed: { ...TWO, 'local#0': 1, 'route → R2 put raw/: fate#0': DIES_AFTER },
  },
  {
    name: 'leaves shared objects out of a recovery',
    breaks: 'Whoever has everything looked at is told that nothing is left, and it is.',
    edits: [
      {
        file: 'control/recovery/commands.ts',
        from: 'let orphansRemoved = await deps.sweep().removeOrphans(ORPHAN_MS)',
        to: 'let orphansRemoved = 0',
      },
    ],
    // By the platform's own dials an alarm looks after two hours.
    aimed: { ...TWO, 'short dials#0': 0, 'route → R2 put raw/: fate#0': DIES_AFTER },
  },
]
