import type { Cursor, Loaded, WarehouseSession } from '../../src/connectors/index.ts'
import {
  type CollectedObject,
  type Limits,
  Names,
  objectRows,
  planLoad,
  type SyncNotice,
} from '../../src/tables/index.ts'
import { Random } from './random.ts'

const AT = Date.UTC(2026, 2, 1)
const LOADED = '2026-03-01T12:00:00.000Z'
/** Of each property the kind of its values, so that its column is of the same type however a log is cut. */
const KINDS = {
  name: (random: Random) => random.of(['Sea', 'ä😆"\\', 'x\ty', '0']),
  beds: (random: Random) => random.below(1e6),
  rate: (random: Random) => random.below(1_000) + 0.5,
  vacant: (random: Random) => random.chance(0.5),
  at: (random: Random) => new Date(AT + random.below(1e9)).toISOString(),
}

/** Objects of two collections in the order in which they were set: some of a thing, or all of it, and things that are gone. */
export function someObjects(seed: number, count: number): CollectedObject[] {
  const random = new Random(seed)
  return Array.from({ length: count }, (_, n) => {
    const properties = Object.fromEntries(
      Object.entries(KINDS)
        .filter(() => random.chance(0.5))
        .map(([name, make]) => [name, random.chance(0.2) ? null : make(random)]),
    )
    return {
      collection: random.of(['rooms', 'guests']),
      id: `r${random.below(count / 8)}`,
      properties: { ...properties, ...(random.chance(0.1) && { is_deleted: true }) },
      receivedAt: new Date(AT + n * 1_000).toISOString(),
      ...(random.chance(0.3) && { whole: true as const }),
    }
  })
}

/** What tables have to have of them: by collection and id what was set last, without what has no value. */
export function plainObjects(objects: readonly CollectedObject[]): Map<string, Map<string, Record<string, unknown>>> {
  const tables = new Map<string, Map<string, Record<string, unknown>>>()
  for (const { collection, id, properties, whole } of objects) {
    const rows = tables.get(collection) ?? new Map<string, Record<string, unknown>>()
    const row: Record<string, unknown> = { ...(whole ? {} : rows.get(id)), id, ...properties }
    tables.set(collection, rows.set(id, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))))
  }
  return tables
}

/** One load of objects, as a sync does it. */
export async function loadObjects(
  session: WarehouseSession,
  limits: Limits,
  objects: readonly CollectedObject[],
  {
    schema = 'shop',
    reader = 'objects',
    from,
    to,
    discards,
  }: { schema?: string; reader?: string; from: Cursor | null; to: Cursor; discards?: readonly SyncNotice[] },
): Promise<Loaded> {
  const { rows, remarks } = objectRows(objects, new Names(limits.nameBytes), { isAlone: true })
  const facts = { limits, loadedAt: LOADED, remarks }
  const { additions } = planLoad(rows, { ...facts, catalogue: await session.catalogue(schema) })
  if (additions.length > 0) await session.extend(schema, additions)
  const { merges } = planLoad(rows, { ...facts, catalogue: await session.catalogue(schema) })
  return session.load({
    schema,
    tables: [],
    upserts: [],
    merges,
    cursor: { reader, from, to },
    ...(discards && { discards }),
  })
}

/** Loads a log from where its reader stands, in portions. Fails as its session does. */
export async function syncObjects(
  session: WarehouseSession,
  limits: Limits,
  log: readonly CollectedObject[],
  portion: number,
): Promise<void> {
  const schema = 'shop'
  for (let from = await session.cursor(schema, 'objects'); (from?.index ?? 0) < log.length;) {
    const start = from?.index ?? 0
    const to = { seq: 1, index: Math.min(log.length, start + portion) }
    const loaded = await loadObjects(session, limits, log.slice(start, to.index), { from, to })
    from = loaded.state === 'moved' ? loaded.to : to
  }
}

/** Rows as a warehouse answers them, as `plainObjects` has them. */
export function plainOf(rows: readonly Record<string, unknown>[]): Map<string, Record<string, unknown>> {
  // Readers answer whole numbers as they like.
  const plain = (name: string, value: unknown) =>
    typeof value === 'bigint' || name === 'beds' ? Number(value) : value instanceof Date ? value.toISOString() : value
  return new Map(
    rows.map((row) => {
      const own = Object.entries(row).filter(
        ([name, value]) => value !== null && value !== undefined && name !== 'received_at' && name !== 'uuid_ts',
      )
      return [String(row['id']), Object.fromEntries(own.map(([name, value]) => [name, plain(name, value)]))]
    }),
  )
}
