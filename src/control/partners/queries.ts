import { and, asc, desc, eq, inArray, isNotNull, or, type SQL, sql } from 'drizzle-orm'
import { type Integration, OWN_ENTRIES } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { type Database, type Listed, mapPage, type Page, readPage } from '../../settings/index.ts'
import { getProgramme, type Programme } from '../programme/index.ts'
import { hashOf, isLink } from './links.ts'
import { lookOf } from '../look-alike.ts'
import { applicationEntries, applicationLinks, applications, partners } from './schema.ts'
import type { ApplicationState } from './states.ts'

export type Application = typeof applications.$inferSelect
export type ApplicationEntry = typeof applicationEntries.$inferSelect

/** Another application that this one can be taken for. */
export type Alike = Pick<Application, 'id' | 'company' | 'site' | 'email' | 'state'>

/** An integration as a name in the catalogue. */
export type AlikeIntegration = Pick<Integration, 'slug' | 'name'>

/** What is told of: those that wait for us by the time we promised, so that what is overdue comes first; others by time. */
export async function listApplications(
  { orm }: Database,
  states: readonly ApplicationState[],
  page: Page,
): Promise<Listed<Application>> {
  const queue = states.length === 1 && states[0] === 'waiting'
  const mine = inArray(applications.state, [...states])
  const time = queue ? applications.dueAt : applications.ballSince
  const listed = await readPage({ columns: [time, applications.id], desc: !queue }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ application: applications, ...sums })
        .from(applications)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(applications).where(mine),
    keyOf: ({ application }) => [(queue ? application.dueAt : application.ballSince) ?? 0, application.id],
  })
  return mapPage(listed, ({ application }) => application)
}

/** How many there are by state, and the median of the last twenty answers in milliseconds; `null`: there is none yet. */
export interface QueueFigures {
  counts: Partial<Record<ApplicationState, number>>
  median: number | null
}

/** One query. */
export async function readQueueFigures({ orm }: Database): Promise<QueueFigures> {
  const last = sql<string>`(SELECT json_group_array(took_ms) FROM (${lastAnswers({ orm })}))`
  const rows = await orm
    .select({ state: applications.state, n: sql<number>`count(*)`, last })
    .from(applications)
    .groupBy(applications.state)
  return {
    counts: Object.fromEntries(rows.map(({ state, n }) => [state, n])),
    median: medianOf(JSON.parse(rows[0]?.last ?? '[]') as number[]),
  }
}

/** Throws 404 when there is none. */
export async function getApplication({ orm }: Database, id: string): Promise<Application> {
  const [row] = await orm.select().from(applications).where(eq(applications.id, id))
  if (!row) throw refusal(404, `There is no application ${id}.`)
  return row
}

/** The last that an address has sent in and that is not over, if any. */
export async function findOpenApplication({ orm }: Database, email: string): Promise<Application | undefined> {
  const [row] = await orm
    .select()
    .from(applications)
    .where(and(eq(applications.email, email), inArray(applications.state, ['waiting', 'asked', 'accepted'])))
    .orderBy(desc(applications.createdAt))
    .limit(1)
  return row
}

/** The record of an application, the oldest first. `id`: itself, or what selects it. One query. */
async function readRecord({ orm }: Database, id: string | SQL): Promise<ApplicationEntry[]> {
  return orm
    .select()
    .from(applicationEntries)
    .where(eq(applicationEntries.applicationId, id))
    .orderBy(asc(applicationEntries.id))
    .limit(200)
}

/** An application with all that its reviewer sees. */
export interface ApplicationDescribed {
  application: Application
  entries: ApplicationEntry[]
  alike: Alike[]
  /** Integrations that are live and that its company can be taken for. */
  alikeIntegrations: AlikeIntegration[]
}

/** Two queries. Throws 404 when there is none. */
export async function describeApplication(db: Database, id: string): Promise<ApplicationDescribed> {
  const [[found, ...alike], entries] = await Promise.all([listWithAlike(db, id), readRecord(db, id)])
  if (found?.application.id !== id) throw refusal(404, `There is no application ${id}.`)
  const { application, live } = found
  const all = [...OWN_ENTRIES, ...(JSON.parse(live) as AlikeIntegration[])]
  const alikeIntegrations = all
    .filter(({ name, slug }) => [name, slug].some((one) => lookOf(one) === application.look))
    .slice(0, MOST_ALIKE)
    .map(({ slug, name }) => ({ slug, name }))
  return { application, entries, alike: alike.map((one) => one.application), alikeIntegrations }
}

