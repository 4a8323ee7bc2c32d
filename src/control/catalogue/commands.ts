import {
  connectorFields,
  type DeviceHalf,
  type Integration,
  presetProblems,
  refuseAddress,
  type WarehouseHalf,
} from '../../integrations/index.ts'
import { type Problem, problem, Refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { integrationChanges, newIntegration } from './input.ts'
import { insertIntegration, updateIntegrationRow } from './store.ts'

type Deps = Pick<ControlDeps, 'db' | 'settings' | 'allowLocal'>

/**
 * What can be done with the integrations that a workspace makes for itself. `body` is what a caller sent, and is checked
 * here. Throws `Refusal` 400 with every problem and its field, or what the store throws.
 */

export async function createIntegration(deps: Deps, workspaceId: string, body: unknown): Promise<Integration> {
  const { settings: fields, supportedMethods: supports, ...facts } = checked(newIntegration, body)
  refuseHalves(facts, deps)
  return insertIntegration(deps.db, workspaceId, { ...facts, fields, supports })
}

export async function updateIntegration(
  deps: Deps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<Integration> {
  const { settings: fields, supportedMethods: supports, ...facts } = checked(integrationChanges, body)
  refuseHalves(facts, deps)
  const changed = await updateIntegrationRow(deps.db, workspaceId, id, { ...facts, fields, supports })
  deps.settings.invalidate()
  return changed
}

/**
 * What is wrong with one half for itself. Devices load the script, and they may do so from the platform itself; it is the
 * platform that asks the endpoint.
 */
function refuseHalves(
  {
    endpoint,
    device,
    warehouse,
  }: { endpoint?: string | undefined; device?: DeviceHalf | undefined; warehouse?: WarehouseHalf | undefined },
  { allowLocal }: Deps,
): void {
  const script = device?.plugin.type === 'remote' ? device.plugin.url : undefined
  const addresses = [
    { field: 'endpoint', what: 'endpoint', address: endpoint, local: allowLocal },
    { field: 'device.plugin.url', what: 'URL', address: script, local: allowLocal !== false },
  ]
  const problems = addresses.flatMap(({ field, what, address, local }): Problem[] => {
    const found = address === undefined ? undefined : refuseAddress(address, local)
    return found ? [problem(`The ${what} ${found}.`, field)] : []
  })
  if (warehouse) {
    const found = presetProblems(connectorFields(warehouse.connector), warehouse.settings, { allowLocal })
    problems.push(...found.map(({ place, message }) => problem(message, `warehouse.settings.${place}`)))
  }
  if (problems.length > 0) throw new Refusal(400, ...problems)
}
