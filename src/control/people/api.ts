import { Hono } from 'hono'
import { callerOf, change } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import type { ControlDeps, ApiEnv } from '../request.ts'
import { createSignInLink } from './commands.ts'

/** One-time links that sign in as an owner of the first workspace; with `ADMIN_TOKEN` itself only. */
export function signInLinkRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('deployment:operate', 'Sign-in Link Created'), async (c) => {
    const { link, expiresAt } = await createSignInLink(deps, c.var.access, callerOf(c))
    return c.json({ data: { signInLink: { url: link, expiresAt: isoTime(expiresAt) } } }, 201)
  })

  return app
}
