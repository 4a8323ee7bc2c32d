import { acceptId, encodeGroup } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { GroupCommit } from './group-commit.ts'
import { putInTime } from './put.ts'
import { SEND_MS, sent } from './send.ts'

export interface GroupCommitsDeps {
  ctx: Context
  queue: Queue<string>
  archive: R2Bucket
}

/** What an isolate stores together. */
export interface GroupCommits {
  /** Messages of the queue. */
  messages: GroupCommit<true>
  /** Objects of the inbox; what is stored is known by its id. */
  inbox: GroupCommit<string>
}

/** A queue bills each 64,000 bytes begun, what it adds to a message included. */
const MESSAGE_GROUP_BYTES = 63_000
/** An eighth of what route holds at once. */
const INBOX_GROUP_BYTES = 1024 * 1024

export function groupCommits(deps: GroupCommitsDeps): GroupCommits {
  const { ctx } = deps
  return {
    messages: new GroupCommit({
      ctx,
      bytes: MESSAGE_GROUP_BYTES,
      silentMs: SEND_MS + 500,
      write: async (batches) => {
        if (!(await sent(textOf(batches), deps))) throw new Error('the queue has not taken it')
        return true as const
      },
    }),
    inbox: new GroupCommit({
      ctx,
      bytes: INBOX_GROUP_BYTES,
      silentMs: 2_000,
      write: async (batches) => {
        const [first] = batches
        // Its own id, or what is put later under that of one of its batches would take the place of the others.
        const id = first && batches.length === 1 ? first.accept : acceptId(ctx)
        await putInTime(id, textOf(batches), deps)
        return id
      },
    }),
  }
}

function textOf(batches: readonly { text: string }[]): string {
  return encodeGroup(batches.map(({ text }) => text))
}
