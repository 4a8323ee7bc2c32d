/** R2: the archive of raw events, the inbox of accepted batches, and what is parked. */
export {
  DamagedObject,
  decodeGroup,
  encodeGroup,
  getInbox,
  getParked,
  listInbox,
  listParked,
  listRaw,
  openInbox,
  park,
  putInbox,
  readLines,
  readSegment,
  removeBatch,
  removeInbox,
  removeParked,
  writeBatch,
  writeSegment,
} from './archive.ts'
export { listShared, MOST_SHARES, type Share, type SharedObject, writeShared } from './shared.ts'
export { acceptId, acceptTime, batchOfKey, batchTime, isObjectsLog, objectsLog } from './keys.ts'
export type { Waiting } from './archive.ts'
export type { Chunk } from './members.ts'
export { lackOfRoom } from './room.ts'
