import { Database } from '../../test/platform/database.ts'
import { PLATFORM } from '../../test/platform/limits.ts'
import type { Meter } from './meter.ts'
import { CountingSql } from './sql.ts'
import type { Invocations } from './usage.ts'

/** Answers at once: what it costs is rows. */
export function countingD1(meter: Meter, invocations: Invocations): D1Database {
  const sql = new CountingSql((query, { rowsRead, rowsWritten }) => {
    const what = query.slice(0, 60)
    if (rowsRead > 0) meter.add('d1RowsRead', what, rowsRead)
    if (rowsWritten > 0) meter.add('d1RowsWritten', what, rowsWritten)
  }, invocations)
  return new Database(sql, PLATFORM).binding(invocations.within('databases', async (_, effect) => effect()))
}
