import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import { type Database, integrations, type IntegrationRow, type Rollout } from '../../settings/index.ts'
import {
  integrationPages,
  integrationVersions,
  type RolloutFigures,
  type VersionBody,
  versionColumns,
} from '../catalogue/index.ts'
import { insertVersionEntry, type VersionEntry } from '../lifecycle/index.ts'
import type { VersionRow } from './queries.ts'

/** A version, and the integration as it is at that moment. */
interface Of {
  row: IntegrationRow
  version: VersionRow
}

type Entry = VersionEntry
type Set = Partial<VersionRow>

const itsNumber = (id: string, number: number) =>
  and(eq(integrationVersions.integrationId, id), eq(integrationVersions.number, number))

/**
 * Changes a version from the state and share in which it was read, and what follows from that, with an entry of the record: one
 * transaction. `false`: the version or its integration has changed meanwhile, and nothing was done.
 */
async function change(
  db: Database,
  { row, version }: Of,
  set: Set,
  follows: (entered: SQL) => readonly FollowUp[],
  entry?: Entry,
): Promise<boolean> {
  const { orm, ctx } = db
  const changeId = randomId(ctx, 'vch_')
  const { id, version: known } = row
  const same = sql`EXISTS (SELECT 1 FROM ${integrations} WHERE ${integrations.id} = ${id} AND ${integrations.version} = ${known})`
  // What follows happens as this change does, and not by what stands there after the statement before.
  const entered = sql`EXISTS (SELECT 1 FROM integration_versions WHERE integration_id = ${id} AND number = ${version.number} AND change_id = ${changeId})`
  const [changed] = await orm.batch([
    orm
      .update(integrationVersions)
      .set({ ...set, changeId })
      .where(
        and(
          itsNumber(id, version.number),
          eq(integrationVersions.state, version.state),
          eq(integrationVersions.revision, version.revision),
          eq(integrationVersions.changeId, version.changeId),
          same,
        ),
      )
      .returning({ number: integrationVersions.number }),
    ...follows(entered),
    ...(entry ? [insertVersionEntry(db, id, entry, entered)] : []),
  ])
  return changed.length > 0
}

type FollowUp = Parameters<Database['orm']['batch']>[0][number]

/** The draft is rolled out: `rollout` is what its first destinations have. */
export function startRollout(db: Database, of: Of, rollout: Rollout, certifiedVersion: number, entry: Entry) {
  const now = db.ctx.now()
  const { orm } = db
  const set = {
    state: 'rolling' as const,
    certifiedVersion,
    submittedAt: now,
    share: rollout.share,
    since: now,
    lookedAt: now,
  }
  return change(db, of, set, (entered) => [setRollout(orm, of, rollout, now, entered)], entry)
}

/** The next share of destinations has it. */
export function widenRollout(db: Database, of: Of, rollout: Rollout) {
  const now = db.ctx.now()
  const set = { share: rollout.share, since: now, figures: null, lookedAt: now }
  return change(db, of, set, (entered) => [setRollout(db.orm, of, rollout, now, entered)])
}

/** Nobody has it any more: it is over before it was live. */
export function endRollout(db: Database, of: Of, state: 'halted' | 'reverted', why: string, entry: Entry) {
  const now = db.ctx.now()
  const set = { state, why, endedAt: now, share: null }
  return change(db, of, set, (entered) => [setRollout(db.orm, of, null, now, entered)], entry)
}

function setRollout(orm: Database['orm'], { row }: Of, rollout: Rollout | null, now: number, entered: SQL) {
  return orm
    .update(integrations)
    .set({ rollout, version: row.version + 1, updatedAt: now })
    .where(and(eq(integrations.id, row.id), entered))
}

/**
 * All have it: the row of the integration is what the version says, and the live one is a former one. `watched`: its figures are
 * looked at for a while yet. `before`: what was live, as it is kept.
 */
