import { and, eq, sql } from 'drizzle-orm'
import type { Integration } from '../../integrations/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import type { Database } from '../../settings/index.ts'
import { type Count, countCustomers, type Customer, type CustomerRule, type OfWorkspace } from './customers.ts'
import { customerConsents } from './schema.ts'

/** As long as the operator has said nothing else. */
const DEFAULT_RULE: CustomerRule = { needed: 10, days: 3, window: 14 }
/** Workspaces that are looked at, the first that connected it. */
const MOST_CUSTOMERS = 500

/** As SQLite has it: flags are numbers. */
type CustomerJson = Omit<Customer, 'sandbox' | 'on'> & { sandbox: number; on: number }

const PEOPLE = sql.raw(
  "json_group_array(json_object('userId', m.user_id, 'domain', lower(substr(u.email, instr(u.email, '@') + 1))))",
)

/** Who has connected an integration, and who of them counts as a customer. One query. */
export async function countCustomersOf({ orm, ctx }: Database, integrationId: string): Promise<Count> {
  const today = Math.floor(ctx.now() / DAY_MS)
  // Of all days of health the last alone is known, and the lane's are asked for hourly: together they are no minute late.
  const days = sql`(SELECT count(DISTINCT day) FROM (
    SELECT dd.day AS day FROM destinations AS d2 JOIN delivery_days AS dd ON dd.destination_id = d2.id
      WHERE d2.integration_id = d.integration_id AND d2.workspace_id = d.workspace_id AND dd.delivered > 0
    UNION SELECT h.last_delivered_at / ${DAY_MS} FROM destinations AS d3 JOIN destination_health AS h ON h.destination_id = d3.id
      WHERE d3.integration_id = d.integration_id AND d3.workspace_id = d.workspace_id AND h.last_delivered_at IS NOT NULL
  ) WHERE day <= ${today} AND day > ${today} - rule.window)`
  const found = await orm.all<{ rule: string; maker: string; customers: string }>(sql`
    WITH rule AS (
      SELECT coalesce(max(customers_needed), ${DEFAULT_RULE.needed}) AS needed, coalesce(max(customer_days), ${DEFAULT_RULE.days}) AS days,
        coalesce(max(customer_window), ${DEFAULT_RULE.window}) AS window FROM programme
    ), maker AS (SELECT workspace_id FROM integrations WHERE id = ${integrationId})
    SELECT (SELECT json_object('needed', needed, 'days', days, 'window', window) FROM rule) AS rule,
      (SELECT json_object('workspaceId', workspace_id,
        'people', json((SELECT ${PEOPLE} FROM members AS m JOIN users AS u ON u.id = m.user_id WHERE m.workspace_id = maker.workspace_id)),
        'application', json((SELECT json_object('email', a.email, 'site', a.site) FROM partners AS p JOIN applications AS a ON a.id = p.application_id
          WHERE p.workspace_id = maker.workspace_id))) FROM maker) AS maker,
      (SELECT json_group_array(json_object('workspaceId', workspace_id, 'name', name, 'since', since, 'sandbox', sandbox, 'on', is_on,
          'days', days, 'owners', json(owners), 'writers', json(writers))) FROM (
        SELECT d.workspace_id, min(d.created_at) AS since, w.sandbox,
          max(d.enabled = 1 AND d.paused = 0 AND s.enabled = 1) AS is_on, ${days} AS days,
          (SELECT w.name FROM customer_consents AS c
            WHERE c.workspace_id = d.workspace_id AND c.integration_id = d.integration_id AND c.named = 1) AS name,
          (SELECT ${PEOPLE} FROM members AS m JOIN users AS u ON u.id = m.user_id
            WHERE m.workspace_id = d.workspace_id AND m.role = 'owner') AS owners,
          (SELECT ${PEOPLE} FROM members AS m JOIN users AS u ON u.id = m.user_id
            WHERE m.workspace_id = d.workspace_id AND m.role <> 'read-only') AS writers
        FROM destinations AS d JOIN workspaces AS w ON w.id = d.workspace_id JOIN sources AS s ON s.id = d.source_id, rule
        WHERE d.integration_id = ${integrationId}
        GROUP BY d.workspace_id ORDER BY since, d.workspace_id LIMIT ${MOST_CUSTOMERS})) AS customers`)
  const [row] = found
  const rule = JSON.parse(row?.rule ?? '{}') as CustomerRule
  const { workspaceId, people, application } = JSON.parse(row?.maker ?? '{}') as {
    workspaceId: string
    people: OfWorkspace[]
    application: { email: string; site: string } | null
  }
  const domains = application ? [domainOf(application.email), new URL(application.site).hostname] : []
  const customers = (JSON.parse(row?.customers ?? '[]') as CustomerJson[]).map((one) => ({
    ...one,
    sandbox: one.sandbox === 1,
    on: one.on === 1,
  }))
  return countCustomers(rule, { workspaceId, people, domains }, customers)
}

const domainOf = (email: string) => email.slice(email.indexOf('@') + 1)

/** Whether somebody else has made it, who wants to know who uses it. */
export function isOthers({ maker }: Pick<Integration, 'maker'>, workspaceId: string): boolean {
  return maker !== undefined && maker !== workspaceId
}

/** What a workspace lets the maker of an integration that it has connected be told. */
export interface Consent {
  /** That it is this workspace. */
  named: boolean
  /** Failures with its events as they were sent. */
  samples: boolean
}

/** Nothing, as long as it has said nothing. One query. */
export async function consentOf({ orm }: Database, workspaceId: string, integrationId: string): Promise<Consent> {
  const [row] = await orm
    .select({ named: customerConsents.named, samples: customerConsents.samples })
    .from(customerConsents)
    .where(and(eq(customerConsents.workspaceId, workspaceId), eq(customerConsents.integrationId, integrationId)))
  return row ?? { named: false, samples: false }
}
