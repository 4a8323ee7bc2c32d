import { isObject } from '../../event/index.ts'
import type { SettingsValues } from '../../integrations/index.ts'
import {
  clientOf,
  type OAuthClient,
  type PullCheck,
  type PullChoice,
  type PullReport,
  type Vendor,
} from '../../pull/index.ts'
import { type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import { type Database, noteObjectLog, withKept, withoutSecrets } from '../../settings/index.ts'
import { check } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { type OrderedRemoval, removeObjectTables } from '../warehouses/index.ts'
import { merge, refuseMove, seal, settingProblems } from '../stored-settings.ts'
import { readAuthorizationState } from './authorization.ts'
import { cloudConnection } from './input.ts'
import { type CloudConnection, connectionOfRow, getCloudSource } from './queries.ts'
import { deleteCloudSource, putCloudSource, updatePullReport } from './store.ts'

/** What can be done with sources that pull, by the Public API and by the panel alike. */

const WRITE_TRIES = 10

/** What a caller sent, as the connection or changes of it. Throws `Refusal` 400 with every problem and its field. */
export async function connectCloudSource(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  body: unknown,
): Promise<CloudConnection> {
  return connectCloudSourceWith(deps, workspaceId, id, () => body)
}

/** `read` gets the connection as it is, but for its secrets; `null`: there is none. What it finds wrong goes to `problems`. */
export async function connectCloudSourceWith(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
  read: (before: CloudConnection | null, problems: Problem[]) => unknown,
): Promise<CloudConnection> {
  const { db, allowLocal, oauthClients } = deps
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const { vendor, row } = await getCloudSource(db, workspaceId, id)
    const before = row ? await connectionOfRow(db, vendor, row) : null
    const problems: Problem[] = []
    const body = read(before && withoutSecrets(before), problems)
    const wanted = check(cloudConnection, body)
    const given = wanted.ok
      ? (wanted.value.settings ?? {})
      : isObject(body) && isObject(body['settings'])
        ? body['settings']
        : {}
    const {
      leftOut = before?.leftOut ?? [],
      added: chosen = before?.added ?? [],
      paused = before?.paused ?? false,
    } = wanted.ok ? wanted.value : {}
    const added = [...new Set(chosen)].filter((name) => !vendor.collections.includes(name))
    if (added.length > 0 && !vendor.choices)
      problems.push(problem(`${vendor.name} has no collections but its own.`, 'added'))
    const known = new Set([...vendor.collections, ...added, ...(before?.added ?? [])])
    const unknown = leftOut.filter((name) => !known.has(name))
    if (unknown.length > 0) problems.push(problem(`There is no collection ${unknown.join(', ')}.`, 'leftOut'))
    const all = [
      ...problems,
      ...(wanted.ok ? [] : wanted.problems),
      ...settingProblems(before ?? { integration: vendor }, given, { allowLocal }),
    ]
    if (all.length > 0) throw new Refusal(400, ...all)
    const merged = before ? merge(before, given) : withKept(given, {})
    if (before) refuseMove(before, merged, given)
    refuseNoClient(vendor, merged, oauthClients[vendor.id] ?? null)
    const sealed = await seal(db, { id, integration: vendor }, merged, { allowLocal, ...(row && { known: row }) })
    const { deviceSettings: _, ...kept } = sealed
    // Before its first object, so that warehouses look for them.
    await noteObjectLog(db, id)
    const written = await putCloudSource(db, id, row?.version ?? 0, { ...kept, leftOut, added, paused })
    if (!written) continue
    await deps.puller(id).changed()
    return connectionOfRow(db, vendor, written)
  }
  throw refusal(409, 'It is being changed by somebody else at the same time. Try again.')
}

/** Throws `Refusal` 400 where nobody could sign in: neither these settings nor the deployment have an OAuth client. */
function refuseNoClient({ name, oauth }: Vendor, settings: SettingsValues, ofDeployment: OAuthClient | null): void {
  if (!oauth || clientOf(settings, ofDeployment)) return
  const { clientId, clientSecret } = settings
  const field = clientId === undefined || clientSecret !== undefined ? 'clientId' : 'clientSecret'
  const isHalf = (clientId === undefined) !== (clientSecret === undefined)
  const words = isHalf
    ? 'Id and secret of a client go together.'
    : ofDeployment
      ? 'Give a client of your own, or choose authorization_code.'
      : `This deployment has no OAuth client of ${name}: give one of your own.`
  throw new Refusal(400, problem(words, `settings.${field}`))
}

