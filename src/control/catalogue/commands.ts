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
import { type Database, integrationOfRow, type IntegrationRow } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { differencesOf } from './difference.ts'
import { integrationChanges, newIntegration } from './input.ts'
import { manifest } from './manifest.ts'
import { describeOwnIntegration, findOwnIntegration, type OwnIntegration } from './queries.ts'
import { safePicture } from '../picture.ts'
import { movedPlaces, originAt } from './moved.ts'
import { insertIntegration, refuseKeysMove, updateIntegrationRow, upsertDraft } from './store.ts'
import { askedBy, refuseUnfit } from './unfit.ts'
import { contentOfRow, type VersionBody, type VersionContent } from './versions.ts'
import { contentAfter, type IntegrationChanges, type PageInput } from './written.ts'

type Deps = Pick<ControlDeps, 'db' | 'settings' | 'allowLocal'>

/** An integration as customers have it now, and what was taken out of the pictures that were sent with it. */
export interface Written {
  integration: Integration
  removed: string[]
  /** Number of the version that was drafted; `null`: what was sent is in force. */
  draft: number | null
}

const WRITE_TRIES = 5

/**
 * What can be done with the integrations that a workspace makes for itself. `body` is what a caller sent, and is checked
 * here. Throws `Refusal` 400 with every problem and its field, or what the store throws.
 */

export async function createIntegration(deps: Deps, workspaceId: string, body: unknown): Promise<Written> {
  const { settings: fields, supportedMethods: supports, docs, logo, mark, ...facts } = checked(newIntegration, body)
  const { page, removed } = pageOf({ docs, logo, mark }, halfProblems(facts, deps))
  const integration = await insertIntegration(deps.db, workspaceId, { ...facts, fields, supports }, page)
  return { integration, removed, draft: null }
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
  const changes = { ...others, categories, site, support, endpoint, regions, device, fields, supports }
  return { ...(await write(deps, workspaceId, own.id, changes, page)), removed, created: false }
}

export async function updateIntegration(deps: Deps, workspaceId: string, id: string, body: unknown): Promise<Written> {
  const { settings: fields, supportedMethods: supports, docs, logo, mark, ...facts } = checked(integrationChanges, body)
  const { page, removed } = pageOf({ docs, logo, mark }, halfProblems(facts, deps))
  return { ...(await write(deps, workspaceId, id, { ...facts, fields, supports }, page)), removed }
}

/**
 * The one way in which an integration is edited: as long as nobody else has it, it is changed at once; what customers have is
 * changed by the version that is drafted.
 */
async function write(
  { db, settings, allowLocal }: Deps,
  workspaceId: string,
  id: string,
  changes: IntegrationChanges,
  page: PageInput,
): Promise<Omit<Written, 'removed'>> {
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const own = await describeOwnIntegration(db, workspaceId, id)
    const after = contentAfter(own.row, changes)
    if (own.versioned) {
      const draft = await putDraft(db, own, { content: contentOfRow(after), ...withPage(own, page) })
      if (draft !== undefined) return { integration: integrationOfRow(own.live), draft }
      continue
    }
    await refuseUnfit(db, own.row, askedBy(after.fields, after.endpoint, after.regions), { allowLocal })
    const integration = await updateIntegrationRow(db, workspaceId, id, changes, page)
    settings.invalidate()
    if (integration) return { integration, draft: null }
  }
  throw refusal(409, `The integration ${id} is being changed by others. Try again.`)
}

/**
 * Throws where customers could not have this version instead of the live one: 409 where the keys that they gave would be sent
 * elsewhere, or where what they filled in would not be valid any more, with how many.
 */
export async function refuseBroken(
  { db, allowLocal }: Pick<Deps, 'db' | 'allowLocal'>,
  live: IntegrationRow,
  after: VersionContent,
): Promise<void> {
  await refuseUnfit(db, live, askedBy(after.fields, after.endpoint, after.regions), { allowLocal })
  const kept = (live.regions ?? []).filter(({ id }) => after.regions?.some((one) => one.id === id))
  for (const place of [null, ...kept.map(({ id }) => id)]) {
    const [was, is] = [originAt(live, place), originAt(after, place)]
    // Somebody may be giving a key at this moment.
    if (was !== undefined && is !== undefined && was !== is)
      throw refusal(
        409,
        `Keys of customers are given for ${was}, and are not sent anywhere else.`,
        place === null ? 'endpoint' : 'regions',
      )
  }
  const moved = movedPlaces(live, after)
  if (moved) await refuseKeysMove(db, live, moved)
}

/** `null`: it is as customers have it, and nothing is drafted. `undefined`: somebody else was faster. */
async function putDraft(db: Database, own: OwnIntegration, after: VersionBody): Promise<number | null | undefined> {
  const differs = differencesOf(own.liveBody, after).length > 0
  return own.draft === null && !differs ? null : upsertDraft(db, own, after)
}

function withPage({ docs, pictures }: OwnIntegration, page: PageInput): Pick<VersionBody, 'docs' | 'pictures'> {
  const { logo = pictures.logo, mark = pictures.mark } = page
  return { docs: page.docs ?? docs, pictures: { logo, mark } }
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
