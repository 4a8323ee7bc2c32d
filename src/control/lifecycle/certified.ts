import type { Integration } from '../../integrations/index.ts'
import type { Database } from '../../settings/index.ts'

/** What customers may read of a certification. */
export interface Certificate {
  /** When it ended, in milliseconds. */
  at: number
  /** It found no error, and what was certified has not changed since. */
  holds: boolean
  /** Where it is read. */
  path: string
}

/** Whether there is something to certify: where events are sent from here. */
export function isCertifiable({ endpoint }: Pick<Integration, 'endpoint'>): boolean {
  return endpoint !== undefined
}

/** The latest certification of an integration; `undefined`: there was none. */
export function certificateOf(_db: Database, _integration: Integration): Promise<Certificate | undefined> {
  return Promise.resolve(undefined)
}
