import {
  and,
  count,
  eq,
  exists,
  inArray,
  isNotNull,
  isNull,
  lt,
  ne,
  not,
  notExists,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { randomId } from '../../context.ts'
import { type Integration, OWN_ENTRIES } from '../../integrations/index.ts'
import { refusal } from '../../refusal.ts'
import { asColumns } from '../as-columns.ts'
import { lookOf } from '../look-alike.ts'
import type { PictureType } from '../picture.ts'
import {
  type Database,
  destinations,
  integrationOfRow,
  type IntegrationRow,
  integrations,
  takeBack,
  unlessFull,
  unlessTaken,
} from '../../settings/index.ts'
import { checkHalves } from './halves.ts'
import { type MovedPlaces, movedPlaces, originAt } from './moved.ts'
import { hasCustomers, type OwnIntegration } from './queries.ts'
import { integrationPages, integrationVersions } from './schema.ts'
import {
  contentOfRow,
  VERSIONED,
  type VersionBody,
  versionColumns,
  type VersionContent,
  type VersionState,
} from './versions.ts'
import {
  contentAfter,
  type IntegrationChanges,
  type IntegrationInput,
  orNull,
  type PageInput,
  withApiKey,
  withoutAbsent,
} from './written.ts'

const WRITE_TRIES = 10
/** Versions of an integration that are kept beside those that somebody has. */
const KEPT_VERSIONS = 20

export async function insertIntegration(
  db: Database,
  workspaceId: string,
  input: IntegrationInput,
  page: PageInput = {},
): Promise<Integration> {
  const taken = { field: 'slug', message: `The slug ${input.slug} is taken.` }
  if (OWN_ENTRIES.some((one) => one.slug === input.slug)) throw refusal(409, taken.message, taken.field)
  const look = lookOf(input.slug)
  const alike = `The slug ${input.slug} looks like another’s, which it could be taken for.`
  if (OWN_ENTRIES.some((one) => lookOf(one.slug) === look)) throw refusal(409, alike, taken.field)
  checkHalves(input)
  const now = db.ctx.now()
  const row = {
    ...input,
    look,
    id: randomId(db.ctx, 'int_'),
    workspaceId,
    status: 'PRIVATE_BUILDING' as const,
    categories: input.categories ?? null,
    site: input.site ?? '',
    support: input.support ?? '',
    logoAt: null,
    markAt: null,
    ...picturedAt(page, now),
    endpoint: input.endpoint ?? null,
    regions: orNull(input.regions),
    device: input.device ?? null,
    warehouse: input.warehouse ?? null,
    bi: input.bi ?? null,
    maxInFlight: input.maxInFlight ?? null,
    batch: input.batch ?? null,
    fields: withApiKey(input.fields, input.endpoint),
    live: 1,
    rollout: null,
    measure: null,
    certifiedVersion: 1,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const mine = eq(integrations.workspaceId, workspaceId)
  const written = eq(integrations.id, row.id)
  const writing = db.orm.batch([
    db.orm.insert(integrations).values(row),
    takeBackAlike(db, row, written),
    takeBack(db, integrations, written, { mine, what: 'integrations' }),
    upsertPage(db, row.id, page),
  ])
  const [, takenBackAlike, takenBack] = await unlessTaken(writing, { 'integrations.slug': taken })
  if (takenBackAlike.length > 0) throw refusal(409, alike, taken.field)
  unlessFull(takenBack, db, 'integrations')
  return integrationOfRow(row)
}

/**
 * The statement that takes back the row just written where another workspace has a slug with its look: of two that ask at
 * the same moment the later one. One's own may look alike, as their maker knows them.
 */
function takeBackAlike({ orm }: Database, { look, workspaceId }: { look: string; workspaceId: string }, written: SQL) {
  const other = alias(integrations, 'other')
  const others = orm
    .select({ one: sql`1` })
    .from(other)
    .where(and(eq(other.look, look), ne(other.workspaceId, workspaceId)))
  return orm
    .delete(integrations)
    .where(and(written, exists(others)))
    .returning({ one: sql<number>`1` })
}

/**
 * Changes an integration that the workspace made itself, where nobody else has it. Fields and halves are looked at together, so
 * over a row that has changed meanwhile they are looked at again. `undefined`: what customers have is changed by a version.
 */
export async function updateIntegrationRow(
  db: Database,
  workspaceId: string,
  id: string,
  changes: IntegrationChanges,
  page: PageInput = {},
): Promise<Integration | undefined> {
  for (let tries = 1; tries <= WRITE_TRIES; tries++) {
    const mine = and(eq(integrations.id, id), eq(integrations.workspaceId, workspaceId))
    const [before] = await db.orm.select().from(integrations).where(mine)
    if (!before) throw refusal(404, `There is no integration ${id}.`)
    const after = contentAfter(before, changes)
    const { version } = before
    const moved = movedPlaces(before, after)
    const now = db.ctx.now()
    const [[row]] = await db.orm.batch([
      db.orm
        .update(integrations)
        .set({ ...contentOfRow(after), ...picturedAt(page, now), version: version + 1, updatedAt: now })
        .where(
          and(
            mine,
            eq(integrations.version, version),
            not(versionedRow()),
            moved && notExists(keeping(db, before, moved)),
          ),
        )
        .returning(),
      upsertPage(db, id, page, and(eq(integrations.version, version + 1), eq(integrations.updatedAt, now))),
    ])
    if (row) return integrationOfRow(row)
    const [versioned] = await db.orm.select({ id: integrations.id }).from(integrations).where(and(mine, versionedRow()))
    if (versioned) return undefined
    if (moved) await refuseKeysMove(db, before, moved)
  }
  throw refusal(409, `The integration ${id} is being changed by others. Try again.`)
}

/** A condition: as `isVersioned` has it, of the row as it stands at that moment. */
function versionedRow(): SQL {
  const draft = sql`EXISTS (SELECT 1 FROM ${integrationVersions} WHERE ${integrationVersions.integrationId} = ${integrations.id} AND ${integrationVersions.state} = 'draft')`
  const everywhere = inArray(integrations.status, [...VERSIONED])
  const beta = sql`(${integrations.status} = 'PRIVATE_BETA' AND ${hasCustomers()})`
  return sql`(${everywhere} OR ${integrations.rollout} IS NOT NULL OR ${draft} OR ${beta})`
}

/**
 * Writes what the next version is to be, of an integration as `describeOwnIntegration` has read it. The live one gets a row, too,
 * when it has none yet. Answers the draft's number; `undefined`: somebody else has changed something meanwhile.
 */
export async function upsertDraft(db: Database, own: OwnIntegration, after: VersionBody): Promise<number | undefined> {
  const { orm, ctx } = db
  const { live, draft } = own
  const now = ctx.now()
  const { integrationId, number, state, revision } = integrationVersions
  if (draft) {
    const [written] = await orm
      .update(integrationVersions)
      .set({ ...versionColumns(after), editedAt: now, revision: draft.revision + 1 })
      .where(
        and(eq(integrationId, live.id), eq(number, draft.number), eq(state, 'draft'), eq(revision, draft.revision)),
      )
      .returning({ number })
    return written?.number
  }
  const next = own.newest + 1
  const unchanged = and(eq(integrations.id, live.id), eq(integrations.version, live.version))
  const row = (of: number, as: VersionState, body: VersionBody) =>
    orm.insert(integrationVersions).select(
      orm
        .select(asColumns(versionRow(live, { number: of, state: as, now }, body)))
        .from(integrations)
        .where(unchanged),
    )
  const [, made] = await orm.batch([
    row(live.live, 'live', own.liveBody).onConflictDoNothing(),
    row(next, 'draft', after).onConflictDoNothing().returning({ number }),
    orm
      .delete(integrationVersions)
      .where(
        and(
          eq(integrationId, live.id),
          lt(number, next - KEPT_VERSIONS),
          notInArray(state, ['live', 'rolling', 'draft']),
        ),
      ),
  ])
  return made[0]?.number
}

/** In the order of the table's columns, as an insert of a select has to be. */
function versionRow(
  { id, certifiedVersion }: IntegrationRow,
  { number, state, now }: { number: number; state: VersionState; now: number },
  body: VersionBody,
) {
  const { content, ...page } = versionColumns(body)
  return {
    integrationId: id,
    number,
    state,
    // Columns of a select are not encoded.
    content: JSON.stringify(content) as unknown as VersionContent,
    ...page,
    certifiedVersion,
    previous: null,
    createdAt: now,
    editedAt: now,
    submittedAt: null,
    liveAt: null,
    endedAt: null,
    share: null,
    since: null,
    figures: null,
    lookedAt: null,
    why: '',
    revision: 1,
    changeId: '',
  }
}

/** What customers gave for one place is not sent to another: in the statement itself, as one may be giving it now. */
function keeping({ orm }: Database, { id }: Pick<IntegrationRow, 'id'>, { regions, others }: MovedPlaces) {
  const { integrationId, secrets, region } = destinations
  const elsewhere = others && or(isNull(region), notInArray(region, others.known))
  const there = regions.length === 0 ? undefined : inArray(region, regions)
  return orm
    .select({ n: count() })
    .from(destinations)
    .where(and(eq(integrationId, id), isNotNull(secrets), or(elsewhere, there)))
    .having(sql`count(*) > 0`)
}

/** Throws 409 where keys are kept for a place that moves, with their number. */
export async function refuseKeysMove(db: Database, before: IntegrationRow, moved: MovedPlaces): Promise<void> {
  const [row] = await keeping(db, before, moved)
  if (!row || row.n === 0) return
  const place = moved.others ? null : (moved.regions[0] ?? null)
  const origin = originAt(before, place)
  const where = origin === undefined ? 'while there was no endpoint' : `for ${origin}`
  const message = `The keys of ${row.n} ${row.n === 1 ? 'destination' : 'destinations'} were given ${where}, and are not sent anywhere else. Delete ${row.n === 1 ? 'it' : 'them'} first, or make another integration for the new endpoint.`
  throw refusal(409, message, place === null ? 'endpoint' : 'regions')
}

/** The statement that writes what an integration's page shows, where the integration is there as it has to be. */
function upsertPage({ orm }: Database, id: string, { docs, logo, mark }: PageInput, as?: SQL) {
  const given = withoutAbsent({
    docs,
    logo: logo?.body,
    logoType: logo?.type,
    mark: mark?.body,
    markType: mark?.type,
  })
  const row = { docs: '', logo: '', logoType: '', mark: '', markType: '', ...given }
  const written = orm
    .select({ integrationId: integrations.id, ...asColumns(row) })
    .from(integrations)
    .where(and(eq(integrations.id, id), as))
  const into = orm.insert(integrationPages).select(written)
  return Object.keys(given).length === 0
    ? into.onConflictDoNothing()
    : into.onConflictDoUpdate({ target: integrationPages.integrationId, set: given })
}

/** When pictures were changed, of those that are. */
function picturedAt({ logo, mark }: PageInput, now: number) {
  const at = (one: { type: PictureType }) => (one.type === '' ? null : now)
  return { ...(logo && { logoAt: at(logo) }), ...(mark && { markAt: at(mark) }) }
}
