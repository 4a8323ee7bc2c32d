import type { TableColumn } from '../../tables/index.ts'
import { columnList, identifier, qualified } from './sql.ts'
import { SETS } from './stage.ts'

/**
 * From a stage of objects into their table, one row an id: columns that a row sets have its values, also where that is
 * none, the others stay. What it counts are rows that are new.
 */
export function mergeStatement(schema: string, table: string, columns: readonly TableColumn[], stage: string): string {
  const name = qualified(schema, table)
  const updates = columns.flatMap((column, at) => {
    if (column.name === 'id') return []
    const own = identifier(column.name)
    return [`${own} = case when substr(s.${SETS}, ${at + 1}, 1) = '1' then s.${own} else t.${own} end`]
  })
  const list = columnList(columns)
  return `with known as (update ${name} t set ${updates.join(', ')} from ${stage} s where t.id = s.id returning t.id)
    insert into ${name} (${list}) select ${columnList(columns, 's')} from ${stage} s
    where not exists (select 1 from known where known.id = s.id)`
}
