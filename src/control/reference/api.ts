import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { publicRoute } from '../../accounts/index.ts'
import type { ApiEnv, ControlDeps } from '../request.ts'

/** A version of the platform has one document; whoever keeps it asks again after this, and mostly gets a 304. */
const KEPT = 'public, max-age=300'

/** Open to everybody: nothing in it is of a workspace, and tools that read it have no token. */
export function referenceRoutes({ reference }: ControlDeps) {
  const app = new Hono<ApiEnv>()
  let served: { text: string; etag: string } | undefined

  app.get('/', publicRoute(), async (c) => {
    served ??= withTag(JSON.stringify(await reference()))
    const { text, etag } = served
    const headers = { ETag: etag, 'Cache-Control': KEPT }
    const asked = c.req.header('if-none-match')?.split(/\s*,\s*/) ?? []
    // A weak tag is ours too: the edge weakens it when it compresses.
    if (asked.some((one) => one === '*' || one.replace(/^W\//, '') === etag)) return c.body(null, 304, headers)
    return c.body(text, 200, { ...headers, 'Content-Type': 'application/json; charset=utf-8' })
  })

  return app
}

function withTag(text: string) {
  return { text, etag: `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"` }
}
