import { and, desc, eq, inArray, isNull } from 'drizzle-orm'
import { randomId } from '../context.ts'
import type { Database } from './database.ts'
import { type Listed, type Page, readPage } from './paged.ts'
import { over, unlessFull } from './quotas.ts'
import { destinations, sources, writeKeys } from './schema.ts'
import { unlessTaken } from './taken.ts'
import { type Source } from './types.ts'
import { refusal } from '../refusal.ts'

export interface SourceInput {
  slug: string
  name: string
  metadataId: string
  enabled: boolean
  /** An existing key, so that a client that moves over changes its host and nothing else. */
  writeKey?: string | undefined
}

const KEY_TAKEN = {
  'write_keys.key': {
    field: 'writeKey',
    message:
      'This write key is or was in use. If it is yours, ask whoever runs this deployment: they can give it to your source.',
  },
}

/** The oldest first. */
export async function listSources(db: Database, workspaceId: string, page: Page): Promise<Listed<Source>> {
  const mine = eq(sources.workspaceId, workspaceId)
  const listed = await readPage({ columns: [sources.createdAt, sources.id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ source: sources, ...sums })
        .from(sources)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(sources).where(mine),
    keyOf: ({ source }) => [source.createdAt, source.id],
  })
  return {
    ...listed,
    lines: await withKeys(
      db,
      listed.lines.map(({ source }) => source),
    ),
  }
}

/** Throws 404 when the workspace has no such source. */
export async function getSource(db: Database, workspaceId: string, id: string): Promise<Source> {
  const rows = await db.orm
    .select()
    .from(sources)
    .where(and(eq(sources.id, id), eq(sources.workspaceId, workspaceId)))
  const [source] = await withKeys(db, rows)
  if (!source) throw refusal(404, `There is no source ${id}.`)
  return source
}

export async function createSource(db: Database, workspaceId: string, input: SourceInput): Promise<Source> {
  const { writeKey = randomId(db.ctx, '', 32), ...facts } = input
  const now = db.ctx.now()
  const row = { ...facts, id: randomId(db.ctx, 'src_'), workspaceId, createdAt: now, updatedAt: now }
  const tooMany = over(sources, eq(sources.workspaceId, workspaceId), db.quotas.sources)
  const writing = db.orm.batch([
    db.orm.insert(sources).values(row),
    db.orm.insert(writeKeys).values({ key: writeKey, sourceId: row.id, createdAt: now }),
    db.orm.delete(writeKeys).where(and(eq(writeKeys.key, writeKey), tooMany)),
    db.orm
      .delete(sources)
      .where(and(eq(sources.id, row.id), tooMany))
      .returning({ id: sources.id }),
  ])
  const [, , , takenBack] = await unlessTaken(writing, {
    'sources.slug': { field: 'slug', message: `The slug ${input.slug} is taken.` },
    ...KEY_TAKEN,
  })
  unlessFull(takenBack, db, 'sources')
  return { ...row, writeKeys: [writeKey] }
}

export async function updateSource(
  db: Database,
  workspaceId: string,
  id: string,
  changes: { name?: string | undefined; enabled?: boolean | undefined },
): Promise<Source> {
  const mine = and(eq(sources.id, id), eq(sources.workspaceId, workspaceId))
  await db.orm
    .update(sources)
    .set({ ...changes, updatedAt: db.ctx.now() })
    .where(mine)
  return getSource(db, workspaceId, id)
}

/** The source, its destinations and its keys; the keys stay taken. The archive is not touched. */
export async function deleteSource(db: Database, workspaceId: string, id: string): Promise<void> {
  await getSource(db, workspaceId, id)
  await db.orm.batch([
    db.orm.delete(destinations).where(eq(destinations.sourceId, id)),
    db.orm.update(writeKeys).set({ revokedAt: db.ctx.now() }).where(eq(writeKeys.sourceId, id)),
    db.orm.delete(sources).where(eq(sources.id, id)),
  ])
}

export async function addWriteKey(db: Database, workspaceId: string, id: string, key?: string): Promise<Source> {
  await getSource(db, workspaceId, id)
  const row = { key: key ?? randomId(db.ctx, '', 32), sourceId: id, createdAt: db.ctx.now() }
  const tooMany = over(writeKeys, eq(writeKeys.sourceId, id), db.quotas.keys)
  const writing = db.orm.batch([
    db.orm.insert(writeKeys).values(row),
    db.orm
      .delete(writeKeys)
      .where(and(eq(writeKeys.key, row.key), tooMany))
      .returning({ key: writeKeys.key }),
  ])
  const [, takenBack] = await unlessTaken(writing, KEY_TAKEN)
  unlessFull(takenBack, db, 'keys')
  return getSource(db, workspaceId, id)
}

export async function revokeWriteKey(db: Database, workspaceId: string, id: string, key: string): Promise<void> {
  const { writeKeys: keys } = await getSource(db, workspaceId, id)
  if (!keys.includes(key)) throw refusal(404, 'This source has no such write key.')
  await db.orm.update(writeKeys).set({ revokedAt: db.ctx.now() }).where(eq(writeKeys.key, key))
}

/** D1 takes a hundred parameters in a query. */
const MOST_PARAMETERS = 90

async function withKeys(db: Database, rows: (typeof sources.$inferSelect)[]): Promise<Source[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const parts = Array.from({ length: Math.ceil(ids.length / MOST_PARAMETERS) }, (_, n) =>
    ids.slice(n * MOST_PARAMETERS, (n + 1) * MOST_PARAMETERS),
  )
  const found = parts.map((part) =>
    db.orm
      .select()
      .from(writeKeys)
      .where(and(inArray(writeKeys.sourceId, part), isNull(writeKeys.revokedAt))),
  )
  const keys = (await Promise.all(found)).flat()
  return rows.map((row) => ({ ...row, writeKeys: keys.filter((key) => key.sourceId === row.id).map((key) => key.key) }))
}

/** Of every source of a workspace, the newest first. */
export async function sourceIds({ orm }: Database, workspaceId: string): Promise<string[]> {
  const mine = eq(sources.workspaceId, workspaceId)
  const rows = await orm.select({ id: sources.id }).from(sources).where(mine).orderBy(desc(sources.createdAt))
  return rows.map(({ id }) => id)
}
