import { and, asc, eq, sql } from 'drizzle-orm'
import type { Database } from '../../settings/index.ts'
import { labels, sourceLabels } from './schema.ts'

export interface Label {
  key: string
  value: string
  /** Empty: there is none. */
  description: string
}

export type LabelWords = Pick<Label, 'key' | 'value'>

export const labelText = ({ key, value }: LabelWords) => `${key}: ${value}`

const COLUMNS = { key: labels.key, value: labels.value, description: labels.description }
const ORDER = [asc(labels.key), asc(labels.value)]

/** All of a workspace, by key and value. They are no more than its quota. */
export async function listLabels({ orm }: Database, workspaceId: string): Promise<Label[]> {
  return orm
    .select(COLUMNS)
    .from(labels)
    .where(eq(labels.workspaceId, workspaceId))
    .orderBy(...ORDER)
}

/** Of some sources, by the source's id; one without labels has no entry. One query. */
export async function labelsOfSources(db: Database, sourceIds: readonly string[]): Promise<Map<string, Label[]>> {
  const found = sourceIds.length === 0 ? [] : await selectOfSources(db, sourceIds)
  const bySource = new Map<string, Label[]>()
  for (const { sourceId, ...label } of found) bySource.set(sourceId, [...(bySource.get(sourceId) ?? []), label])
  return bySource
}

/** The rows that `labelsOfSources` reads, for a batch too. */
export function selectOfSources({ orm }: Database, sourceIds: readonly string[]) {
  const same = and(
    eq(labels.workspaceId, sourceLabels.workspaceId),
    eq(labels.key, sourceLabels.key),
    eq(labels.value, sourceLabels.value),
  )
  return orm
    .select({ ...COLUMNS, sourceId: sourceLabels.sourceId })
    .from(sourceLabels)
    .innerJoin(labels, same)
    .where(sql`${sourceLabels.sourceId} in (select value from json_each(${JSON.stringify(sourceIds)}))`)
    .orderBy(...ORDER)
}
