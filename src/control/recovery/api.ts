import { Hono } from 'hono'
import { access, change } from '../../accounts/index.ts'
import { parked, requeueParked } from '../../inbox/index.ts'
import { idsAfter, progressOf, saveProgress } from './progress.ts'
import { within } from '../../settings/index.ts'
import type { ControlDeps, ApiEnv } from '../request.ts'
import { Refusal } from '../../refusal.ts'

/** Objects that are asked at the same time. */
const PARALLEL = 20
/** One that has not answered by then is passed over. */
const PATIENCE_MS = 10_000
/** Objects that one invocation asks, well below the calls that it may make, and those between two notes of how far it is. */
const SLICE = 8_000
const PORTION = 1_000
/** Objects that did not answer and are named in the log. */
const NAMED = 5
/** Longer than a commit may take. */
const ORPHAN_MS = 10 * 60_000

type WatchDeps = Omit<ControlDeps, 'settings' | 'adminToken'>

/**
 * The watchdog: sees to it that the sweep runs, and has every intake and lane look whether it owes something. Alarms and
 * wake-ups make it unnecessary as long as none is lost. Where there are more than one invocation can ask, the next goes on
 * where this one stopped.
 */
export async function watch(deps: WatchDeps): Promise<void> {
  const { sweep, intake, lane, ctx } = deps
  await sweep()
    .arm()
    .catch((error: unknown) => ctx.log('warn', 'the sweep gave the watchdog no answer', { error: String(error) }))
  const nudge = (id: string) => (id.startsWith('src_') ? intake(id) : lane(id)).nudge()
  await goOn('watch', 'all', nudge, deps)
}

/** For whoever runs the deployment: `deployment:operate` is a permission of the first workspace only. */
export function recoveryRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('deployment:operate', 'Recovery Started'), async (c) => {
    const { queued, complete } = await deps.sweep().recover()
    await watch(deps)
    let orphans = 0
    const look = async (id: string) => void (orphans += await deps.intake(id).removeOrphans(ORPHAN_MS))
    const looked = await goOn('orphans', 'sources', look, deps)
    return c.json({ data: { queued, orphansRemoved: orphans, complete: complete && looked } })
  })

  app.get('/parked', access('deployment:operate'), async (c) => {
    return c.json({ data: await parked(deps) })
  })

  app.post('/parked/:accept', change('deployment:operate', 'Parked Batch Requeued'), async (c) => {
    const accept = c.req.param('accept')
    if (!(await requeueParked(accept, deps))) throw new Refusal(404, { message: `Nothing is parked as ${accept}.` })
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

/**
 * Asks the next objects, noting how far it has come. Answers whether that was the end; the next time begins anew then.
 * Those that do not answer are one line in the log together.
 */
async function goOn(
  name: string,
  kinds: 'all' | 'sources',
  look: (id: string) => Promise<void>,
  { db, ctx }: Pick<WatchDeps, 'db' | 'ctx'>,
): Promise<boolean> {
  const failed: { id: string; error: string }[] = []
  let after = await progressOf(db, name)
  let over = false
  for (let asked = 0; asked < SLICE && !over; asked += PORTION) {
    const ids = await idsAfter(db, after, PORTION, kinds)
    await inTurns(ids, (id) =>
      within(ctx, look(id), PATIENCE_MS).catch((error: unknown) => void failed.push({ id, error: String(error) })),
    )
    over = ids.length < PORTION
    const next = over ? '' : (ids.at(-1) ?? '')
    if (next !== after) await saveProgress(db, name, next)
    after = next
  }
  if (failed.length > 0) {
    ctx.log('warn', 'objects gave no answer', { to: name, objects: failed.length, some: failed.slice(0, NAMED) })
  }
  return over
}

async function inTurns(ids: readonly string[], ask: (id: string) => Promise<void>): Promise<void> {
  const left = ids.values()
  const worker = async () => {
    for (const id of left) await ask(id)
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
