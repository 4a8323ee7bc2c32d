import type { Database } from '../../settings/index.ts'
import type { Programme } from './queries.ts'
import { programme } from './schema.ts'

/** Writes all of it. */
export async function upsertProgramme({ orm }: Database, given: Programme): Promise<void> {
  await orm
    .insert(programme)
    .values({ id: 1, ...given })
    .onConflictDoUpdate({ target: programme.id, set: given })
}