export function makeLive(
  db: Database,
  of: Of,
  {
    before,
    body,
    certifiedVersion,
    watched,
  }: { before: VersionBody; body: VersionBody; certifiedVersion: number; watched: boolean },
  entry: Entry,
) {
  const { row, version } = of
  const now = db.ctx.now()
  // Its live index has room for one: first the old one leaves it.
  const set = {
    certifiedVersion,
    previous: row.live,
    submittedAt: version.submittedAt ?? now,
    liveAt: now,
    share: watched ? (100 as const) : null,
    since: watched ? now : null,
    figures: null,
    lookedAt: now,
  }
  return change(
    db,
    of,
    set,
    (entered) => [
      putFormer(db, of, row.live, { state: 'former', endedAt: now, ...versionColumns(before) }, entered),
      putFormer(db, of, version.number, { state: 'live' }, entered),
      ...setContent(db, of, { body, before, number: version.number, certifiedVersion }, entered),
    ],
    entry,
  )
}

/** A live version goes, and the one before it is live again. `body`: what customers have then. */
export function goBack(
  db: Database,
  of: Of,
  previous: VersionRow,
  { before, body, state, why }: { before: VersionBody; body: VersionBody; state: 'halted' | 'reverted'; why: string },
  entry: Entry,
) {
  const now = db.ctx.now()
  const { certifiedVersion, number } = previous
  return change(
    db,
    of,
    { state, why, endedAt: now, share: null },
    (entered) => [
      putFormer(db, of, number, { state: 'live', endedAt: null, ...versionColumns(body) }, entered),
      ...setContent(db, of, { body, before, number, certifiedVersion }, entered),
    ],
    entry,
  )
}

function putFormer({ orm }: Database, { row }: Of, number: number, set: Set, entered: SQL) {
  return orm
    .update(integrationVersions)
    .set(set)
    .where(and(itsNumber(row.id, number), entered))
}

function setContent(
  { orm, ctx }: Database,
  { row }: Of,
  {
    body,
    before,
    number,
    certifiedVersion,
  }: { body: VersionBody; before: VersionBody; number: number; certifiedVersion: number },
  entered: SQL,
) {
  const now = ctx.now()
  const { content, ...page } = versionColumns(body)
  const isSame = (name: 'logo' | 'mark') => body.pictures[name].body === before.pictures[name].body
  const at = (name: 'logo' | 'mark') => (body.pictures[name].type === '' ? null : now)
  const there = and(eq(integrations.id, row.id), entered)
  const columns = {
    docs: page.docs,
    logo: page.logo,
    logoType: page.logoType,
    mark: page.mark,
    markType: page.markType,
  }
  return [
    orm
      .update(integrations)
      .set({
        ...content,
        ...(!isSame('logo') && { logoAt: at('logo') }),
        ...(!isSame('mark') && { markAt: at('mark') }),
        live: number,
        certifiedVersion,
        rollout: null,
        version: row.version + 1,
        updatedAt: now,
      })
      .where(there),
    orm
      .insert(integrationPages)
      .select(
        sql`SELECT ${integrations.id}, ${page.docs}, ${page.logo}, ${page.logoType}, ${page.mark}, ${page.markType} FROM ${integrations} WHERE ${there}`,
      )
      .onConflictDoUpdate({ target: integrationPages.integrationId, set: columns }),
  ]
}

/** What came of it, when it was looked last. Changes nothing else, so it stands in nobody's way. */
export async function putFigures(
  { orm, ctx }: Database,
  { row, version }: Of,
  figures: RolloutFigures | null,
): Promise<void> {
  await orm
    .update(integrationVersions)
    .set({ lookedAt: ctx.now(), ...(figures && { figures }) })
    .where(and(itsNumber(row.id, version.number), eq(integrationVersions.changeId, version.changeId)))
}

/** It was watched long enough. */
export function endWatch(db: Database, of: Of): Promise<boolean> {
  return change(db, of, { share: null }, () => [])
}

/** `false`: there is no such draft, or it was edited meanwhile. */
export async function deleteDraft({ orm }: Database, integrationId: string, number: number): Promise<boolean> {
  const gone = await orm
    .delete(integrationVersions)
    .where(and(itsNumber(integrationId, number), inArray(integrationVersions.state, ['draft'])))
    .returning({ number: integrationVersions.number })
  return gone.length > 0
}
