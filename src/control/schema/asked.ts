import { EVENT_TYPES } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import { SCHEMA_SORTS, type SchemaEvent, type SchemaQuery } from '../../statistics/index.ts'

type Param = (name: string) => string | undefined

/** Letters of a search. */
export const MOST_LETTERS = 200

/** `q`, `type` and `sort` of a request. Throws `Refusal` 400. */
export function schemaQuery(param: Param): Omit<SchemaQuery, 'page'> {
  const text = param('q')?.trim() ?? ''
  if (text.length > MOST_LETTERS) throw refusal(400, `A search has at most ${MOST_LETTERS} letters.`, 'q')
  const type = param('type')
  return {
    sort: oneOf(SCHEMA_SORTS, param('sort'), 'sort') ?? 'day',
    ...(text !== '' && { text }),
    ...(type !== undefined && type !== '' && { type: oneOf(EVENT_TYPES, type, 'type') }),
  } as Omit<SchemaQuery, 'page'>
}

/** `type` and `name` of a request that is about one event; without a name: calls that have none. Throws `Refusal` 400. */
export function eventOfSchema(param: Param): Pick<SchemaEvent, 'type' | 'name'> {
  const type = oneOf(EVENT_TYPES, param('type'), 'type')
  if (!type) throw refusal(400, `Say which call: one of ${EVENT_TYPES.join(', ')}.`, 'type')
  return { type, name: param('name') ?? null }
}

/** `undefined`: nothing was said. Throws `Refusal` 400. */
function oneOf<T extends string>(all: readonly T[], text: string | undefined, field: string): T | undefined {
  const found = all.find((one) => one === text)
  if (text !== undefined && text !== '' && !found) throw refusal(400, `Must be one of ${all.join(', ')}.`, field)
  return found
}
