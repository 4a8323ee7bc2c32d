import type { LaneMetrics, RedriveOutcome } from '../../../lane/index.ts'
import type { ControlDeps } from '../../request.ts'
import { type LetterSearch, type Searched, searchDeadLetters } from '../queries.ts'

export interface LaneLetters extends Searched {
  metrics: LaneMetrics
  redrives: RedriveOutcome[]
}

/** All that the list shows of a lane: three calls. `null`: it does not answer, and the page says so. */
export async function readLetters(
  deps: Pick<ControlDeps, 'lane' | 'archive' | 'ctx'>,
  name: string,
  search: LetterSearch,
): Promise<LaneLetters | null> {
  const lane = deps.lane(name)
  try {
    const [metrics, redrives, searched] = await Promise.all([
      lane.metrics(),
      lane.redrives(),
      searchDeadLetters(deps, name, search),
    ])
    return { metrics, redrives, ...searched }
  } catch (error) {
    deps.ctx.log('warn', 'lane does not answer a page', { lane: name, error: String(error) })
    return null
  }
}
