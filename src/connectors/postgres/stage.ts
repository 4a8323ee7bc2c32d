import type { CellText, TableColumn } from '../../tables/index.ts'
import type { PostgresConnection } from './connection.ts'
import { copyPieces } from './copy-text.ts'
import { columnList, identifier, qualified } from './sql.ts'

/** A table for the time of a transaction, with some columns of another one: rows are copied there, and merged from there. */
export interface Stage {
  /** Makes it. */
  create: string
  copy: string
  empty: string
  name: string
  /** Removes it, where the end of the transaction does not. */
  drop: string | null
}

/** Of a stage of objects: which columns a row sets. */
export const SETS = '_sluice_sets'

/** `isTemporary`: else an unlogged table in the schema, for those who may make no temporary ones; `mark` keeps its name apart. */
export function stageOf(
  schema: string,
  table: string,
  columns: readonly TableColumn[],
  { isTemporary, mark }: { isTemporary: boolean; mark: string },
  /** Whether its rows have a text more, which columns they set. */
  hasSets = false,
): Stage {
  const plain = `_sluice_stage_${mark}`
  const name = isTemporary ? `pg_temp.${identifier(plain)}` : qualified(schema, plain)
  const list = columnList(columns)
  const sets = hasSets ? `, ''::text as ${SETS}` : ''
  const like = `select ${list}${sets} from ${qualified(schema, table)} with no data`
  return {
    name,
    // With the types of the table, and neither its defaults nor its constraints.
    create: isTemporary
      ? `create temporary table ${identifier(plain)} on commit drop as ${like}`
      : `create unlogged table ${name} as ${like}`,
    copy: `copy ${name} (${list}${hasSets ? `, ${SETS}` : ''}) from stdin`,
    empty: `truncate ${name}`,
    drop: isTemporary ? null : `drop table ${name}`,
  }
}

export function copyInto(
  connection: PostgresConnection,
  stage: Stage,
  rows: readonly (readonly CellText[])[],
): Promise<void> {
  return connection.copy(stage.copy, copyPieces(rows))
}
