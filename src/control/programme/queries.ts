import type { Database } from '../../settings/index.ts'
import { programme } from './schema.ts'

export type Programme = Omit<typeof programme.$inferSelect, 'id'>

/** As long as nobody has said anything else. */
const DEFAULTS: Programme = {
  name: 'Sluice',
  colour: '',
  colourDark: '',
  logo: '',
  logoType: '',
  community: '',
  terms: '',
  contact: '',
  promisedDays: 2,
  customersNeeded: 10,
  customerDays: 3,
  customerWindow: 14,
  rolloutMinutes: 60,
  updatedAt: 0,
}

/** One query. */
export async function getProgramme({ orm }: Database): Promise<Programme> {
  const [row] = await orm.select().from(programme)
  if (!row) return DEFAULTS
  const { id: _id, ...rest } = row
  return rest
}
