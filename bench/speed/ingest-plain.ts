/** The least that accepts events: `/v1/batch` is parsed, anything else only read; both go to the queue as they are. */
export default {
  fetch: async (request, env) => {
    const text = await request.text()
    if (request.url.endsWith('/v1/batch')) JSON.parse(text)
    await env.EVENTS.send(text, { contentType: 'text' })
    return Response.json({ success: true })
  },
} satisfies ExportedHandler<{ EVENTS: Queue<string> }>
