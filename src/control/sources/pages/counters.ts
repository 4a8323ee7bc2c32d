import type { Counters } from '../../../intake/index.ts'
import type { Stray } from '../../../inbox/index.ts'
import type { ControlDeps } from '../../request.ts'
import { straysOf } from './strays.tsx'

/** What the intake of a source has counted; `null` when it does not answer: a page is of use without it. */
export async function countersOf(
  id: string,
  { intake, ctx }: Pick<ControlDeps, 'intake' | 'ctx'>,
): Promise<Counters | null> {
  try {
    return await intake(id).counters()
  } catch (error) {
    ctx.log('warn', 'intake does not answer a page', { source: id, error: String(error) })
    return null
  }
}

/** What arrives for a source: what its intake has counted, and what came with its key to where nothing takes it. */
export interface Arriving {
  /** `null`: the intake did not answer. */
  counters: Counters | null
  strays: Stray[]
}

export async function arrivingAt(id: string, deps: Pick<ControlDeps, 'intake' | 'sweep' | 'ctx'>): Promise<Arriving> {
  const [counters, strays] = await Promise.all([countersOf(id, deps), straysOf(deps)])
  return { counters, strays: strays.filter(({ sourceId }) => sourceId === id) }
}
