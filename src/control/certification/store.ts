import { and, desc, eq, notInArray, type SQL, sql } from 'drizzle-orm'
import { type CertificationReport, KEPT_RUNS } from '../../certify/index.ts'
import type { Database } from '../../settings/index.ts'
import { certifications } from './schema.ts'

/**
 * Writes how a run stands, whatever was known of it; what is over stays over. Of an integration fifty runs stay, and the
 * newest that certified, of this version and of the live one. One transaction.
 */
export async function putCertification(
  { orm }: Database,
  { integrationId, workspaceId, version = 1 }: { integrationId: string; workspaceId: string; version?: number },
  { id, ...report }: CertificationReport,
): Promise<void> {
  const of = eq(certifications.integrationId, integrationId)
  const newest = (most: number, which?: SQL) =>
    orm
      .select({ id: certifications.id })
      .from(certifications)
      .where(and(of, which))
      .orderBy(desc(certifications.startedAt), desc(certifications.id))
      .limit(most)
  const isLive = sql`${certifications.version} = (SELECT certified_version FROM integrations WHERE id = ${integrationId})`
  const certified = eq(certifications.certified, true)
  const kept = [
    newest(KEPT_RUNS),
    newest(1, and(certified, eq(certifications.version, version))),
    newest(1, and(certified, isLive)),
  ]
  await orm.batch([
    orm
      .insert(certifications)
      .values({ id, integrationId, workspaceId, version, ...report })
      .onConflictDoUpdate({
        target: certifications.id,
        set: report,
        setWhere: eq(certifications.state, 'running'),
      }),
    orm.delete(certifications).where(and(of, ...kept.map((ids) => notInArray(certifications.id, ids)))),
  ])
}
