import { type CertificationReport, type Checked, ODD_CASES } from '../../certify/index.ts'
import type { Integration } from '../../integrations/index.ts'
import type { ControlDeps } from '../request.ts'
import { findCertificate, getCertification, type LatestCertification, certificationStanding } from './queries.ts'

export type { Exchange } from '../../certify/index.ts'

/** A run with what its object has of it, which is newer while it is under way. */
export interface DescribedCertification {
  report: CertificationReport
  /** Of the checks that were made. */
  results: Checked[]
  integration: Integration
  standing: LatestCertification
}

type Deps = Pick<ControlDeps, 'db' | 'certifier'>

/** One of an integration of the workspace's own. Throws 404. One query, one call. */
export async function describeCertification(
  deps: Deps,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<DescribedCertification> {
  return describe(deps, await getCertification(deps.db, workspaceId, integrationId, id))
}

/** For whoever has the id. `undefined`: there is none. One query, one call. */
export async function describeCertificate(deps: Deps, id: string): Promise<DescribedCertification | undefined> {
  const found = await findCertificate(deps.db, id)
  return found && describe(deps, found)
}

type Found = NonNullable<Awaited<ReturnType<typeof findCertificate>>>

async function describe({ certifier }: Deps, { certification, integration }: Found): Promise<DescribedCertification> {
  const kept = await certifier(integration.id).read(certification.id)
  const { results, ...report } = kept ?? { ...certification, results: [] }
  const standing = await certificationStanding({ ...certification, certified: report.certified }, integration)
  return { report, results, integration, standing }
}

/** Each odd case of the console, by name, with what it sends. */
export function oddCaseWords(): (readonly [name: string, words: string])[] {
  return Object.entries(ODD_CASES).map(([name, { words }]) => [name, words] as const)
}
