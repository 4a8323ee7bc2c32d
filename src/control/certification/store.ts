import { and, desc, eq, notInArray } from 'drizzle-orm'
import { type CertificationReport, KEPT_RUNS } from '../../certify/index.ts'
import type { Database } from '../../settings/index.ts'
import { certifications } from './schema.ts'

/**
 * Writes how a run stands, whatever was known of it; what is over stays over. Of an integration fifty runs stay, and the
 * newest that certified. One transaction.
 */
export async function putCertification(
  { orm }: Database,
  { integrationId, workspaceId }: { integrationId: string; workspaceId: string },
  { id, ...report }: CertificationReport,
): Promise<void> {
  const of = eq(certifications.integrationId, integrationId)
  const newest = (certified?: true) =>
    orm
      .select({ id: certifications.id })
      .from(certifications)
      .where(certified ? and(of, eq(certifications.certified, true)) : of)
      .orderBy(desc(certifications.startedAt), desc(certifications.id))
      .limit(certified ? 1 : KEPT_RUNS)
  await orm.batch([
    orm
      .insert(certifications)
      .values({ id, integrationId, workspaceId, ...report })
      .onConflictDoUpdate({
        target: certifications.id,
        set: report,
        setWhere: eq(certifications.state, 'running'),
      }),
    orm
      .delete(certifications)
      .where(and(of, notInArray(certifications.id, newest()), notInArray(certifications.id, newest(true)))),
  ])
}
