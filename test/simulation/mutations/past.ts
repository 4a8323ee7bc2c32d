import type { Schedule } from '../choices.ts'
import type { Mutation } from './mutation.ts'
import { answers, batches } from './schedule.ts'

const REFUSED = 8

/** Four events die, and what is left of them is kept for a hundred seconds. */
const DYING: Schedule = { ...batches(4, 40_000), ...answers(4, REFUSED), 'dead letters: kept#0': 100_000 }

/** Eight die at once; the time of the oldest is over while they are sent once more, one a second. */
const REDRIVEN: Schedule = {
  ...batches(8, 100),
  ...answers(8, REFUSED),
  'lane: head#0': 1,
  'lane: slice#0': 1,
  'dead letters: kept#0': 357_000,
}

/** Something happens in each of some hours, which are three minutes here. */
const HOURS: Schedule = { 'short dials#0': 1, ...batches(8, 50_000) }
const MANY_HOURS: Schedule = { 'short dials#0': 1, 'calm after#0': 3_700_000, ...batches(20, 180_000) }

/** Mistakes in what a lane keeps of what is over: dead letters, and what it tells of its past. */
export const PAST: readonly Mutation[] = [
  {
    name: 'lets dead letters go early',
    breaks: 'What was given up cannot be read, nor sent once more, as long as is said.',
    edits: [
      {
        file: 'lane/dead.ts',
        from: 'this.#store.removeDead((now - this.#keptMs)',
        to: 'this.#store.removeDead((now - this.#keptMs / 2)',
      },
    ],
    aimed: DYING,
  },
  {
    name: 'keeps dead letters for ever',
    breaks: 'Nothing wakes a lane to remove what is old.',
    edits: [
      { file: 'lane/lane-alarm.ts', from: 'dead.expiry(state.redrives.length > 0))', to: 'Infinity)' },
      {
        file: 'lane/lane.ts',
        from: '      dead.expire(ctx.now(), state.redrives.length > 0)\n',
        to: '',
      },
    ],
    aimed: DYING,
  },
  {
    name: 'lets dead letters go that it is to send once more',
    breaks: 'A redrive finds fewer dead letters than there were when somebody asked for it.',
    edits: [{ file: 'lane/dead.ts', from: 'this.#oldest === null || redriving ?', to: 'this.#oldest === null ?' }],
    aimed: REDRIVEN,
  },
  {
    name: 'puts an hour into its row twice',
    breaks: 'What happened in an hour that is over is told once more with the next.',
    edits: [
      { file: 'lane/history.ts', from: '      for (const minute of some) delete recent.minutes[minute]\n', to: '' },
    ],
    aimed: HOURS,
  },
  {
    name: 'writes an hour over what it has of it',
    seed: 1,
    breaks: 'What is told late of an hour that has its row takes the place of the rest.',
    edits: [
      {
        file: 'lane/history.ts',
        from: 'const sum = row ? (JSON.parse(row.sum) as Sparse) : {}',
        to: 'const sum: Sparse = {}',
      },
      {
        file: 'lane/history.ts',
        from: 'const minutes = row?.minutes ? (JSON.parse(row.minutes) as Record<string, Sparse>) : {}',
        to: 'const minutes: Record<string, Sparse> = {}',
      },
    ],
  },
  {
    name: 'forgets the past of a work that is done',
    breaks: 'Totals know what no hour knows.',
    edits: [{ file: 'lane/works.ts', from: '    history.absorb(state.past, work)\n', to: '' }],
    aimed: HOURS,
  },
  {
    name: 'forgets minutes with a write that is refused',
    breaks: 'The hour that was to be written with it is nowhere.',
    edits: [{ file: 'lane/unit-of-work.ts', from: '      state.past = past\n', to: '      void past\n' }],
    aimed: 'minutes-of-a-refused-write.json',
  },
  {
    name: 'forgets hours early',
    breaks: 'The figures of a week lack days.',
    edits: [{ file: 'lane/history.ts', from: 'hourBefore(hoursMs))', to: 'hourBefore(hoursMs / 7))' }],
    aimed: { 'short dials#0': 1, 'calm after#0': 900_000, ...batches(18, 50_000) },
  },
  {
    name: 'forgets minutes early',
    breaks: 'The figures of an hour are all in its beginning.',
    edits: [{ file: 'lane/history.ts', from: 'this.#forget(hourBefore(minutesMs),', to: 'this.#forget(hour,' }],
    aimed: { 'short dials#0': 1, ...batches(12, 25_000) },
  },
  {
    name: 'keeps hours for ever',
    breaks: 'A lane grows by a row an hour as long as it lives.',
    edits: [
      {
        file: 'lane/history.ts',
        from: "this.#sql.exec('DELETE FROM history WHERE hour < ?', hoursBefore)",
        to: 'void hoursBefore',
      },
    ],
    aimed: MANY_HOURS,
  },
  {
    name: 'keeps minutes for ever',
    breaks: 'Rows of hours stay as large as they were.',
    edits: [
      {
        file: 'lane/history.ts',
        from: "minutes IS NOT NULL', minutesBefore)",
        to: "minutes IS NOT NULL', minutesBefore - 1_000)",
      },
    ],
    aimed: MANY_HOURS,
  },
  {
    name: 'counts twice what has a name',
    breaks: 'What is known by name is still counted without one: the overview tells of more than the ledger.',
    edits: [{ file: 'lane/ways.ts', from: '      take(slots, slot, ways)\n', to: '' }],
    aimed: HOURS,
  },
  {
    name: 'keeps by name what has got its row',
    breaks: 'A day that is over is told by its row, and once more by the lane’s own.',
    edits: [{ file: 'lane/ways.ts', from: 'for (const [slot] of over) delete recent.slots[slot]', to: '' }],
    aimed: HOURS,
  },
]
