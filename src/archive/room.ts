/** Of the size of a small batch; an empty object may find a place where nothing else does. */
const PROBE = 'x'.repeat(16 * 1024)

/**
 * What to do when nothing can be written, for the local run, whose whole state lies on one disk; `undefined`: it can.
 * The runtime does not tell its Worker why it cannot.
 */
export async function lackOfRoom(archive: R2Bucket): Promise<string | undefined> {
  try {
    await archive.put('room', PROBE)
    return undefined
  } catch (error) {
    return `Nothing can be stored, most likely because the disk that holds the data directory is full (${String(error)}). Make room there; work goes on by itself.`
  }
}
