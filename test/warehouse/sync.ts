import { setTimeout as sleep } from 'node:timers/promises'
import { archivedEvent } from '../../src/event/index.ts'
import { type Cursor, WarehouseError, type WarehouseSession } from '../../src/connectors/index.ts'
import { type Limits, looseRows, Names, planLoad, type SyncNotice } from '../../src/tables/index.ts'

/** Lists of so many, one after another. */
export function* inPortions<T>(all: Iterable<T>, size: number): Generator<T[]> {
  let portion: T[] = []
  for (const one of all) {
    if (portion.push(one) < size) continue
    yield portion
    portion = []
  }
  if (portion.length > 0) yield portion
}

export interface Target {
  schema: string
  limits: Limits
  open(): Promise<WarehouseSession>
  /** Milliseconds between two attempts. */
  pause?: number
  /** Whose cursor it is: `sync` unless it is another's. */
  reader?: string
}

const MOST_ATTEMPTS = 200

/** Loads portions of a log's lines as the platform does; whatever dies, it begins again at the cursor. Answers the notices. */
export async function syncPortions(portions: Iterable<readonly string[]>, target: Target): Promise<SyncNotice[]> {
  const notices: SyncNotice[] = []
  let seq = 0
  for (const lines of portions) {
    seq++
    // What one attempt has done counts for the next: only the cursor says whether it is over.
    for (let attempt = 1; ; attempt++) {
      try {
        notices.push(...(await loadPortion(lines, seq, target)))
        break
      } catch (error) {
        if (!(error instanceof WarehouseError) || !error.retry || attempt > MOST_ATTEMPTS) throw error
        await sleep(target.pause ?? 0)
      }
    }
  }
  return notices
}

async function loadPortion(
  lines: readonly string[],
  seq: number,
  { schema, limits, open, reader = 'sync' }: Target,
): Promise<SyncNotice[]> {
  const session = await open()
  try {
    const catalogue = await session.catalogue(schema)
    const from: Cursor | null = catalogue && (await session.cursor(schema, reader))
    if (from !== null && from.seq >= seq) return []
    const names = new Names(limits.nameBytes)
    const loose = lines.flatMap((line) => {
      const event = archivedEvent(line)
      return event ? [looseRows(event, names)] : []
    })
    const plan = planLoad(
      loose.flatMap(({ rows }) => rows),
      { catalogue, limits, loadedAt: '2026-03-01T00:00:00.000Z', remarks: loose.flatMap(({ remarks }) => remarks) },
    )
    await session.extend(schema, plan.additions)
    const { tables, upserts } = plan
    const loaded = await session.load({
      schema,
      tables,
      upserts,
      cursor: { reader, from, to: { seq, index: 0 } },
    })
    return loaded.state === 'loaded' ? [...plan.notices, ...loaded.notices] : []
  } finally {
    await session.end().catch(() => undefined)
  }
}
