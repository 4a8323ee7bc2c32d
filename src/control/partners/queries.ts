import { and, asc, desc, eq, inArray, isNotNull, ne, or, sql } from 'drizzle-orm'
import { refusal } from '../../refusal.ts'
import { type Database, type Listed, mapPage, type Page, readPage } from '../../settings/index.ts'
import { getProgramme, type Programme } from '../programme/index.ts'
import { findByLink } from './links.ts'
import { applicationEntries, applications, partners } from './schema.ts'
import type { ApplicationState } from './states.ts'

export type Application = typeof applications.$inferSelect
export type ApplicationEntry = typeof applicationEntries.$inferSelect

/** Another application that this one can be taken for. */
export type Alike = Pick<Application, 'id' | 'company' | 'site' | 'email' | 'state'>

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

/** Counts by state. One query. */
export async function countApplications({ orm }: Database): Promise<Partial<Record<ApplicationState, number>>> {
  const rows = await orm
    .select({ state: applications.state, n: sql<number>`count(*)` })
    .from(applications)
    .groupBy(applications.state)
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
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

/** The record of an application, the oldest first. One query. */
export async function readRecord({ orm }: Database, id: string): Promise<ApplicationEntry[]> {
  return orm
    .select()
    .from(applicationEntries)
    .where(eq(applicationEntries.applicationId, id))
    .orderBy(asc(applicationEntries.id))
    .limit(200)
}

/** An application with all that its reviewer sees. Three queries. Throws 404 when there is none. */
export async function describeApplication(
  db: Database,
  id: string,
): Promise<{ application: Application; entries: ApplicationEntry[]; alike: Alike[] }> {
  const application = await getApplication(db, id)
  const [entries, alike] = await Promise.all([readRecord(db, id), listAlike(db, application)])
  return { application, entries, alike }
}

const MOST_ALIKE = 10

/** Others whose name can be taken for this one's, or who have the same address. */
async function listAlike({ orm }: Database, { id, look, email }: Application): Promise<Alike[]> {
  const { company, site, state } = applications
  return orm
    .select({ id: applications.id, company, site, email: applications.email, state })
    .from(applications)
    .where(and(ne(applications.id, id), or(eq(applications.look, look), eq(applications.email, email))))
    .orderBy(desc(applications.createdAt))
    .limit(MOST_ALIKE)
}

/** How an application stands, for whoever has its private link. */
export interface ApplicationStanding {
  application: Application
  entries: ApplicationEntry[]
  /** Of those that wait for us, from 1; `null`: it does not wait for us. */
  place: number | null
  programme: Programme
}

/** `undefined`: the link is none of ours, or too old. Four queries. */
export async function findStanding(db: Database, token: string): Promise<ApplicationStanding | undefined> {
  const id = await findByLink(db, 'status', token)
  if (id === undefined) return undefined
  const before = sql<number>`(SELECT count(*) FROM applications AS others WHERE others.state = 'waiting' AND (others.due_at, others.id) < (applications.due_at, applications.id))`
  const [[row], programme] = await Promise.all([
    db.orm.select({ application: applications, before }).from(applications).where(eq(applications.id, id)),
    getProgramme(db),
  ])
  if (!row) return undefined
  const { application } = row
  const entries = await readRecord(db, id)
  return { application, entries, programme, place: application.state === 'waiting' ? row.before + 1 : null }
}

/** Of the last twenty answers the median time that they waited for us, in milliseconds; `null`: there is none yet. */
export async function medianAnswer({ orm }: Database): Promise<number | null> {
  const rows = await orm
    .select({ took: applicationEntries.tookMs })
    .from(applicationEntries)
    .where(isNotNull(applicationEntries.tookMs))
    .orderBy(desc(applicationEntries.at))
    .limit(20)
  const sorted = rows.map(({ took }) => took ?? 0).toSorted((a, b) => a - b)
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
