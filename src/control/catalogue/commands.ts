import {
  connectorFields,
  type DeviceHalf,
  type Integration,
  presetProblems,
  refuseAddress,
  type Region,
  type WarehouseHalf,
} from '../../integrations/index.ts'
import { type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { integrationChanges, newIntegration } from './input.ts'
import { manifest } from './manifest.ts'
import { describeOwnIntegration, findOwnIntegration } from './queries.ts'
import { safePicture } from '../picture.ts'
import { insertIntegration, type PageInput, updateIntegrationRow } from './store.ts'
import { askedBy, refuseUnfit } from './unfit.ts'

type Deps = Pick<ControlDeps, 'db' | 'settings' | 'allowLocal'>

/** An integration as it is now, and what was taken out of the pictures that were sent with it. */
export interface Written {
  integration: Integration
  removed: string[]
}

/**
 * What can be done with the integrations that a workspace makes for itself. `body` is what a caller sent, and is checked
 * here. Throws `Refusal` 400 with every problem and its field, or what the store throws.
 */

export async function createIntegration(deps: Deps, workspaceId: string, body: unknown): Promise<Written> {
  const { settings: fields, supportedMethods: supports, docs, logo, mark, ...facts } = checked(newIntegration, body)
  const { page, removed } = pageOf({ docs, logo, mark }, halfProblems(facts, deps))
  return { integration: await insertIntegration(deps.db, workspaceId, { ...facts, fields, supports }, page), removed }
}

/**
 * Makes the integration of a manifest, or makes the workspace's own of this slug what it says: what it does not say is as it is
 * for a new one. Throws `Refusal` as the others do, and 409 where its kind would be another.
 */
export async function importManifest(
  deps: Deps,
  workspaceId: string,
  body: unknown,
): Promise<Written & { created: boolean }> {
  const { manifestVersion: _, certification: __, ...input } = checked(manifest, body)
  const own = await findOwnIntegration(deps.db, workspaceId, input.slug)
  if (!own) return { ...(await createIntegration(deps, workspaceId, input)), created: true }
  if (own.kind !== input.kind) throw refusal(409, `It is ${own.kind}, and stays so.`, 'kind')
  const {
    settings: fields,
    supportedMethods: supports,
    docs = '',
    logo = '',
    mark = '',
    slug: _s,
    kind: _k,
    ...facts
  } = input
  const { page, removed } = pageOf({ docs, logo, mark }, halfProblems(facts, deps))
  const { categories = null, site = '', support = '', endpoint = null, regions = [], device = null, ...others } = facts
  const { row } = await describeOwnIntegration(deps.db, workspaceId, own.id)
  await refuseUnfit(deps.db, row, askedBy(fields, endpoint, regions), deps)
  const changes = { ...others, categories, site, support, endpoint, regions, device, fields, supports }
  const integration = await updateIntegrationRow(deps.db, workspaceId, own.id, changes, page)
  deps.settings.invalidate()
  return { integration, removed, created: false }
}

export async function updateIntegration(deps: Deps, workspaceId: string, id: string, body: unknown): Promise<Written> {
  const { settings: fields, supportedMethods: supports, docs, logo, mark, ...facts } = checked(integrationChanges, body)
  const { page, removed } = pageOf({ docs, logo, mark }, halfProblems(facts, deps))
  if (fields || facts.regions || facts.endpoint !== undefined) {
    const { row } = await describeOwnIntegration(deps.db, workspaceId, id)
    const endpoint = facts.endpoint ?? row.endpoint
    await refuseUnfit(deps.db, row, askedBy(fields ?? row.fields, endpoint, facts.regions ?? row.regions), deps)
  }
  const integration = await updateIntegrationRow(deps.db, workspaceId, id, { ...facts, fields, supports }, page)
  deps.settings.invalidate()
  return { integration, removed }
}

/** Throws 400 with these problems and those of the pictures; else they are safe, with what was taken out of them. */
function pageOf(
  { docs, logo, mark }: { docs?: string | undefined; logo?: string | undefined; mark?: string | undefined },
  problems: readonly Problem[],
): { page: PageInput; removed: string[] } {
  const drawn = { logo: drawnOf(logo), mark: drawnOf(mark) }
  const wrong = Object.entries(drawn).flatMap(([field, one]) =>
    one && 'problem' in one ? [problem(one.problem, field)] : [],
  )
  if (problems.length + wrong.length > 0) throw new Refusal(400, ...problems, ...wrong)
  const made = (one: typeof drawn.logo) => (one && 'body' in one ? one : undefined)
  const [safeLogo, safeMark] = [made(drawn.logo), made(drawn.mark)]
  const removed = [...(safeLogo?.removed ?? []), ...(safeMark?.removed ?? [])]
  return { page: { docs, logo: safeLogo, mark: safeMark }, removed: [...new Set(removed)] }
}

const drawnOf = (text: string | undefined) => (text === undefined ? undefined : safePicture(text))

/**
 * What is wrong with each half for itself. Devices load the script, and they may do so from the platform itself; it is the
 * platform that asks the endpoint.
 */
function halfProblems(
  { endpoint, regions = [], device, warehouse }: GivenHalves,
  { allowLocal }: Pick<Deps, 'allowLocal'>,
): Problem[] {
  const script = device?.plugin.type === 'remote' ? device.plugin.url : undefined
  const addresses = [
    { field: 'endpoint', what: 'endpoint', address: endpoint, local: allowLocal },
    ...regions.map((one, at) => ({
      field: `regions.${at}.endpoint`,
      what: 'endpoint',
      address: one.endpoint,
      local: allowLocal,
    })),
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
  return problems
}

interface GivenHalves {
  endpoint?: string | undefined
  regions?: readonly Region[] | undefined
  device?: DeviceHalf | undefined
  warehouse?: WarehouseHalf | undefined
}
