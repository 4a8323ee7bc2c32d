import { Hono } from 'hono'
import { change, signInLinkOfOwner } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import type { ControlDeps, ApiEnv } from '../request.ts'
import { Refusal } from '../../refusal.ts'

/** One-time links that sign in as an owner of the first workspace; with `ADMIN_TOKEN` itself only. */
export function signInLinkRoutes({ accounts }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('deployment:operate', 'Sign-in Link Created'), async (c) => {
    if (c.var.access.tokenId !== 'admin') throw new Refusal(403, { message: 'Only ADMIN_TOKEN makes sign-in links.' })
    const { link, expiresAt } = await signInLinkOfOwner(c, accounts)
    return c.json({ data: { signInLink: { url: link, expiresAt: isoTime(expiresAt) } } }, 201)
  })

  return app
}
