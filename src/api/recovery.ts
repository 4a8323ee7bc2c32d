import { Hono } from 'hono'
import { access, change } from '../accounts/index.ts'
import { parked, requeueParked } from '../inbox/index.ts'
import { everyId } from '../settings/index.ts'
import { ApiError } from './errors.ts'
import type { ApiDeps, ApiEnv } from './request.ts'

/** Objects that are asked at the same time. */
const PARALLEL = 20
/** Longer than a commit may take. */
const ORPHAN_MS = 10 * 60_000

/**
 * The watchdog: sees to it that the sweep runs, and has every intake and lane look whether it owes something. Alarms and
 * wake-ups make it unnecessary as long as none is lost.
 */
export async function watch({ db, sweep, intake, lane, ctx }: Omit<ApiDeps, 'settings' | 'adminToken'>): Promise<void> {
  const { sources, destinations } = await everyId(db)
  const looks = [
    () => sweep().arm(),
    ...sources.map((id) => () => intake(id).nudge()),
    ...destinations.map((id) => () => lane(id).nudge()),
  ]
  await inTurns(looks, (error) => ctx.log('warn', 'watchdog got no answer', { error: String(error) }))
}

/** For whoever runs the deployment: `deployment:operate` is a permission of the first workspace only. */
export function recoveryRoutes(deps: ApiDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('deployment:operate', 'Recovery Started'), async (c) => {
    const { sources } = await everyId(deps.db)
    const queued = await deps.sweep().recover()
    await watch(deps)
    let orphans = 0
    const look = (id: string) => async () => void (orphans += await deps.intake(id).removeOrphans(ORPHAN_MS))
    await inTurns(sources.map(look), (error) =>
      deps.ctx.log('warn', 'orphans not looked for', { error: String(error) }),
    )
    return c.json({ data: { queued, orphansRemoved: orphans } })
  })

  app.get('/parked', access('deployment:operate'), async (c) => {
    return c.json({ data: await parked(deps) })
  })

  app.post('/parked/:accept', change('deployment:operate', 'Parked Batch Requeued'), async (c) => {
    const accept = c.req.param('accept')
    if (!(await requeueParked(accept, deps))) throw new ApiError(404, { message: `Nothing is parked as ${accept}.` })
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

async function inTurns(calls: readonly (() => Promise<unknown>)[], onError: (error: unknown) => void): Promise<void> {
  const left = calls.values()
  const worker = async () => {
    for (const call of left) await call().catch(onError)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