/** Nothing is pulled any more, and its settings are gone; objects that were pulled stay. */
export async function disconnectCloudSource(deps: ControlDeps, workspaceId: string, id: string): Promise<void> {
  await getConnection(deps.db, workspaceId, id)
  await deleteCloudSource(deps.db, id)
  await deps.puller(id).changed()
}

/**
 * The same, and the tables of its objects are dropped in every warehouse, by a job of each; the archive stays. Of a source
 * that is disconnected already they are dropped too. Throws 409 where too much of a warehouse is under way.
 */
export async function disconnectWithTables(
  deps: ControlDeps,
  workspaceId: string,
  id: string,
): Promise<OrderedRemoval[]> {
  const { vendor, row } = await getCloudSource(deps.db, workspaceId, id)
  const collections = [...vendor.collections, ...(row?.added ?? [])]
  // Before it is disconnected: whatever dies in between, nobody has to ask again for what he thinks is under way.
  const ordered = await removeObjectTables(deps, workspaceId, id, collections)
  await deleteCloudSource(deps.db, id)
  await deps.puller(id).changed()
  return ordered
}

/** Looks what of the vendor can be read with the settings that are kept. */
export async function checkCloudSource(
  { db, puller }: ControlDeps,
  workspaceId: string,
  id: string,
): Promise<PullCheck[]> {
  await getConnection(db, workspaceId, id)
  const checks = await puller(id).check()
  if (!checks) throw refusal(409, 'It is not connected any more.')
  return checks
}

/** Takes what a member has brought back from the vendor. Throws 409 in the vendor's words when that comes to nothing. */
export async function allowCloudSource(
  deps: ControlDeps,
  workspaceId: string,
  { id: said, code, state }: { id: string; code: string; state: string },
  visitor: { sessionId: string; origin: string },
): Promise<void> {
  const { id, ...proof } = await readAuthorizationState(deps, state, visitor)
  // What may be changed was looked at by the id that was said.
  if (id !== said) throw refusal(409, 'This is of another source.')
  await getConnection(deps.db, workspaceId, id)
  const problem = await deps.puller(id).allow({ code, ...proof })
  if (problem !== null) throw refusal(409, problem)
}

/** Collections of the account that are not pulled yet, and are not the vendor's usual ones. Throws 409 when they cannot be told. */
export async function listChoices({ db, puller }: ControlDeps, workspaceId: string, id: string): Promise<PullChoice[]> {
  const { vendor, connection } = await getConnection(db, workspaceId, id)
  if (!vendor.choices) throw refusal(409, `${vendor.name} has no collections but its own.`)
  const answer = await puller(id).choices()
  if (!answer || 'problem' in answer) throw refusal(409, answer?.problem ?? 'It is not connected any more.')
  return answer.choices.filter(({ name }) => !connection.added.includes(name))
}

/** Begins a run now, unless one is under way. Throws 409 while it is paused. */
export async function pullNow({ db, puller }: ControlDeps, workspaceId: string, id: string): Promise<PullReport> {
  const { source, connection } = await getConnection(db, workspaceId, id)
  if (connection.paused) throw refusal(409, 'It is paused: resume it first.')
  if (!source.enabled) throw refusal(409, 'The source is disabled: enable it first.')
  const object = puller(id)
  await object.pullNow()
  return object.report()
}

/** How it stands, as its object says. */
export function publishPull(db: Database, id: string, report: PullReport): Promise<void> {
  return updatePullReport(db, id, report)
}

async function getConnection(db: Database, workspaceId: string, id: string) {
  const { source, vendor, row } = await getCloudSource(db, workspaceId, id)
  if (!row) throw refusal(409, 'It is not connected yet.')
  return { source, vendor, connection: await connectionOfRow(db, vendor, row) }
}
