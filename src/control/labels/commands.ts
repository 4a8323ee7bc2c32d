import { type Problem, problem, Refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { getSource } from '../sources/index.ts'
import { labelsOfSource, newLabel } from './input.ts'
import { type Label, labelText, type LabelWords, listLabels } from './queries.ts'
import { deleteLabelRows, insertLabel, writeSourceLabels } from './store.ts'

type Deps = Pick<ControlDeps, 'db'>

/**
 * What can be done with labels and with those of a source; `body` is what a caller sent, and is checked here. Throws
 * `Refusal` 400 with every problem and its field, or what the store throws.
 */

export async function createLabel({ db }: Deps, workspaceId: string, body: unknown): Promise<Label> {
  const { label } = checked(newLabel, body)
  await insertLabel(db, workspaceId, label)
  return label
}

/** Sources that have it have it no longer. Throws 404. */
export async function deleteLabel({ db }: Deps, workspaceId: string, label: LabelWords): Promise<void> {
  await deleteLabelRows(db, workspaceId, label)
}

/** All that the source has afterwards: those of before and those given, or with `replace` the latter alone. Throws 404. */
export async function updateSourceLabels(
  { db }: Deps,
  workspaceId: string,
  sourceId: string,
  body: unknown,
  { replace }: { replace: boolean },
): Promise<Label[]> {
  const given = checked(labelsOfSource, body).labels
  const [source, known] = await Promise.all([getSource(db, workspaceId, sourceId), listLabels(db, workspaceId)])
  const problems = given.flatMap((one, index) => problemsOf(one, index, known))
  if (problems.length > 0) throw new Refusal(400, ...problems)
  return writeSourceLabels(db, source, given, { replace })
}

function problemsOf(
  label: LabelWords & { description?: string | undefined },
  index: number,
  known: readonly Label[],
): Problem[] {
  const found = known.find(({ key, value }) => key === label.key && value === label.value)
  const field = `labels.${index}`
  if (!found) return [problem(`There is no label ${labelText(label)}. Make it first: POST /api/labels.`, field)]
  if (label.description === undefined || label.description === found.description) return []
  return [problem('The label has another description. Leave it out here.', `${field}.description`)]
}
