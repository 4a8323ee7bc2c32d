import { and, eq, isNull, sql } from 'drizzle-orm'
import type { SubjectReaders } from '../../accounts/index.ts'
import { sources, writeKeys } from '../../settings/index.ts'
import { sourceLabels } from '../labels/index.ts'

/** `key: value`, as a JSON list. */
const LABELS = sql<string>`(select json_group_array(one) from (select ${sourceLabels.key} || ': ' || ${sourceLabels.value} as one from ${sourceLabels} where ${sourceLabels.sourceId} = ${sources.id} order by one))`

export const SUBJECTS: SubjectReaders = {
  source: {
    snapshot: async ({ orm }, workspaceId, id) => {
      const { name, slug, metadataId, enabled } = sources
      const rows = await orm
        .select({ name, slug, metadataId, enabled, labels: LABELS, writeKey: writeKeys.key })
        .from(sources)
        .leftJoin(writeKeys, and(eq(writeKeys.sourceId, sources.id), isNull(writeKeys.revokedAt)))
        .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
      const [first] = rows
      if (!first) return undefined
      const { writeKey: _, labels, ...facts } = first
      const keys = rows.flatMap(({ writeKey }) => writeKey ?? []).toSorted()
      return { name: facts.name, values: { ...facts, labels: JSON.parse(labels) as unknown, writeKeys: keys } }
    },
    sourceOf: async (_db, _workspaceId, id) => id,
  },
}
