import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'
import { batches, repeated } from './schedule.ts'

/** So many batches on short dials. */
const EIGHT: Schedule = { 'short dials#0': 1, ...batches(8, 100) }
const TWELVE: Schedule = { 'short dials#0': 1, ...batches(12, 100) }

/** The first one comes again when its row has left the object and the window is not over, to an intake without memory. */
const AGAIN: Schedule = { ...EIGHT, 'request 0: sent again#0': 120_000, 'intake s0.begin: object#8': 1 }

/** Mistakes in what takes long: the window, rows that leave the object, the orphan pass, gaps between log and lane. */
export const LONG_RULES: readonly Mutation[] = [
  {
    name: 'takes a stale batch',
    breaks: 'A batch is committed whose object the orphan pass has removed.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: "> this.#dials.staleMs) return 'stale'",
        to: "> this.#dials.staleMs * 100) return 'stale'",
      },
    ],
    // The archive object is long on its way, and so is the answer.
    aimed: {
      'short dials#0': 1,
      'requests#0': 20,
      'request 13: at#0': 172_478,
      'route → R2 put raw/: fate#18': 7,
      'route → R2 put raw/: slow there#0': 18_038,
      'route → R2 put raw/: slow#0': 27_400,
    },
  },
  {
    name: 'moves rows away that a lane has still to hear of',
    breaks: 'What is owed to a lane is nowhere to be found when it answers again.',
    edits: [{ file: 'intake/intake.ts', from: 'this.#outbox.lacking(last).map(', to: 'this.#outbox.lacking(0).map(' }],
    aimed: { ...EIGHT, ...repeated('intake s0 → lane d0.register: fate', 60, 1) },
  },
  {
    name: 'tells a lane what is newer first',
    breaks: 'Its mark passes over the rows that are in segments, and they are taken for known.',
    edits: [
      {
        file: 'intake/outbox.ts',
        from: 'return this.#deps.isBehind?.(destination) === true',
        to: "return this.#deps.isBehind === undefined && destination === ''",
      },
    ],
    aimed: { ...EIGHT, ...repeated('intake s0 → lane d0.register: fate', 60, 1) },
  },
  {
    name: 'forgets with its memory which lanes are behind',
    breaks: 'After an eviction nobody knows that a lane has still to hear of rows in segments.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: '      this.#store.behind(),\n',
        to: '      this.#store.behind().slice(0, 0),\n',
      },
    ],
    aimed: { ...AGAIN, ...repeated('intake s0 → lane d0.register: fate', 60, 1) },
  },
  {
    name: 'forgets ids with their rows',
    breaks: 'A repeat within the window is new once its row has left the object.',
    edits: [
      {
        file: 'intake/store.ts',
        from: 'if (accepts.length + ids.length > 0)',
        to: 'if (accepts.length + ids.length < 0)',
      },
    ],
    aimed: AGAIN,
  },
  {
    name: 'opens without the last of what it remembers',
    breaks: 'After an eviction a repeat is new, when its id is in a generation that is not full.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: '        set.add(words, seq)\n',
        to: '',
      },
    ],
    aimed: AGAIN,
  },
  {
    name: 'takes a filter’s word for it',
    seed: 1,
    breaks: 'What only looks like an id that is known is new.',
    edits: [
      {
        file: 'intake/generations.ts',
        from: 'filter.mayHave(a) && this.#store.has(generation, a, b)',
        to: 'filter.mayHave(a)',
      },
    ],
  },
  {
    name: 'packs a filter and no ids',
    seed: 1,
    breaks: 'A repeat is known once its generation is packed.',
    edits: [{ file: 'intake/id-store.ts', from: 'if (own.length > 0)', to: 'if (own.length < 0)' }],
  },
  {
    name: 'mixes anew after each start',
    seed: 27,
    breaks: 'What was packed is known to the next instance.',
    edits: [{ file: 'intake/intake.ts', from: 'new FingerprintKey(ctx, ids.key())', to: 'new FingerprintKey(ctx)' }],
  },
  {
    name: 'takes for packed what is younger',
    seed: 1,
    breaks: 'A repeat is known although an instance has died that had not packed it.',
    edits: [
      {
        file: 'intake/generations.ts',
        from: 'return this.#packed.at(-1)?.last ?? 0',
        to: 'return (this.#packed.at(-1)?.last ?? -2) + 2',
      },
    ],
  },
  {
    name: 'ends the window with the row',
    breaks: 'Ids are forgotten as soon as their rows have left the object.',
    edits: [{ file: 'intake/intake.ts', from: 'one.at >= now - windowMs', to: 'one.at >= now' }],
    aimed: { ...TWELVE, 'request 0: sent again#0': 120_000, 'intake s0.begin: object#12': 1 },
  },
  {
    name: 'keeps too few rows in the window',
    breaks: 'Of a slow source ids are forgotten that are among its last rows.',
    edits: [{ file: 'intake/intake.ts', from: '|| one.last > this.#seq - windowRows', to: '|| one.last > this.#seq' }],
    aimed: {
      ...EIGHT,
      'calm after#0': 900_000,
      'request 7: at#0': 300_000,
      'request 5: sent again#0': 400_000,
      'intake s0.begin: object#8': 1,
    },
  },
  {
    name: 'moves rows into a segment that is not written yet',
    breaks: 'R2 refuses the object, and the rows are nowhere.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: 'await writeSegment(this.#archive, this.#source, segment, lines)',
        to: 'void writeSegment(this.#archive, this.#source, segment, lines).catch(() => undefined)',
      },
    ],
    aimed: { ...EIGHT, 'intake s0 → R2 put log/: fate#0': 1 },
  },
  {
    name: 'moves a row more than the segment has',
    breaks: 'A row of the log is gone.',
    edits: [
      {
        file: 'intake/store.ts',
        from: "'DELETE FROM log WHERE seq <= ?', last)",
        to: "'DELETE FROM log WHERE seq <= ?', last + 1)",
      },
    ],
    aimed: EIGHT,
  },
  {
    name: 'moves its last row away',
    breaks: 'Without a row the log begins again at one, with all figures at nothing.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: 'nextSegment(before, this.#seq - 1)',
        to: 'nextSegment(before, this.#seq)',
      },
    ],
    aimed: { ...EIGHT, 'requests#0': 7, 'request 6: at#0': 150_000, 'intake s0.begin: object#6': 1 },
  },
  {
    name: 'overlooks segments when it looks for orphans',
    breaks: 'Objects of rows that have left the object are taken for orphans.',
    edits: [{ file: 'intake/store.ts', from: '        found = one\n', to: '        found = undefined\n' }],
    aimed: {
      ...EIGHT,
      'request 7: at#0': 120_000,
      'intake s0 → R2 list raw/: fate#0': 1,
      'intake s0 → R2 list raw/: fate#1': 1,
      'intake s0 → R2 list raw/: fate#2': 1,
      'intake s0 → R2 list raw/: fate#3': 1,
      'intake s0 → R2 list raw/: fate#4': 1,
    },
  },
  {
    name: 'takes a part of an orphan pass for all of it',
    breaks: 'Orphans beyond the first pages stay for ever.',
    edits: [
      {
        file: 'intake/intake.ts',
        from: '    this.#after = after ?? undefined\n    if (after === null) this.#checked = until\n',
        to: '    if (after === null || after !== null) this.#checked = until\n',
      },
    ],
    aimed: { ...TWELVE, 'R2 page#0': 3, 'route → R2 put raw/: fate#9': 4 },
  },
  {
    name: 'registers over a gap',
    breaks: 'A lane that is behind its log takes what comes after the gap, and never gets what is in it.',
    edits: [
      { file: 'lane/lane.ts', from: 'if (over !== null || from > mark) return', to: 'if (over !== null) return' },
    ],
    aimed: { 'gaps#0': 1 },
  },
  {
    name: 'parks too early',
    breaks: 'What route will still come to is set aside for a person.',
    edits: [
      {
        file: 'inbox/sweep.ts',
        from: 'if (age < this.#dials.oldestMs) {',
        to: 'if (age < this.#dials.oldestMs / 2) {',
      },
    ],
    aimed: { 'short dials#0': 1, 'local#0': 1, ...repeated('route → R2 get inbox/: fate', 9, 1) },
  },
]
