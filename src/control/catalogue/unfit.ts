import { and, asc, eq, gt, ne } from 'drizzle-orm'
import { type AllowLocal, API_KEY, type Region, type SettingField } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, destinationOfRow, destinations, type IntegrationRow } from '../../settings/index.ts'
import { settingProblems } from '../stored-settings.ts'

/** Destinations that are looked at together, and at most. */
const AT_ONCE = 500
const MOST = 20_000

/** What customers have filled in by. */
export interface AskedSettings {
  /** With the API key, where there is one. */
  fields: readonly SettingField[]
  regions: readonly Region[]
}

/** What customers are asked for by an integration with these settings of its own. */
export function askedBy(
  fields: readonly SettingField[],
  endpoint: string | null | undefined,
  regions: readonly Region[] | null | undefined,
): AskedSettings {
  const own = fields.filter(({ name }) => name !== API_KEY.name)
  return { fields: endpoint ? [API_KEY, ...own] : own, regions: regions ?? [] }
}

/**
 * Refuses what would make settings invalid that customers have given: 409, with how many destinations of other workspaces, and
 * not whose. Those that are not valid as it is do not count. Secrets are opened here and go nowhere.
 */
export async function refuseUnfit(
  db: Database,
  row: IntegrationRow,
  after: AskedSettings,
  options: { allowLocal: AllowLocal },
): Promise<void> {
  const before = askedBy(row.fields, row.endpoint, row.regions)
  if (!couldBeUnfit(before, after)) return
  const isGone = (region: string | null) =>
    before.regions.some(({ id }) => id === region) && !after.regions.some(({ id }) => id === region)
  let unfit = 0
  let last = ''
  for (let seen = 0; ; seen += AT_ONCE) {
    if (seen >= MOST)
      throw refusal(409, `It has more than ${MOST} destinations: they cannot be looked at here.`, 'settings')
    const theirs = and(eq(destinations.integrationId, row.id), ne(destinations.workspaceId, row.workspaceId))
    const found = await db.orm
      .select()
      .from(destinations)
      .where(and(theirs, gt(destinations.id, last)))
      .orderBy(asc(destinations.id))
      .limit(AT_ONCE)
    for (const destination of found) {
      const configured = await destinationOfRow(db, { destination, integration: row })
      const problems = ({ fields }: AskedSettings) =>
        settingProblems({ ...configured, integration: { fields } }, {}, options).length
      if (problems(before) === 0 && (isGone(destination.region) || problems(after) > 0)) unfit++
    }
    last = found.at(-1)?.id ?? ''
    if (found.length < AT_ONCE) break
  }
  if (unfit === 0) return
  const what = unfit === 1 ? '1 destination of a customer' : `${unfit} destinations of customers`
  const words = `With this, what is filled in at ${what} would not be valid any more. A new setting has to be optional or have a default; choices, regions and types that are in use stay.`
  throw refusal(409, words, 'settings')
}

/** Whether anything but words is another: else nothing that is valid can become invalid. */
function couldBeUnfit(before: AskedSettings, after: AskedSettings): boolean {
  const facts = ({ fields, regions }: AskedSettings) =>
    JSON.stringify([fields.map(factsOfField), regions.map(({ id }) => id)])
  return facts(before) !== facts(after)
}

/** A setting without its words. */
function factsOfField(field: SettingField) {
  const { label: _, description: __, ...facts } = field
  return Object.entries(facts).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
