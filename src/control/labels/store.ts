import { and, eq, sql } from 'drizzle-orm'
import { refusal } from '../../refusal.ts'
import { type Database, sources, takeBack, unlessFull, unlessTaken } from '../../settings/index.ts'
import { type Label, labelText, type LabelWords, selectOfSources } from './queries.ts'
import { labels, MOST_OF_SOURCE, sourceLabels } from './schema.ts'

/** Throws 409 when it is there, or when the workspace has as many as it may. */
export async function insertLabel(db: Database, workspaceId: string, label: Label): Promise<void> {
  const row = { ...label, workspaceId, createdAt: db.ctx.now() }
  const writing = db.orm.batch([
    db.orm.insert(labels).values(row),
    takeBack(db, labels, isLabel(workspaceId, label), { mine: eq(labels.workspaceId, workspaceId), what: 'labels' }),
  ])
  const taken = { field: 'label', message: `There is a label ${labelText(label)} already.` }
  const [, takenBack] = await unlessTaken(writing, { 'labels.key': taken })
  unlessFull(takenBack, db, 'labels')
}

/** Takes it off its sources too. Throws 404. */
export async function deleteLabelRows({ orm }: Database, workspaceId: string, label: LabelWords): Promise<void> {
  const { key, value } = label
  const ofSources = and(
    eq(sourceLabels.workspaceId, workspaceId),
    eq(sourceLabels.key, key),
    eq(sourceLabels.value, value),
  )
  const [gone] = await orm.batch([
    orm.delete(labels).where(isLabel(workspaceId, label)).returning({ key: labels.key }),
    orm.delete(sourceLabels).where(ofSources),
  ])
  if (gone.length === 0) throw refusal(404, `There is no label ${labelText(label)}.`)
}

/**
 * Gives a source labels that the workspace has, beside those of before or in their place (`replace`), in one step.
 * Throws 409 when it would have more than it may; it has those of before then.
 */
export async function writeSourceLabels(
  db: Database,
  { id, workspaceId }: { id: string; workspaceId: string },
  given: readonly LabelWords[],
  { replace }: { replace: boolean },
): Promise<Label[]> {
  const { orm } = db
  const wanted = JSON.stringify(given.map(({ key, value }) => [key, value]))
  const pairs = sql`select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${wanted})`
  const mine = eq(sourceLabels.sourceId, id)
  const all = sql`select count(*) from (select ${sourceLabels.key}, ${sourceLabels.value} from ${sourceLabels} where ${mine} union ${pairs})`
  const others = and(mine, sql`(${sourceLabels.key}, ${sourceLabels.value}) not in (${pairs})`)
  const [, , now] = await orm.batch([
    orm.delete(sourceLabels).where(replace ? others : sql`false`),
    // Source and labels may have gone since they were looked up: what is not there is given to nobody.
    orm
      .insert(sourceLabels)
      .select(
        sql`select ${id}, key, value, workspace_id from ${labels} where workspace_id = ${workspaceId} and (key, value) in (${pairs}) and exists (select 1 from ${sources} where id = ${id}) and (${all}) <= ${MOST_OF_SOURCE}`,
      )
      .onConflictDoNothing(),
    selectOfSources(db, [id]),
  ])
  const has = new Set(now.map(labelText))
  if (given.some((one) => !has.has(labelText(one)))) {
    throw refusal(409, `A source has at most ${MOST_OF_SOURCE} labels, all of them the workspace’s.`, 'labels')
  }
  return now.map(({ key, value, description }) => ({ key, value, description }))
}

function isLabel(workspaceId: string, { key, value }: LabelWords) {
  // There is always something to compare, so there is always a condition.
  return and(eq(labels.workspaceId, workspaceId), eq(labels.key, key), eq(labels.value, value)) ?? sql`false`
}
