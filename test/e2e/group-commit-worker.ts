import { waitUntil } from 'cloudflare:workers'
import { encodeGroup } from '../../src/archive/index.ts'
import { context } from '../../src/context.ts'
import { GroupCommit } from '../../src/ingest/index.ts'

const PUT_MS = 1_000

/** What is durable, by key. */
const objects = new Map<string, string>()
const write = async (batches: readonly { accept: string; text: string }[]) => {
  await new Promise((done) => setTimeout(done, PUT_MS))
  objects.set(batches[0]?.accept ?? '', encodeGroup(batches.map(({ text }) => text)))
}
const groups = new GroupCommit({ ctx: context, bytes: 1_000_000, silentMs: 2_000, write })

/**
 * Group commit in requests of their own: `/store/<batch>` answers when it is stored, `/goes-on/<batch>` goes on without its
 * client; with `?leave=<ms>` the client leaves then. A Worker is the client, because workerd does not end what a socket has left.
 */
export default {
  fetch: async (request, { SELF }) => {
    const { pathname, searchParams } = new URL(request.url)
    const [, what, accept = ''] = pathname.split('/')
    if (what === 'objects') return Response.json([...objects])
    if (accept === '') return new Response('ready')
    const leave = searchParams.get('leave')
    if (leave !== null) {
      const signal = AbortSignal.timeout(Number(leave))
      return SELF.fetch(`http://self${pathname}`, { signal }).catch(() => new Response('left', { status: 499 }))
    }
    const storing = groups.store({ accept, text: `batch ${accept}`, bytes: 20 })
    if (what === 'goes-on') waitUntil(storing)
    await storing
    return new Response('stored')
  },
} satisfies ExportedHandler<{ SELF: Fetcher }>
