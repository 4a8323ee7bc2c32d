import { env } from 'cloudflare:workers'
import { expect, it, vi } from 'vitest'
import { call, freshPlatform, newSource, send } from './world.ts'

it('brings an event from the tracking API to a webhook, by way of the archive', async () => {
  const at = freshPlatform()
  const { id, writeKey } = await newSource(at)
  const posted: { url: string; body: string }[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    posted.push({ url: String(url), body: String(init?.body) })
    return Promise.resolve(new Response('ok'))
  })
  const settings = { urls: ['https://hooks.example.com/in'] }
  const made = await call(at, 'POST', '/api/destinations', { sourceId: id, metadataId: 'webhooks', settings })
  expect(made.status).toBe(201)
  const reply = await send(at, '/v1/track', {
    body: JSON.stringify({ writeKey, userId: 'u', event: 'E', messageId: 'm1' }),
  })
  expect([reply.status, await reply.json()]).toEqual([200, { success: true }])
  // Other files' lanes may still have something to try again in this runtime.
  const own = () => posted.filter(({ body }) => body.includes(id))
  await vi.waitFor(() => expect(own()).toHaveLength(1), { timeout: 15_000 })
  expect(JSON.parse(own()[0]?.body ?? '')).toMatchObject({ event: 'E', messageId: 'm1', projectId: id })
  const { objects } = await env.ARCHIVE.list({ prefix: `raw/${id}/` })
  expect(objects).toHaveLength(1)
})
