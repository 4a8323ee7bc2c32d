import { refusal } from '../refusal.ts'

/**
 * Waits for a write. That a value which must be unique is there already is for the database to say: whoever looks first
 * and writes then can be overtaken. `columns` has the field and the words for each such `table.column`; what is thrown is
 * a `Refusal` 409.
 */
export async function unlessTaken<T>(
  write: Promise<T>,
  columns: Record<string, { field: string; message: string }>,
): Promise<T> {
  try {
    return await write
  } catch (error) {
    const failed = constraintOf(error)
    const taken = Object.entries(columns).find(([column]) => failed?.includes(column))?.[1]
    throw taken ? refusal(409, taken.message, taken.field) : error
  }
}

/** The columns of a violated UNIQUE constraint, as SQLite names them. Drizzle may have wrapped D1's error. */
function constraintOf(error: unknown): string[] | undefined {
  if (!(error instanceof Error)) return undefined
  const columns = /UNIQUE constraint failed: ([\w., ]+)/.exec(error.message)?.[1]
  return columns?.split(', ') ?? constraintOf(error.cause)
}
