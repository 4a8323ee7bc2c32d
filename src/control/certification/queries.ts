import { and, desc, eq } from 'drizzle-orm'
import { type Integration, KINDS } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, integrationOfRow, type IntegrationRow, integrations } from '../../settings/index.ts'
import { integrationVersions } from '../catalogue/index.ts'
import { type CertifiedContent, contentOf } from './content.ts'
import { certifications } from './schema.ts'

/** A run, as lists have it. */
export type CertificationRow = typeof certifications.$inferSelect

/** An integration as it is tried: where a version is drafted, the draft. */
export interface TriedIntegration {
  integration: Integration
  /** Under which version's number a certification of it lies. */
  version: number
}

const tried = { row: integrations, draft: { content: integrationVersions.content, number: integrationVersions.number } }
const itsDraft = and(eq(integrationVersions.integrationId, integrations.id), eq(integrationVersions.state, 'draft'))

async function triedOf({ row, draft }: TriedRow): Promise<TriedIntegration> {
  const live = integrationOfRow(row)
  if (!draft) return { integration: live, version: row.certifiedVersion }
  const integration = integrationOfRow({ ...row, ...draft.content })
  // Where only words are others, what was certified is the same.
  const isSame = (await contentOf(integration)) === (await contentOf(live))
  return { integration, version: isSame ? row.certifiedVersion : draft.number }
}

interface TriedRow {
  row: IntegrationRow
  draft: Pick<typeof integrationVersions.$inferSelect, 'content' | 'number'> | null
}

/** An integration of the workspace's own. Throws 404 when it has none of this id. One query. */
export async function getTriedIntegration(
  { orm }: Database,
  workspaceId: string,
  id: string,
): Promise<TriedIntegration> {
  const [row] = await orm
    .select(tried)
    .from(integrations)
    .leftJoin(integrationVersions, itsDraft)
    .where(and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no integration ${id} of this workspace.`)
  return triedOf(row)
}

/** The same without its version. */
export async function getOwnIntegration(db: Database, workspaceId: string, id: string): Promise<Integration> {
  return (await getTriedIntegration(db, workspaceId, id)).integration
}

/** Whether events are sent to it from here, so that there is something to certify. */
export function hasEndpoint({ kind, endpoint }: Pick<Integration, 'kind' | 'endpoint'>): boolean {
  return KINDS[kind].connectsAs === 'destination' && endpoint !== undefined
}

/** All that are kept of an integration, the newest first: fifty, and the newest that certified. */
export async function listCertifications({ orm }: Database, integrationId: string): Promise<CertificationRow[]> {
  return orm
    .select()
    .from(certifications)
    .where(eq(certifications.integrationId, integrationId))
    .orderBy(desc(certifications.startedAt), desc(certifications.id))
}

/** One of an integration of the workspace's own, and the integration as it is tried now. Throws 404. One query. */
export async function getCertification(
  { orm }: Database,
  workspaceId: string,
  integrationId: string,
  id: string,
): Promise<{ certification: CertificationRow; integration: Integration }> {
  const [row] = await orm
    .select({ certification: certifications, ...tried })
    .from(certifications)
    .innerJoin(integrations, eq(integrations.id, certifications.integrationId))
    .leftJoin(integrationVersions, itsDraft)
    .where(
      and(
        eq(certifications.id, id),
        eq(certifications.integrationId, integrationId),
        eq(integrations.workspaceId, workspaceId),
      ),
    )
  if (!row) throw refusal(404, `There is no certification ${id}.`)
  return { certification: row.certification, integration: (await triedOf(row)).integration }
}

/** Whoever has the id may see the certificate: it is as long as a key. `undefined`: there is none. One query. */
export async function findCertificate(
  { orm }: Database,
  id: string,
): Promise<{ certification: CertificationRow; integration: Integration } | undefined> {
  const [row] = await orm
    .select({ certification: certifications, integration: integrations })
    .from(certifications)
    .innerJoin(integrations, eq(integrations.id, certifications.integrationId))
    .where(eq(certifications.id, id))
  return row && { certification: row.certification, integration: integrationOfRow(row.integration) }
}

/** What is known of an integration's certification. */
export interface LatestCertification {
  /** The newest run that ended. */
  certification: CertificationRow
  /** What was certified has changed since: endpoint, settings, calls or pace. Words have no part in it. */
  isStale: boolean
  /** It certified, and is not stale. */
  isCertified: boolean
  /** Where whoever has the link reads the certificate. */
  path: string
}

/** The newest certification of a version of an integration that ended; `undefined`: there was none. One query. */
export async function latestCertification(
  { orm }: Database,
  { integration, version }: { integration: CertifiedContent & Pick<Integration, 'id'>; version: number },
): Promise<LatestCertification | undefined> {
  const [row] = await orm
    .select()
    .from(certifications)
    .where(
      and(
        eq(certifications.integrationId, integration.id),
        eq(certifications.version, version),
        eq(certifications.state, 'ended'),
      ),
    )
    .orderBy(desc(certifications.startedAt), desc(certifications.id))
    .limit(1)
  return row && certificationStanding(row, integration)
}

/** How a certification stands to its integration as it is now. */
export async function certificationStanding(
  certification: CertificationRow,
  integration: CertifiedContent,
): Promise<LatestCertification> {
  const isStale = certification.content !== (await contentOf(integration))
  const isCertified = certification.certified && !isStale
  return { certification, isStale, isCertified, path: certificatePath(certification.id) }
}

export function certificatePath(id: string): string {
  return `/certificates/${id}`
}
