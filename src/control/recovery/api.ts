import { Hono } from 'hono'
import { access, change } from '../../accounts/index.ts'
import { parked } from '../../inbox/index.ts'
import type { ControlDeps, ApiEnv } from '../request.ts'
import { recover, requeueBatch } from './commands.ts'

/** For whoever runs the deployment: `deployment:operate` is a permission of the first workspace only. */
export function recoveryRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('deployment:operate', 'Recovery Started'), async (c) => {
    return c.json({ data: await recover(deps) })
  })

  app.get('/parked', access('deployment:operate'), async (c) => {
    return c.json({ data: await parked(deps) })
  })

  app.post('/parked/:accept', change('deployment:operate', 'Parked Batch Requeued'), async (c) => {
    await requeueBatch(deps, c.req.param('accept'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}
