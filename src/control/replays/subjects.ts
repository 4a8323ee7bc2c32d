import { and, eq } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { destinations, sources } from '../../settings/index.ts'
import { replays } from './schema.ts'

export const SUBJECTS: SubjectReaders = {
  replay: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const [row] = await orm
        .select({ replay: replays, source: sources.name, destination: destinations.name })
        .from(replays)
        .leftJoin(sources, eq(sources.id, replays.sourceId))
        .leftJoin(destinations, eq(destinations.id, replays.destinationId))
        .where(and(eq(replays.id, id), eq(replays.workspaceId, workspaceId)))
      if (!row) return undefined
      const { order, state, report } = row.replay
      const name = `${row.source ?? order.sourceId} to ${row.destination ?? order.destinationId}`
      return { name, values: { ...order.selection, share: report?.share ?? order.share, dryRun: order.dryRun, state } }
    },
    // Who may change a destination may send it what they may read anyway.
    sourceOf: async ({ orm }, workspaceId, id) => {
      const [row] = await orm
        .select({ sourceId: destinations.sourceId })
        .from(replays)
        .innerJoin(destinations, eq(destinations.id, replays.destinationId))
        .where(and(eq(replays.id, id), eq(replays.workspaceId, workspaceId)))
      return row?.sourceId
    },
  },
}
