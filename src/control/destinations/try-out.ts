import { SAMPLES, type TriedOut, tryOut } from '../../deliver/index.ts'
import { excessOf } from '../../ingest/index.ts'
import { can } from './carry.ts'
import { candidateOf, type Destination } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { testEvent } from './input.ts'
import { getDestination } from './queries.ts'
import type { ControlDeps } from '../request.ts'
import { Refusal } from '../../refusal.ts'

export { SAMPLES } from '../../deliver/index.ts'

/**
 * Sends one event to a destination now, as deliver would, whether the destination is enabled or not: a sample of a type
 * (`{"type":"track"}`, the default) or an event of the caller's own (`{"event":{…}}`).
 */
export async function testDestination(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<{ destination: Destination; tried: TriedOut }> {
  const { type, event } = checked(testEvent, body)
  const excess = event && excessOf(event)
  if (excess) throw new Refusal(400, { field: 'event', message: excess })
  const destination = await getDestination(deps.db, workspaceId, id)
  const { integration, settings, sourceId } = destination
  if (!can(destination, 'test', deps)) {
    throw new Refusal(400, { message: `${integration.name} runs in your pages: nothing is sent to it from here.` })
  }
  const tried = await tryOut(
    event ?? SAMPLES[type ?? 'track'],
    { destinationId: id, settings, ...candidateOf(destination), integration },
    sourceId,
    deps,
  )
  if ('rejected' in tried) {
    throw new Refusal(400, { field: 'event', message: `A source would not accept this event: ${tried.rejected}.` })
  }
  return { destination, tried }
}
