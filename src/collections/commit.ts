import { objectsLog, removeBatch, writeBatch } from '../archive/index.ts'
import { type Context, randomId } from '../context.ts'
import type { IntakeRemote } from '../intake/index.ts'
import { within } from '../settings/index.ts'
import type { CollectedObject } from '../tables/index.ts'

export interface CommitDeps {
  ctx: Context
  archive: R2Bucket
  intake(log: string): Pick<IntakeRemote, 'commit'>
}

export interface CommitFacts {
  /** How many of what was sent with them were refused. */
  refused: number
  /** The last row of the log, as its only writer knows it. */
  after?: number
}

const PUT_MS = 10_000
const COMMIT_MS = 10_000
/** The same commit again is the same row: an answer that was lost costs nothing. */
const MOST_TRIES = 3

/**
 * Makes objects a row of the log of a source's objects; they are durable when it answers, in the order of their rows and,
 * within one, as they stand. `moved`: with `after`, somebody else has written meanwhile, and nothing is kept. Throws when
 * it is not known whether they are: the same objects again do no harm.
 */
export async function commitObjects(
  source: string,
  objects: readonly CollectedObject[],
  { refused, after }: CommitFacts,
  { ctx, archive, intake }: CommitDeps,
): Promise<'ok' | 'moved'> {
  const log = objectsLog(source)
  const now = ctx.now()
  const at = new Date(now).toISOString()
  const batch = randomId(ctx, `${now}-`, 12)
  const times = { firstReceivedAt: objects[0]?.receivedAt ?? at, lastReceivedAt: objects.at(-1)?.receivedAt ?? at }
  const lines = objects.map((object) => JSON.stringify(object))
  const { key, chunks } =
    lines.length === 0
      ? { key: null, chunks: [] }
      : await within(ctx, writeBatch(archive, { source: log, batch, ...times }, lines), PUT_MS)
  const counts = {
    requests: 1,
    received: objects.length,
    duplicates: 0,
    rejected: refused > 0 ? { bad_request: refused } : {},
  }
  // Nothing tells an object that comes again from one that is set once more: the last one holds.
  const row = { batch, key, chunks, accepts: [], ids: new Uint32Array(0), routes: {}, counts, ...times }
  for (let tried = 1; ; tried++) {
    try {
      const reply = await within(ctx, intake(log).commit({ ...row, ...(after !== undefined && { after }) }), COMMIT_MS)
      if (reply === 'ok') return 'ok'
      if (key !== null) await removeBatch(archive, key).catch(() => undefined)
      if (reply === 'conflict' && after !== undefined) return 'moved'
      throw new NotCommitted(`the log of ${log} answers ${reply}`)
    } catch (error) {
      if (error instanceof NotCommitted || tried === MOST_TRIES) throw error
      await ctx.sleep(50 * 2 ** tried)
    }
  }
}

class NotCommitted extends Error {}
