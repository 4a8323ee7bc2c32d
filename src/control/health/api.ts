import { Hono } from 'hono'
import { isAdmin, publicRoute } from '../../accounts/index.ts'
import type { Context } from '../../context.ts'
import { VERSION } from '../../version.ts'
import { forStrangers, type HealthDeps, healthReport } from './report.ts'

/** `GET /healthz`: for strangers whether all is well, with `ADMIN_TOKEN` what is not. Mounted at the root, before any guard. */
export function healthRoutes(deps: HealthDeps & { ctx: Context }) {
  const app = new Hono()
  const report = healthReport(deps)

  app.get('/healthz', publicRoute(), async (c) => {
    const found = await report()
    const known = await isAdmin(c.req.header('authorization'), deps.adminToken)
    return c.json(known ? { version: VERSION, ...found } : forStrangers(found), found.ok ? 200 : 503)
  })

  return app
}
