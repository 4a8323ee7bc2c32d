import { withShownSample } from '../shown-sample.ts'
import type { LaneMetrics, Period } from '../../lane/index.ts'
import type { ControlDeps } from '../request.ts'

/** What the lane of a destination says of itself, of a period if so wished; `null` when it does not answer: a page is of use without it. */
export async function metricsOf(
  id: string,
  { lane, ctx }: Pick<ControlDeps, 'lane' | 'ctx'>,
  period?: Period,
): Promise<LaneMetrics | null> {
  try {
    const metrics = await lane(id).metrics(period)
    return { ...metrics, failures: metrics.failures.map(withShownSample) }
  } catch (error) {
    ctx.log('warn', 'lane does not answer a page', { destination: id, error: String(error) })
    return null
  }
}
