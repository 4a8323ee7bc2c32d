/** Objects: things with an id that change, by collection; the log of a source's objects, and who may write it. */
export type { CollectedObject } from '../tables/index.ts'
export { type CommitDeps, type CommitFacts, commitObjects } from './commit.ts'
export { type CheckedObject, checkObject, faultOfCollection, OBJECT_BYTES } from './object.ts'
