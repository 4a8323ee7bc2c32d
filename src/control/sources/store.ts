import { and, eq, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import type { SourceHealth } from '../../intake/index.ts'
import { refusal } from '../../refusal.ts'
import {
  type Database,
  destinations,
  over,
  type Source,
  sources,
  takeBack,
  unlessFull,
  unlessTaken,
  writeKeys,
} from '../../settings/index.ts'
import { sourceLabels } from '../labels/index.ts'
import { asColumns } from '../as-columns.ts'
import { getSource } from './queries.ts'
import { sourceHealth } from './schema.ts'

export interface SourceInput {
  slug: string
  name: string
  metadataId: string
  enabled: boolean
  /** Absent: what the deployment says. */
  eventsPerSecond?: number | null | undefined
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

export async function insertSource(db: Database, workspaceId: string, input: SourceInput): Promise<Source> {
  const { writeKey = randomId(db.ctx, '', 32), eventsPerSecond = null, ...facts } = input
  const now = db.ctx.now()
  const row = { ...facts, eventsPerSecond, id: randomId(db.ctx, 'src_'), workspaceId, createdAt: now, updatedAt: now }
  const mine = eq(sources.workspaceId, workspaceId)
  const writing = db.orm.batch([
    db.orm.insert(sources).values(row),
    db.orm.insert(writeKeys).values({ key: writeKey, sourceId: row.id, createdAt: now }),
    db.orm.delete(writeKeys).where(and(eq(writeKeys.key, writeKey), over(sources, mine, db.quotas.sources))),
    takeBack(db, sources, eq(sources.id, row.id), { mine, what: 'sources' }),
  ])
  const [, , , takenBack] = await unlessTaken(writing, {
    'sources.slug': { field: 'slug', message: `The slug ${input.slug} is taken.` },
    ...KEY_TAKEN,
  })
  unlessFull(takenBack, db, 'sources')
  return { ...row, writeKeys: [writeKey] }
}

export async function updateSourceRow(
  db: Database,
  workspaceId: string,
  id: string,
  changes: {
    name?: string | undefined
    enabled?: boolean | undefined
    eventsPerSecond?: number | null | undefined
  },
): Promise<Source> {
  const mine = and(eq(sources.id, id), eq(sources.workspaceId, workspaceId))
  await db.orm
    .update(sources)
    .set({ ...changes, updatedAt: db.ctx.now() })
    .where(mine)
  return getSource(db, workspaceId, id)
}

/** The source, its destinations, labels and keys; the keys stay taken. The archive is not touched. */
export async function deleteSourceRows(db: Database, workspaceId: string, id: string): Promise<void> {
  await getSource(db, workspaceId, id)
  await db.orm.batch([
    db.orm.delete(destinations).where(eq(destinations.sourceId, id)),
    db.orm.update(writeKeys).set({ revokedAt: db.ctx.now() }).where(eq(writeKeys.sourceId, id)),
    db.orm.delete(sourceLabels).where(eq(sourceLabels.sourceId, id)),
    db.orm.delete(sources).where(eq(sources.id, id)),
  ])
}

export async function insertWriteKey(db: Database, workspaceId: string, id: string, key?: string): Promise<Source> {
  await getSource(db, workspaceId, id)
  const row = { key: key ?? randomId(db.ctx, '', 32), sourceId: id, createdAt: db.ctx.now() }
  const writing = db.orm.batch([
    db.orm.insert(writeKeys).values(row),
    takeBack(db, writeKeys, eq(writeKeys.key, row.key), { mine: eq(writeKeys.sourceId, id), what: 'keys' }),
  ])
  const [, takenBack] = await unlessTaken(writing, KEY_TAKEN)
  unlessFull(takenBack, db, 'keys')
  return getSource(db, workspaceId, id)
}

export async function revokeWriteKeyRow(db: Database, workspaceId: string, id: string, key: string): Promise<void> {
  const { writeKeys: keys } = await getSource(db, workspaceId, id)
  if (!keys.includes(key)) throw refusal(404, 'This source has no such write key.')
  await db.orm.update(writeKeys).set({ revokedAt: db.ctx.now() }).where(eq(writeKeys.key, key))
}

/** Notes what came to a source, unless something newer is known of it or there is none any more. */
export async function upsertTraffic({ orm }: Database, sourceId: string, health: SourceHealth): Promise<void> {
  const { day, lastEventAt, usualGapMs, at } = health
  const row = { accepted: day.accepted, rejected: day.rejected, lastEventAt, usualGapMs, at }
  await orm
    .insert(sourceHealth)
    .select(
      orm
        .select({ sourceId: sources.id, ...asColumns(row) })
        .from(sources)
        .where(eq(sources.id, sourceId)),
    )
    .onConflictDoUpdate({ target: sourceHealth.sourceId, set: row, setWhere: sql`${sourceHealth.at} <= ${at}` })
}
