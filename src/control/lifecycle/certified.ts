import type { Integration } from '../../integrations/index.ts'
import { type CertificationRow, certificationStanding } from '../certification/index.ts'

/** What customers may read of a certification. */
export interface Certificate {
  id: string
  /** When it ended, in milliseconds. */
  at: number
  /** It certified, and what was certified has not changed since. */
  holds: boolean
  /** Where it is read. */
  path: string
}

/** Whether there is something to certify: where events are sent from here. */
export function isCertifiable({ endpoint }: Pick<Integration, 'endpoint'>): boolean {
  return endpoint !== undefined
}

/** What the latest certification of an integration comes to; `undefined`: there was none, or nothing to certify. */
export async function certificateOf(
  integration: Integration,
  latest: CertificationRow | null,
): Promise<Certificate | undefined> {
  if (latest === null || !isCertifiable(integration)) return undefined
  const { certification, isCertified, path } = await certificationStanding(latest, integration)
  return { id: certification.id, at: certification.endedAt ?? certification.startedAt, holds: isCertified, path }
}
