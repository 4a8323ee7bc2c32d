import { type CarrierName, carriersOf, KINDS } from '../../integrations/index.ts'
import { type Destination, disableDestination } from '../../settings/index.ts'
import type { Carrier } from '../carrier.ts'
import type { ControlDeps } from '../request.ts'
import type { DestinationLine } from './queries.ts'

/** Tells all that may carry it of a destination that was made or changed. */
export async function configure(destination: Destination, deps: ControlDeps): Promise<void> {
  await Promise.all(ofKind(destination, deps).map((carrier) => carrier.configure(destination, deps)))
}

const LEAVING = 'It is being deleted. Delete it again if it is still here.'

/**
 * Disables a destination and has what carries it end everything that is owed. Its row is for the caller to delete
 * afterwards: as long as there is one, whoever got no answer can ask again. Throws when a carrier does not answer.
 */
export async function endDestination(destination: Destination, deps: ControlDeps): Promise<void> {
  await disableDestination(deps.db, destination.id, LEAVING)
  await Promise.all(ofKind(destination, deps).map((carrier) => carrier.end(destination, deps)))
}

type Carried = Pick<Destination, 'integration' | 'mode'>

/** What its pages show it by: the first that carries it. */
export function carrierOf({ integration, mode }: Carried): CarrierName {
  const [first] = carriersOf(integration, mode)
  if (!first) throw new Error(`nothing carries ${integration.name} in mode ${mode}`)
  return first
}

/** Whether it is sent events from here, so that it can have dead letters. */
export function isSent({ integration, mode }: Carried): boolean {
  return carriersOf(integration, mode).includes('lane')
}

/** Whether something that carries it lets people do this. */
export function can({ integration, mode }: Carried, what: keyof Carrier['can'], { carriers }: ControlDeps): boolean {
  return carriersOf(integration, mode).some((name) => carriers[name].can[what])
}

/** Events that wait for a destination in a list, wherever they do; `null`: it cannot be told at the moment. */
export async function pendingOf(
  { id, integration, mode }: Pick<DestinationLine, 'id' | 'integration' | 'mode'>,
  deps: ControlDeps,
): Promise<number | null> {
  const names = integration ? carriersOf(integration, mode) : []
  const waiting = await Promise.all(names.map((name) => deps.carriers[name].pending(id, deps)))
  return waiting.includes(null) ? null : waiting.reduce<number>((sum, one) => sum + (one ?? 0), 0)
}

function ofKind({ integration }: Destination, { carriers }: ControlDeps): Carrier[] {
  return KINDS[integration.kind].carriers.map((name) => carriers[name])
}
