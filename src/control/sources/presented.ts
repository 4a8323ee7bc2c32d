import type { Database, Source } from '../../settings/index.ts'
import { labelsOfSources } from '../labels/index.ts'
import { presentSource } from './present.ts'

/** Sources of the Public API, each with the labels that it has. */
export async function presentSources(db: Database, some: readonly Source[]) {
  const ids = some.map(({ id }) => id)
  const labels = await labelsOfSources(db, ids)
  return some.map((one) => presentSource(one, labels.get(one.id) ?? []))
}
