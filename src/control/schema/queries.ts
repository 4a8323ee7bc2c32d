import type { Access } from '../../accounts/index.ts'
import { may } from '../../accounts/index.ts'
import type { SpecEvent } from '../../event/index.ts'
import { filterCode } from '../../match/index.ts'
import { refusal } from '../../refusal.ts'
import { candidateOf } from '../../settings/index.ts'
import type { SchemaDetails, SchemaEvent } from '../../statistics/index.ts'
import type { DestinationLine } from '../destinations/index.ts'
import type { ControlDeps } from '../request.ts'

/** One event with its properties; without examples for whoever may not read events. Throws 404. */
export async function getSchemaEvent(
  { statistics }: Pick<ControlDeps, 'statistics'>,
  sourceId: string,
  { type, name }: Pick<SchemaEvent, 'type' | 'name'>,
  access: Access,
): Promise<SchemaDetails> {
  const found = await statistics(sourceId).event(type, name)
  if (!found) {
    const what = name === null ? `${type} without a name` : `${type} called ${name}`
    throw refusal(404, `No ${what} is known of this source. What was sent a moment ago may be counted in a minute.`)
  }
  if (may(access, 'events:read', sourceId)) return found
  return { ...found, properties: found.properties.map(({ example: _example, ...property }) => property) }
}

/** How a destination gets such an event: from here, on devices, or not; with the code of the rule that keeps it away. */
export interface Recipient {
  id: string
  name: string
  how: 'cloud' | 'device' | 'disabled' | 'filtered'
  code?: string
}

/** Who gets an event of this call and name, when neither its own integrations object nor a device says otherwise. */
export function recipientsOf(
  { type, name }: Pick<SchemaEvent, 'type' | 'name'>,
  destinations: readonly DestinationLine[],
): Recipient[] {
  const event = {
    type,
    [type === 'track' ? 'event' : 'name']: name,
    integrations: {},
    context: {},
  } as Partial<SpecEvent>
  return destinations.map(({ id, name, enabled, mode, settings, integration }) => {
    if (!enabled || !integration) return { id, name, how: 'disabled' }
    const candidate = candidateOf({ integration, mode, settings })
    // A tool that has no way from here gets events where it runs.
    const isOnDevice = candidate.channels.length === 0 || mode === 'device'
    const channel = isOnDevice ? candidate.channels[0] : 'server'
    const code = filterCode({ ...event, channel } as SpecEvent, candidate)
    if (code !== undefined && code !== 'MESSAGE_SENT_CLIENT_SIDE') return { id, name, how: 'filtered', code }
    return { id, name, how: isOnDevice ? 'device' : 'cloud' }
  })
}
