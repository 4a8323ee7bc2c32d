import type { Mutation } from './mutation.ts'

/** Mistakes with objects: tables have what was accepted last, one row an id, whatever dies. */
export const OBJECTS: readonly Mutation[] = [
  {
    name: 'answers before objects are in their log',
    breaks: 'what was acknowledged is durable, in the order of the answers',
    seed: 4,
    edits: [
      {
        file: 'ingest/objects.ts',
        from: '    await commitObjects(source.sourceId, objects,',
        to: '    void commitObjects(source.sourceId, objects,',
      },
    ],
  },
  {
    name: 'sets the same twice when an answer is lost',
    breaks: 'the same commit again is the same row',
    seed: 3,
    edits: [
      {
        file: 'collections/commit.ts',
        from: 'commit({ ...row, ',
        to: 'commit({ ...row, batch: randomId(ctx, `${now}-`, 12), ',
      },
    ],
  },
  {
    name: 'keeps what was set first',
    breaks: 'of one id what was set last stands',
    seed: 4,
    edits: [
      {
        file: 'tables/objects.ts',
        from: '          folded.values.set(column, value)\n',
        to: '          if (!folded.values.has(column)) folded.values.set(column, value)\n',
      },
    ],
  },
  {
    name: 'forgets what one load had set before',
    breaks: 'objects of one id are merged property by property',
    seed: 3,
    edits: [
      { file: 'tables/objects.ts', from: 'const before = whole || !known ?', to: 'const before = whole || known ?' },
    ],
  },
  {
    name: 'clears what an object does not name',
    breaks: 'a property that is not named stays as it was',
    seed: 3,
    edits: [{ file: 'tables/plan.ts', from: "(set.has(name) ? '1' : '0')", to: "(set.has(name) ? '1' : '1')" }],
  },
  {
    name: 'keeps what an object has no more',
    breaks: 'an object that comes whole has nothing that it does not name',
    seed: 3,
    edits: [{ file: 'tables/objects.ts', from: "clears: isWhole ? 'all' : cleared,", to: 'clears: cleared,' }],
  },
  {
    name: 'begins the log of objects at its end',
    breaks: 'a warehouse gets every object, whenever it was set',
    seed: 2,
    edits: [
      {
        file: 'warehouse/sync-runner.ts',
        from: '{ ...shared, since: null, log,',
        to: '{ ...shared, since: ctx.now(), log,',
      },
    ],
  },
  {
    name: 'goes on with the next page before a page is stored',
    breaks: 'a page is in the log before its place is passed',
    seed: 115,
    edits: [
      {
        file: 'pull/runner.ts',
        from: '        step.check()\n        const committed',
        to: '        step.save(() => void (run.cursor = page.next ?? run.cursor))\n        const committed',
      },
    ],
  },
  {
    name: 'leaves the rest of a list out when an instance has died',
    breaks: 'another instance goes on where the one before has stood',
    seed: 23,
    edits: [
      {
        file: 'pull/memory.ts',
        from: '    this.store = new PullerStore(storage)\n    this.state = this.store.read()\n',
        to: '    this.store = new PullerStore(storage)\n    this.state = this.store.read()\n    if (this.state?.run?.toCome.shift()) this.state.run.cursor = null\n',
      },
    ],
  },
  {
    name: 'takes what is gone for unchanged',
    breaks: 'what a vendor has no more keeps its row, marked',
    seed: 3,
    edits: [
      {
        file: 'pull/rows.ts',
        from: 'is_deleted: isDeleted === true',
        to: '...(!isDeleted && { is_deleted: false })',
      },
    ],
  },
  {
    name: 'asks for changes since the end of the last run',
    breaks: 'what changed while a run went on is read in the next one',
    seed: 2,
    edits: [{ file: 'pull/runs.ts', from: 'const at = run.startedAt', to: 'const at = run.startedAt + 900_000' }],
  },
  {
    name: 'reads nothing anew that is taken in again',
    breaks: 'a collection that was left out is read whole',
    seed: 3,
    edits: [{ file: 'pull/runs.ts', from: '  delete state.known[name]', to: '' }],
  },
]
