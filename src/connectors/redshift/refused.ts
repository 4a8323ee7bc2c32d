import type { CellText, SyncNotice } from '../../tables/index.ts'
import type { StageFiles } from './bucket.ts'
import type { DataApi } from './data-api.ts'
import type { Packed, LinePlace } from './lines.ts'
import { type CopySource, copyFiles, selectRefused } from './sql.ts'
import { createStage, dropStage } from './merge.ts'
import { rowsRefused, type LoadStage, type Staged } from './stage.ts'
import { isNotThere } from './words.ts'

/** What COPY said of a line. */
export interface CopyRefusal {
  /** From 0. */
  line: number
  /** Of the stage. */
  column: string
  why: string
}

/**
 * Everything that COPY refuses of a file: it is read once more without being loaded, since a COPY that loads stops at the
 * first that it refuses.
 */
export async function copyRefusals(
  {
    schema,
    stage,
    plan,
    files,
    source,
  }: { schema: string; stage: string; plan: LoadStage; files: StageFiles; source: CopySource },
  api: DataApi,
  mostMs: number,
): Promise<CopyRefusal[]> {
  // It may fail as it likes: what it has found is in the system's table all the same.
  await api.run(
    [createStage(schema, stage, plan), copyFiles(schema, stage, source, 'check'), dropStage(schema, stage)],
    mostMs,
  )
  for (const select of selectRefused) {
    const ran = await api.run([select(files.fileUrl)], mostMs)
    if (!ran.ok && isNotThere(ran.error)) continue
    if (!ran.ok) return []
    const rows = await api.rows(ran.id)
    return rows.map(([line, column, why]) => ({ line: Number(line) - 1, column: column ?? '', why: why ?? '' }))
  }
  return []
}

/**
 * Takes what was refused out of the stage: the cell, or the row where no cell is named, or when `rows` says so. What is left
 * out is a notice; none: nothing was found to take out.
 */
export function takeOut(
  refusals: readonly CopyRefusal[],
  { places }: Packed,
  stage: LoadStage,
  rows: boolean,
): SyncNotice[] {
  const notices: SyncNotice[] = []
  const gone = new Map<Staged, Map<CellText[], string>>()
  const changed = new Map<CellText[], CellText[]>()
  const seen = new Set<string>()
  for (const { line, column, why } of refusals) {
    const place = places[line]
    if (!place || seen.has(`${line} ${column}`)) continue
    seen.add(`${line} ${column}`)
    const nth = place.staged.slots.indexOf(column.toLowerCase())
    if (rows || nth < 1) {
      const lost = gone.get(place.staged) ?? new Map<CellText[], string>()
      gone.set(place.staged, lost.set(place.row, why))
    } else notices.push(withoutCell(place, nth, why, changed))
  }
  for (const [staged, lost] of gone) notices.push(rowsRefused(staged, [...lost.keys()], [...lost.values()][0] ?? ''))
  for (const staged of [...stage.tables, ...stage.upserts, ...stage.merges]) {
    const lost = gone.get(staged)
    staged.rows = staged.rows.filter((row) => !lost?.has(row)).map((row) => changed.get(row) ?? row)
  }
  return notices
}

/** The rows of a load are its caller's: what is changed is a copy. */
function withoutCell(
  { staged, row }: LinePlace,
  nth: number,
  why: string,
  changed: Map<CellText[], CellText[]>,
): SyncNotice {
  const at = staged.cells[nth] as number
  const copy = changed.get(row) ?? [...row]
  const value = `${(copy[at] ?? '').slice(0, 150)} (${why.slice(0, 47)})`
  copy[at] = null
  changed.set(row, copy)
  return {
    code: 'not_castable',
    table: staged.table,
    column: staged.columns[nth]?.name ?? null,
    count: 1,
    samples: [{ id: row[staged.cells[0] as number] ?? '', value }],
  }
}
