import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { destinations, fingerprint, hideAddresses } from '../../settings/index.ts'

export const SUBJECTS: SubjectReaders = {
  destination: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, sourceId, integrationId, enabled, paused, settings, deviceSettings, mode, region } = destinations
      const { rate, concurrency, maxInFlight, schedule, secrets } = destinations
      const what = { name, sourceId, integrationId, enabled, paused, settings, deviceSettings, mode, region }
      const [row] = await orm
        .select({ ...what, rate, concurrency, maxInFlight, schedule, secrets })
        .from(destinations)
        .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
      if (!row) return undefined
      const { secrets: sealed, ...facts } = row
      const hidden = await hideAddresses(facts.settings, id)
      // Enough to see that they were changed, and nothing to learn what they are.
      const mark = sealed === null ? null : `encrypted ${await fingerprint(sealed)}`
      const workers = facts.concurrency === 0 ? null : facts.concurrency
      return { name: facts.name, values: { ...facts, concurrency: workers, settings: hidden, secrets: mark } }
    },
    sourceOf: async ({ orm }, workspaceId, id) => {
      const [row] = await orm
        .select({ sourceId: destinations.sourceId })
        .from(destinations)
        .where(and(eq(destinations.id, id), eq(destinations.workspaceId, workspaceId)))
      return row?.sourceId
    },
  },
}
