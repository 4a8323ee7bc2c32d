import { and, asc, eq, sql } from 'drizzle-orm'
import { refusal } from '../../refusal.ts'
import { type Database, sources } from '../../settings/index.ts'
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

/** All of a workspace, each with how many sources have it. One query. */
export async function listLabelUse({ orm }: Database, workspaceId: string): Promise<(Label & { sources: number })[]> {
  const used = sql<number>`(select count(*) from source_labels where source_labels.workspace_id = labels.workspace_id and source_labels.key = labels.key and source_labels.value = labels.value)`
  return orm
    .select({ ...COLUMNS, sources: used })
    .from(labels)
    .where(eq(labels.workspaceId, workspaceId))
    .orderBy(...ORDER)
}

/** A source, and all labels that it can have: whether it has them. */
export interface SourceLabelChoices {
  id: string
  name: string
  choices: (Label & { has: boolean })[]
}

/** One query. Throws 404 when the workspace has no such source. */
export async function sourceLabelChoices(
  { orm }: Database,
  workspaceId: string,
  sourceId: string,
): Promise<SourceLabelChoices> {
  const has = sql<number>`exists (select 1 from source_labels where source_labels.source_id = sources.id and source_labels.key = labels.key and source_labels.value = labels.value)`
  const rows = await orm
    .select({ id: sources.id, name: sources.name, label: COLUMNS, has })
    .from(sources)
    .leftJoin(labels, eq(labels.workspaceId, sources.workspaceId))
    .where(and(eq(sources.id, sourceId), eq(sources.workspaceId, workspaceId)))
    .orderBy(...ORDER)
  const [first] = rows
  if (!first) throw refusal(404, `There is no source ${sourceId}.`)
  const choices = rows.flatMap(({ label, has: given }) => (label ? [{ ...label, has: given === 1 }] : []))
  return { id: first.id, name: first.name, choices }
}

/** Those of a source as a JSON list, by key and value: beside columns of `sources`, so that a page needs no query more. */
export const LABELS_OF_SOURCE = sql<string>`(select json_group_array(json(label)) from (select json_object('key', labels.key, 'value', labels.value, 'description', labels.description) as label from source_labels join labels using (workspace_id, key, value) where source_labels.source_id = ${sources.id} order by labels.key, labels.value))`

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
