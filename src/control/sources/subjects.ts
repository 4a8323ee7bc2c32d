import { and, eq, isNull } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { sources, writeKeys } from '../../settings/index.ts'
import { type Label, LABELS_OF_SOURCE, labelText } from '../labels/index.ts'

export const SUBJECTS: SubjectReaders = {
  source: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, slug, metadataId, enabled } = sources
      const rows = await orm
        .select({ name, slug, metadataId, enabled, labels: LABELS_OF_SOURCE, writeKey: writeKeys.key })
        .from(sources)
        .leftJoin(writeKeys, and(eq(writeKeys.sourceId, sources.id), isNull(writeKeys.revokedAt)))
        .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
      const [first] = rows
      if (!first) return undefined
      const { writeKey: _, labels, ...facts } = first
      const keys = rows.flatMap(({ writeKey }) => writeKey ?? []).toSorted()
      return {
        name: facts.name,
        values: { ...facts, labels: (JSON.parse(labels) as Label[]).map(labelText), writeKeys: keys },
      }
    },
    sourceOf: async (_db, _workspaceId, id) => id,
  },
}
