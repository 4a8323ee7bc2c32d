/** Behind the queue bindings: takes every message and forgets it. */
export default {
  fetch: async (request) => {
    await request.arrayBuffer()
    // What workerd wants to hear of a queue.
    return Response.json({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } })
  },
} satisfies ExportedHandler
