import { and, asc, desc, eq, gt, inArray, lte, sql } from 'drizzle-orm'
import type { Integration, IntegrationState } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import {
  type Database,
  destinations,
  integrationOfRow,
  integrations,
  type Listed,
  mapPage,
  type Page,
  readPage,
} from '../../settings/index.ts'
import { betaGuests } from '../catalogue/index.ts'
import { type CertificationRow, certifications } from '../certification/index.ts'
import { applications, partners } from '../partners/index.ts'
import { type Certificate, certificateOf, isCertifiable } from './certified.ts'
import type { SubmissionView } from './views.ts'
import { betaLinks, lifecycleEntries, lifecycles } from './schema.ts'
import { type LifeStanding, OWN_DECISION } from './states.ts'

export type Lifecycle = Omit<typeof lifecycles.$inferSelect, 'integrationId'>
export type LifecycleEntry = typeof lifecycleEntries.$inferSelect
/** An invitation. `used`: workspaces that have followed it. */
export type BetaLink = Omit<typeof betaLinks.$inferSelect, 'hash'> & { used: number }

/** Of one that nobody has done anything with yet. */
const NO_LIFE: Lifecycle = {
  turn: null,
  since: 0,
  dueAt: null,
  submittedAt: null,
  reviewedAt: null,
  reviewer: null,
  endsAt: null,
  measuredAt: null,
  decidedBy: null,
  appealedAt: null,
  overturnedAt: null,
  filled: null,
}

/** An integration, and how far it is in its life. */
export interface Living {
  integration: Integration
  life: Lifecycle
  /** The company whose workspace has made it; `null`: it is no partner's. */
  company: string | null
  /** The newest of the live version that ended; `null`: there was none. */
  certification: CertificationRow | null
}

const livingColumns = {
  integration: integrations,
  life: lifecycles,
  company: partners.company,
  certification: certifications,
}
const itsLife = eq(lifecycles.integrationId, integrations.id)
const itsPartner = eq(partners.workspaceId, integrations.workspaceId)
const itsCertification = sql`${certifications.id} = (SELECT newest.id FROM certifications AS newest WHERE newest.integration_id = ${integrations.id} AND newest.version = ${integrations.certifiedVersion} AND newest.state = 'ended' ORDER BY newest.started_at DESC, newest.id DESC LIMIT 1)`

/** What `livingOf` reads. */
const selectLiving = ({ orm }: Database) =>
  orm
    .select(livingColumns)
    .from(integrations)
    .leftJoin(lifecycles, itsLife)
    .leftJoin(partners, itsPartner)
    .leftJoin(certifications, itsCertification)

type LivingRow = Awaited<ReturnType<typeof selectLiving>>[number]

function livingOf({ integration, life, company, certification }: LivingRow): Living {
  const { integrationId: _id, ...rest } = life ?? { ...NO_LIFE, since: integration.createdAt, integrationId: '' }
  return { integration: integrationOfRow(integration), life: rest, company, certification }
}

/** One by its id. `workspaceId`: and of this workspace's making. Throws 404. One query. */
export async function getLiving(db: Database, id: string, workspaceId?: string): Promise<Living> {
  const mine = workspaceId === undefined ? undefined : eq(integrations.workspaceId, workspaceId)
  const [row] = await selectLiving(db).where(and(eq(integrations.id, id), mine))
  if (!row) throw refusal(404, `There is no integration ${id}.`)
  return livingOf(row)
}

/** With what its page shows besides. */
export interface LivingDescribed extends Living {
  standing: LifeStanding
  certificate: Certificate | undefined
}

/**
 * What the table of transitions is asked about an integration. `customers`: whether enough of them use it; `whoId`: who would
 * answer an appeal.
 */
export async function describeStanding(
  db: Database,
  living: Living,
  { customers = false, whoId }: { customers?: boolean; whoId?: string } = {},
): Promise<LivingDescribed> {
  const { integration, life, company, certification } = living
  const certificate = await certificateOf(integration, certification)
  const holds = {
    partner: company !== null,
    certified: !isCertifiable(integration) || certificate?.holds === true,
    customers,
    due: life.endsAt !== null && life.endsAt <= db.ctx.now(),
    appealable: life.appealedAt === null && isDecidedByOthers(living),
    another: life.decidedBy === null || life.decidedBy !== whoId,
  }
  const standing = { state: integration.status, turn: life.turn, measure: integration.measure ?? null, holds }
  return { ...living, certificate, standing }
}

/** Whether it is where it is by a decision that is not its maker's own. */
function isDecidedByOthers({ integration, life }: Living): boolean {
  if (integration.measure !== undefined) return true
  return integration.status === 'DEPRECATED' && life.decidedBy !== OWN_DECISION
}

/** What customers are told of an integration of a partner, once it was reviewed. Times are milliseconds. */
export interface Review {
  company: string
  reviewedAt: number | null
  endsAt: number | null
  certificate: Certificate | undefined
}

/** `undefined`: it is no partner's, or was never reviewed. One query. */
export async function findReview(db: Database, { id }: Pick<Integration, 'id'>): Promise<Review | undefined> {
  const { certificate, company, life } = await describeStanding(db, await getLiving(db, id))
  if (company === null || life.reviewedAt === null) return undefined
  return { company, reviewedAt: life.reviewedAt, endsAt: life.endsAt, certificate }
}

