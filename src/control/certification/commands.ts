import { type Caller, patienceOf } from '../../accounts/index.ts'
import { type CertificationReport, type CertifiedEndpoint, type Exchange, sendTestCall } from '../../certify/index.ts'
import { randomId } from '../../context.ts'
import { type Integration, isSecret, refuseAddress, validateSettings } from '../../integrations/index.ts'
import { messageOf, type Problem, problem, Refusal, refusal } from '../../refusal.ts'
import { type Database, withKept } from '../../settings/index.ts'
import { check, checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { contentOf } from './content.ts'
import { newCertification, testCall } from './input.ts'
import { getOwnIntegration, getTriedIntegration, hasEndpoint } from './queries.ts'
import { putCertification } from './store.ts'

/** What can be done to try an endpoint, by the Public API and by the panel alike. */

const HOUR_MS = 3_600_000

type Limits = Readonly<Record<'integration' | 'host' | 'workspace', number>>
/** Runs an hour: each is some hundred requests of ours to a host that somebody names. */
const RUNS: Limits = { integration: 12, host: 20, workspace: 30 }
/** Calls of the console an hour: each is a request or two. */
const CALLS: Limits = { integration: 200, host: 400, workspace: 400 }

/**
 * Begins to certify an integration of the workspace's own, in the background. `startedBy`: who, in words; `found`: what else is
 * wrong with a form. Throws `Refusal` 400 with every problem and its field, 404, or 409: a run is under way, there were too
 * many (with `Retry-After`), or there is no endpoint.
 */
export async function createCertification(
  deps: ControlDeps,
  caller: Caller,
  workspaceId: string,
  integrationId: string,
  startedBy: string,
  body: unknown,
  found: readonly Problem[] = [],
): Promise<CertificationReport> {
  const { db, ctx } = deps
  const { integration, version } = await getTriedIntegration(db, workspaceId, integrationId)
  const wanted = check(newCertification, body)
  if (!wanted.ok) throw new Refusal(400, ...found, ...wanted.problems)
  const { settings, ...subject } = subjectOfIntegration(integration, wanted.value, deps, found)
  await refuseOften(deps, caller, 'certify', RUNS, workspaceId, { ...subject, integrationId })
  const id = randomId(ctx, 'cert_', 24)
  const of = { integrationId, workspaceId, version }
  const report = await deps.certifier(integrationId).begin({
    ...of,
    id,
    content: await contentOf(integration),
    startedBy,
    subject,
    sealed: await db.secrets().seal(settings, id),
  })
  if (report.id !== id) throw refusal(409, 'A certification of this integration is under way: wait until it is over.')
  await putCertification(db, of, report)
  return report
}

/**
 * Sends one call, or an odd case, to the endpoint of an integration of the workspace's own. Refuses as `createCertification`
 * does.
 */
export async function tryTestCall(
  deps: ControlDeps,
  caller: Caller,
  workspaceId: string,
  integrationId: string,
  body: unknown,
  found: readonly Problem[] = [],
): Promise<readonly Exchange[]> {
  const integration = await getOwnIntegration(deps.db, workspaceId, integrationId)
  const { call, settings } = checked(testCall, body)
  const subject = subjectOfIntegration(integration, { settings }, deps, found)
  await refuseOften(deps, caller, 'test call', CALLS, workspaceId, { ...subject, integrationId })
  return sendTestCall(subject, { ctx: deps.ctx, allowLocal: deps.allowLocal }, call)
}

/** How a run stands, as its object says. */
export function publishCertification(
  db: Database,
  of: { integrationId: string; workspaceId: string; version?: number },
  report: CertificationReport,
): Promise<void> {
  return putCertification(db, of, report)
}

/** An integration as the destination of a customer who has these settings. Throws `Refusal` 400 or 409. */
function subjectOfIntegration(
  integration: Integration,
  { settings: given, readBack }: { settings: Record<string, unknown>; readBack?: string | undefined },
  { allowLocal }: Pick<ControlDeps, 'allowLocal'>,
  found: readonly Problem[],
): CertifiedEndpoint {
  const { name, endpoint, fields, supports, rate, batch, timeoutMs } = integration
  if (!hasEndpoint(integration) || endpoint === undefined)
    throw refusal(409, 'There is no endpoint to certify: no event is sent to it by itself.')
  const valid = validateSettings(fields, withKept(given, {}), { allowLocal })
  const problems = [...found]
  if (!valid.ok)
    problems.push(
      ...valid.issues.map(({ field, message }) => problem(message, field ? `settings.${field}` : 'settings')),
    )
  const unread = readBack && refuseAddress(readBack.replaceAll('{messageId}', 'x'), allowLocal)
  if (unread) problems.push(problem(`The address ${unread}.`, 'readBack'))
  const refused = refuseAddress(endpoint, allowLocal)
  if (refused) problems.push(problem(`The endpoint ${refused}.`, 'endpoint'))
  if (!valid.ok || problems.length > 0) throw new Refusal(400, ...problems)
  const secret = fields.filter(isSecret).map((field) => field.name)
  return { name, endpoint, supports, rate, batch, timeoutMs, readBack, secret, settings: valid.settings }
}

/** Throws `Refusal` 409, whose answer says how long to wait. */
async function refuseOften(
  { accounts }: Pick<ControlDeps, 'accounts'>,
  caller: Caller,
  what: string,
  limits: Limits,
  workspaceId: string,
  { integrationId, endpoint }: { integrationId: string; endpoint: string },
): Promise<void> {
  const kinds = [
    ['integration', integrationId],
    ['host', new URL(endpoint).host],
    ['workspace', workspaceId],
  ] as const
  const counters = kinds.map(([kind, key]) => ({
    key: `${what} of ${kind} ${key}`,
    most: limits[kind],
    windowMs: HOUR_MS,
  }))
  const full = await patienceOf(caller, accounts, counters)
  if (full) throw refusal(409, messageOf(full.problems))
}
