import { type Caller, patienceOf } from '../../accounts/index.ts'
import type { CertificationReport } from '../../certify/index.ts'
import { randomId } from '../../context.ts'
import { isSecret, refuseAddress, validateSettings } from '../../integrations/index.ts'
import { messageOf, problem, Refusal, refusal } from '../../refusal.ts'
import type { Database } from '../../settings/index.ts'
import { check } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { contentOf } from './content.ts'
import { newCertification } from './input.ts'
import { getOwnIntegration, hasEndpoint } from './queries.ts'
import { putCertification } from './store.ts'

/** What can be done with certifications, by the Public API and by the panel alike. */

const HOUR_MS = 3_600_000
/** Runs an hour: each is some hundred requests of ours to a host that somebody names. */
const MOST = { integration: 12, host: 20, workspace: 30 }

/**
 * Begins to certify an integration of the workspace's own, in the background. `startedBy`: who, in words. Throws `Refusal` 400
 * with every problem and its field, 404, or 409: a run is under way, there were too many (with `Retry-After`), or there is no
 * endpoint.
 */
export async function createCertification(
  deps: ControlDeps,
  caller: Caller,
  workspaceId: string,
  integrationId: string,
  startedBy: string,
  body: unknown,
): Promise<CertificationReport> {
  const { db, ctx, allowLocal } = deps
  const integration = await getOwnIntegration(db, workspaceId, integrationId)
  const { name, endpoint, fields, supports, rate, timeoutMs } = integration
  if (!hasEndpoint(integration) || endpoint === undefined)
    throw refusal(409, 'There is no endpoint to certify: no event is sent to it by itself.')
  const wanted = check(newCertification, body)
  if (!wanted.ok) throw new Refusal(400, ...wanted.problems)
  const { settings: given, readBack } = wanted.value
  const valid = validateSettings(fields, given, { allowLocal })
  const problems = valid.ok
    ? []
    : valid.issues.map(({ field, message }) => problem(message, field ? `settings.${field}` : 'settings'))
  const why = readBack && refuseAddress(readBack.replaceAll('{messageId}', 'x'), allowLocal)
  if (why) problems.push(problem(`The address ${why}.`, 'readBack'))
  const refused = refuseAddress(endpoint, allowLocal)
  if (refused) problems.push(problem(`The endpoint ${refused}.`, 'endpoint'))
  if (!valid.ok || problems.length > 0) throw new Refusal(400, ...problems)
  await refuseOften(deps, caller, { integration: integrationId, host: new URL(endpoint).host, workspace: workspaceId })
  const id = randomId(ctx, 'cert_', 24)
  const of = { integrationId, workspaceId }
  const report = await deps.certifier(integrationId).begin({
    ...of,
    id,
    content: await contentOf(integration),
    startedBy,
    subject: {
      name,
      endpoint,
      supports,
      rate,
      timeoutMs,
      readBack,
      secret: fields.filter(isSecret).map((field) => field.name),
    },
    sealed: await db.secrets().seal(valid.settings, id),
  })
  if (report.id !== id) throw refusal(409, 'A certification of this integration is under way: wait until it is over.')
  await putCertification(db, of, report)
  return report
}

/** Throws `Refusal` 409, whose answer says how long to wait. */
async function refuseOften(
  { accounts }: Pick<ControlDeps, 'accounts'>,
  caller: Caller,
  whose: Record<keyof typeof MOST, string>,
): Promise<void> {
  const kinds = ['integration', 'host', 'workspace'] as const
  const counters = kinds.map((kind) => ({
    key: `certify of ${kind} ${whose[kind]}`,
    most: MOST[kind],
    windowMs: HOUR_MS,
  }))
  const full = await patienceOf(caller, accounts, counters)
  if (full) throw refusal(409, messageOf(full.problems))
}

/** How a run stands, as its object says. */
export function publishCertification(
  db: Database,
  of: { integrationId: string; workspaceId: string },
  report: CertificationReport,
): Promise<void> {
  return putCertification(db, of, report)
}
