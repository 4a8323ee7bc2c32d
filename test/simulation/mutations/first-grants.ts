import type { Mutation } from './mutation.ts'

/** Grants that are made with the registration that brought their events. */
export const FIRST_GRANTS: readonly Mutation[] = [
  {
    name: 'keeps a first grant for a moment longer than it is armed for',
    breaks: 'The alarm finds nothing to do, is set for the same moment again, and rings on and on.',
    edits: [{ file: 'lane/reserved.ts', from: 'one.until > now', to: 'one.until >= now' }],
    aimed: { 'queue deliveries: lost#0': 1 },
  },
  {
    name: 'hands a first grant over to whoever comes',
    seed: 1,
    breaks: 'Two workers send the same events.',
    edits: [{ file: 'lane/reserved.ts', from: 'this.#kept.shift()', to: 'this.#kept[0]' }],
  },
  {
    name: 'hands a first grant over though the receiver asked for time',
    seed: 122,
    breaks: 'A receiver that asked for time gets requests.',
    edits: [{ file: 'lane/reserved.ts', from: "terms.mode === 'open' && brake.isEasy", to: "terms.mode === 'open'" }],
  },
]
