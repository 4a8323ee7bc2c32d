import { type BiValue, piecesOf } from '../../../integrations/index.ts'

/** What stands for a value that is not known here. */
const UNKNOWN: Record<BiValue, string> = {
  host: 'the host',
  port: 'the port',
  database: 'the database',
  user: 'the user that reads',
  schema: 'the schema of the source',
}

/** A step of a tool with what it names of a warehouse. */
export function filledStep(step: string, values: Partial<Record<BiValue, string>>) {
  return (
    <>
      {piecesOf(step).map((piece) => {
        if (typeof piece === 'string') return piece
        const value = values[piece.value]
        return value === undefined ? <em>{UNKNOWN[piece.value]}</em> : <code class="wrap">{value}</code>
      })}
    </>
  )
}
