import type { Env } from '../../src/env.ts'

// The same bindings in the same runner ask for them.
export * from '../../src/index.ts'

/** The least that takes a request in one of three ways, each with the one thing that it cannot do without. */
export default {
  fetch: async (request, env) => {
    const { pathname } = new URL(request.url)
    const text = await request.text()
    if (pathname === '/queue') await env.EVENTS.send(text, { contentType: 'text' })
    if (pathname === '/put') await env.ARCHIVE.put(`bare/${crypto.randomUUID()}`, text)
    if (pathname === '/post') {
      const headers = { 'Content-Type': 'application/json' }
      const reply = await fetch(env.RECEIVER, { method: 'POST', headers, body: text })
      await reply.body?.cancel()
    }
    return Response.json({ success: true })
  },
  queue: (batch) => batch.ackAll(),
} satisfies ExportedHandler<Env & { RECEIVER: string }, string>
