import { FOLDED_FROM, type TableColumn } from '../../tables/index.ts'
import { type FoldedTable, KEY_OF, OF_THE_ROW } from '../folded.ts'
import { columnList, identifier, qualified } from './sql.ts'

/** Columns of a table with their types, as the server writes them, by table and name. */
export type DeclaredTypes = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * From a stage of folded rows into `users` or `accounts`. A column that the rows they are folded from have too, of the same
 * type, is looked up there: the latest value, whatever was loaded first. Others are compared by when the whole row was
 * received. What is not there clears nothing.
 */
export function foldStatement(
  schema: string,
  table: FoldedTable,
  columns: readonly TableColumn[],
  stage: string,
  types: DeclaredTypes,
): string {
  const from = FOLDED_FROM[table]
  const isLookedUp = ({ name }: TableColumn) => {
    const type = types.get(from)?.get(name)
    return !OF_THE_ROW.has(name) && type !== undefined && type === types.get(table)?.get(name)
  }
  const values = columns.map((column) => {
    const name = identifier(column.name)
    if (!isLookedUp(column)) return `s.${name}`
    return `case when s.${name} is not null then ${latest(schema, table, column.name, 's.id', types)} end`
  })
  const updates = columns
    .filter(({ name }) => name !== 'id')
    .map((column) => {
      const name = identifier(column.name)
      const [old, given] = [`u.${name}`, `excluded.${name}`]
      if (OF_THE_ROW.has(column.name)) return `${name} = greatest(${old}, ${given})`
      const newer = `coalesce(${given}, ${old})`
      if (isLookedUp(column)) return `${name} = ${newer}`
      const isOlder = 'excluded.received_at < u.received_at'
      return `${name} = case when ${isOlder} then coalesce(${old}, ${given}) else ${newer} end`
    })
  return `insert into ${qualified(schema, table)} as u (${columnList(columns)})
    select ${values.join(', ')} from ${stage} s order by s.id
    on conflict (id) do update set ${updates.join(', ')}`
}

/** The value of a column that was received last for an id. `column`: of the table that `table` is folded from. */
export function latest(schema: string, table: FoldedTable, column: string, id: string, types: DeclaredTypes): string {
  const from = FOLDED_FROM[table]
  // Several calls of one request are received at one moment: then their own times tell, then something that stays.
  const hasTime = types.get(from)?.has('timestamp') === true
  const order = ['f.received_at desc nulls last', ...(hasTime ? ['f."timestamp" desc nulls last'] : []), 'f.id desc']
  const name = `f.${identifier(column)}`
  return `(select ${name} from ${qualified(schema, from)} f where f.${KEY_OF[table]} = ${id} and ${name} is not null
    order by ${order.join(', ')} limit 1)`
}
