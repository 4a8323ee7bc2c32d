import type { ControlDeps } from '../request.ts'
import { goRound } from './rounds.ts'

/**
 * The watchdog: sees to it that the sweep runs, and has every intake and lane look whether it owes something. Alarms and
 * wake-ups make it unnecessary as long as none is lost. Where there are more than one invocation can ask, the next goes on
 * where this one stopped.
 */
export async function watchAll(
  deps: Pick<ControlDeps, 'sweep' | 'intake' | 'lane' | 'replay' | 'warehouse' | 'ctx' | 'db'>,
): Promise<void> {
  const { sweep, intake, lane, replay, warehouse, ctx } = deps
  await sweep()
    .arm()
    .catch((error: unknown) => ctx.log('warn', 'the sweep gave the watchdog no answer', { error: String(error) }))
  const nudge = async (id: string) => {
    if (id.startsWith('whs_')) return warehouse(id).changed()
    if (id.startsWith('rpl_')) await replay(id).nudge()
    await (id.startsWith('src_') ? intake(id) : lane(id)).nudge()
  }
  await goRound('watch', 'all', nudge, deps)
}
