import type { Counters } from '../../intake/index.ts'
import type { PanelDeps } from '../deps.ts'

/** What the intake of a source has counted; `null` when it does not answer: a page is of use without it. */
export async function countersOf(
  id: string,
  { intake, ctx }: Pick<PanelDeps, 'intake' | 'ctx'>,
): Promise<Counters | null> {
  try {
    return await intake(id).counters()
  } catch (error) {
    ctx.log('warn', 'intake does not answer a page', { source: id, error: String(error) })
    return null
  }
}