/** The record of an integration, the oldest first, the newest two hundred. One query. */
export async function listLifecycleEntries({ orm }: Database, integrationId: string): Promise<LifecycleEntry[]> {
  const newest = await orm
    .select()
    .from(lifecycleEntries)
    .where(eq(lifecycleEntries.integrationId, integrationId))
    .orderBy(desc(lifecycleEntries.id))
    .limit(200)
  return newest.toReversed()
}

const STATES_OF_VIEW: Readonly<Record<SubmissionView, readonly IntegrationState[]>> = {
  waiting: ['PRIVATE_SUBMITTED', 'PUBLIC_BETA', 'PUBLIC', 'DEPRECATED'],
  partner: ['PRIVATE_SUBMITTED'],
  beta: ['PRIVATE_BETA', 'PUBLIC_BETA'],
  public: ['PUBLIC'],
  ending: ['DEPRECATED', 'UNAVAILABLE'],
}

/** Integrations of partners as a reviewer looks through them: who waits for us by the time we promised, others by time. */
export async function listSubmissions(db: Database, view: SubmissionView, page: Page): Promise<Listed<Living>> {
  const turn =
    view === 'waiting' ? eq(lifecycles.turn, 'us') : view === 'partner' ? eq(lifecycles.turn, 'partner') : undefined
  const wanted = and(inArray(integrations.status, [...STATES_OF_VIEW[view]]), turn)
  const queue = view === 'waiting'
  const time = queue ? lifecycles.dueAt : lifecycles.since
  const listed = await readPage({ columns: [time, lifecycles.integrationId], desc: !queue }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ ...livingColumns, ...sums })
        .from(lifecycles)
        .innerJoin(integrations, itsLife)
        .leftJoin(partners, itsPartner)
        .leftJoin(certifications, itsCertification)
        .where(and(wanted, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(lifecycles).innerJoin(integrations, itsLife).where(wanted),
    keyOf: ({ life, integration }) => [(queue ? life.dueAt : life.since) ?? 0, integration.id],
  })
  return mapPage(listed, livingOf)
}

/** Deprecated ones whose date has come, some of them. One query. */
export async function listEnding(db: Database, most: number): Promise<Living[]> {
  const due = lte(lifecycles.endsAt, db.ctx.now())
  const rows = await selectLiving(db)
    .where(and(eq(integrations.status, 'DEPRECATED'), due))
    .limit(most)
  return rows.map(livingOf)
}

/** Those that are not available and that somebody has switched on all the same, some of them. One query. */
export async function listStopped(db: Database, most: number): Promise<Living[]> {
  const on = sql`EXISTS (SELECT 1 FROM ${destinations} WHERE ${destinations.integrationId} = ${integrations.id} AND ${destinations.enabled} = 1)`
  const rows = await selectLiving(db)
    .where(and(eq(integrations.status, 'UNAVAILABLE'), on))
    .limit(most)
  return rows.map(livingOf)
}

/** The address that a partner applied with; `null`: it is no partner. One query. */
export async function addressOfMaker({ orm }: Database, workspaceId: string): Promise<string | null> {
  const [row] = await orm
    .select({ email: applications.email })
    .from(partners)
    .innerJoin(applications, eq(applications.id, partners.applicationId))
    .where(eq(partners.workspaceId, workspaceId))
  return row?.email ?? null
}

const used = sql<number>`(SELECT count(*) FROM ${betaGuests} WHERE ${betaGuests.link} = ${betaLinks.hash})`
const linkColumns = {
  id: betaLinks.id,
  integrationId: betaLinks.integrationId,
  label: betaLinks.label,
  most: betaLinks.most,
  used,
  createdAt: betaLinks.createdAt,
  expiresAt: betaLinks.expiresAt,
}

/** Invitations that have not expired, the oldest first. One query. */
export async function listBetaLinks({ orm, ctx }: Database, integrationId: string): Promise<BetaLink[]> {
  return orm
    .select(linkColumns)
    .from(betaLinks)
    .where(and(eq(betaLinks.integrationId, integrationId), gt(betaLinks.expiresAt, ctx.now())))
    .orderBy(asc(betaLinks.createdAt), asc(betaLinks.id))
}

/** The integration that an invitation leads to; `undefined`: it is too old, withdrawn or none of ours. One query. */
export async function findInvited(
  db: Database,
  hash: string,
  workspaceId: string,
): Promise<(Living & { full: boolean; joined: boolean }) | undefined> {
  const joined = sql<number>`EXISTS (SELECT 1 FROM ${betaGuests} WHERE ${betaGuests.integrationId} = ${integrations.id} AND ${betaGuests.workspaceId} = ${workspaceId})`
  const [row] = await db.orm
    .select({
      ...livingColumns,
      full: sql<number>`${used} >= ${betaLinks.most}`,
      joined,
    })
    .from(betaLinks)
    .innerJoin(integrations, eq(integrations.id, betaLinks.integrationId))
    .leftJoin(lifecycles, itsLife)
    .leftJoin(partners, itsPartner)
    .leftJoin(certifications, itsCertification)
    .where(and(eq(betaLinks.hash, hash), gt(betaLinks.expiresAt, db.ctx.now())))
  return row && { ...livingOf(row), full: row.full === 1, joined: row.joined === 1 }
}

/** Integrations in beta, which become public once enough customers use them, some of them. One query. */
export async function listInBeta(db: Database, most: number): Promise<Living[]> {
  const rows = await selectLiving(db)
    .where(and(inArray(integrations.status, ['PRIVATE_BETA', 'PUBLIC_BETA']), sql`${partners.workspaceId} IS NOT NULL`))
    .orderBy(asc(integrations.updatedAt))
    .limit(most)
  return rows.map(livingOf)
}