const MOST_ALIKE = 10

/** Partners' integrations that are live: `[{"slug":"…","name":"…"}]`. */
const LIVE = sql<string>`(SELECT json_group_array(json_object('slug', slug, 'name', name)) FROM integrations WHERE status = 'PUBLIC')`

/** The application itself, and after it others whose name can be taken for its own, or who have the same address. */
async function listWithAlike({ orm }: Database, id: string) {
  const itself = sql`${applications.id} = ${id}`
  const its = (column: string) => sql`(SELECT ${sql.raw(column)} FROM applications WHERE id = ${id})`
  return orm
    .select({ application: applications, live: sql<string>`CASE WHEN ${itself} THEN ${LIVE} ELSE '[]' END` })
    .from(applications)
    .where(or(itself, eq(applications.look, its('look')), eq(applications.email, its('email'))))
    .orderBy(desc(itself), desc(applications.createdAt))
    .limit(1 + MOST_ALIKE)
}

/** How many customers of an integration in beta count, as of the last hour. */
export interface BetaSlots {
  id: string
  name: string
  filled: number
}

/** How an application stands, for whoever has its private link. */
export interface ApplicationStanding {
  application: Application
  entries: ApplicationEntry[]
  /** Of those that wait for us, from 1; `null`: it does not wait for us. */
  place: number | null
  /** Of their integrations in beta. */
  slots: BetaSlots[]
}

/** `undefined`: the link is none of ours, or too old; the programme is there for the page all the same. Three queries. */
export async function findStanding(
  db: Database,
  token: string,
): Promise<{ programme: Programme; standing: ApplicationStanding | undefined }> {
  const link = isLink('status', await hashOf(token), db.ctx.now())
  const id = sql`(SELECT ${applicationLinks.applicationId} FROM ${applicationLinks} WHERE ${link})`
  const before = sql<number>`(SELECT count(*) FROM applications AS others WHERE others.state = 'waiting' AND (others.due_at, others.id) < (applications.due_at, applications.id))`
  // The tables are of features that stand on this one.
  const slots = sql<string>`(SELECT json_group_array(json_object('id', i.id, 'name', i.name, 'filled', coalesce(l.filled, 0)))
    FROM integrations AS i JOIN lifecycles AS l ON l.integration_id = i.id
    WHERE i.workspace_id = applications.sandbox_id AND i.status IN ('PRIVATE_BETA', 'PUBLIC_BETA'))`
  const [[row], entries, programme] = await Promise.all([
    db.orm.select({ application: applications, before, slots }).from(applications).where(eq(applications.id, id)),
    readRecord(db, id),
    getProgramme(db),
  ])
  if (!row) return { programme, standing: undefined }
  const { application } = row
  const place = application.state === 'waiting' ? row.before + 1 : null
  return { programme, standing: { application, entries, place, slots: JSON.parse(row.slots) as BetaSlots[] } }
}

/** Of the last twenty answers the median time that they waited for us, in milliseconds; `null`: there is none yet. */
export async function medianAnswer(db: Database): Promise<number | null> {
  return medianOf((await lastAnswers(db)).map(({ took }) => took ?? 0))
}

function lastAnswers({ orm }: Pick<Database, 'orm'>) {
  return orm
    .select({ took: applicationEntries.tookMs })
    .from(applicationEntries)
    .where(isNotNull(applicationEntries.tookMs))
    .orderBy(desc(applicationEntries.at))
    .limit(20)
}

function medianOf(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b)
  if (sorted.length === 0) return null
  const middle = sorted.length >> 1
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[middle]]
  return (low + high) / 2
}

export type Partner = typeof partners.$inferSelect

/** Those whose application was accepted, the newest first. One query. */
export async function listPartners({ orm }: Database, page: Page): Promise<Listed<Partner>> {
  const listed = await readPage({ columns: [partners.createdAt, partners.workspaceId], desc: true }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ partner: partners, ...sums })
        .from(partners)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(partners),
    keyOf: ({ partner }) => [partner.createdAt, partner.workspaceId],
  })
  return mapPage(listed, ({ partner }) => partner)
}
