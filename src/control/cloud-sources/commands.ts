import { isObject } from '../../event/index.ts'
import { checkVendor, type PullCheck, type PullReport } from '../../pull/index.ts'
import { type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import { type Database, noteObjectLog, withKept, withoutSecrets } from '../../settings/index.ts'
import { check } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { merge, refuseMove, seal, settingProblems } from '../stored-settings.ts'
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
  const { db, allowLocal } = deps
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
    const unknown = (wanted.ok ? (wanted.value.leftOut ?? []) : []).filter((name) => !vendor.collections.includes(name))
    if (unknown.length > 0) problems.push(problem(`There is no collection ${unknown.join(', ')}.`, 'leftOut'))
    const all = [
      ...problems,
      ...(wanted.ok ? [] : wanted.problems),
      ...settingProblems(before ?? { integration: vendor }, given, { allowLocal }),
    ]
    if (all.length > 0) throw new Refusal(400, ...all)
    const { leftOut = before?.leftOut ?? [], paused = before?.paused ?? false } = wanted.ok ? wanted.value : {}
    const merged = before ? merge(before, given) : withKept(given, {})
    if (before) refuseMove(before, merged, given)
    const sealed = await seal(db, { id, integration: vendor }, merged, { allowLocal, ...(row && { known: row }) })
    const { deviceSettings: _, ...kept } = sealed
    // Before its first object, so that warehouses look for them.
    await noteObjectLog(db, id)
    const written = await putCloudSource(db, id, row?.version ?? 0, { ...kept, leftOut, paused })
    if (!written) continue
    await deps.puller(id).changed()
    return connectionOfRow(db, vendor, written)
  }
  throw refusal(409, 'It is being changed by somebody else at the same time. Try again.')
}

/** Nothing is pulled any more, and its settings are gone; objects that were pulled stay. */
export async function disconnectCloudSource(deps: ControlDeps, workspaceId: string, id: string): Promise<void> {
  await getConnection(deps.db, workspaceId, id)
  await deleteCloudSource(deps.db, id)
  await deps.puller(id).changed()
}

/** Looks what of the vendor can be read with the settings that are kept. */
export async function checkCloudSource(
  { db, ctx }: ControlDeps,
  workspaceId: string,
  id: string,
): Promise<PullCheck[]> {
  const { vendor, connection } = await getConnection(db, workspaceId, id)
  const wanted = new Set(vendor.collections.filter((name) => !connection.leftOut.includes(name)))
  return checkVendor(vendor, connection.settings, wanted, ctx)
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
