import { randomId } from '../../context.ts'
import { foldNotices } from '../../tables/index.ts'
import type { Cursor, Load, Loaded } from '../connector.ts'
import type { StageBucket } from './bucket.ts'
import type { DataApi, Ran } from './data-api.ts'
import { createDiscards, stagedDiscards } from './discards.ts'
import { type Packed, packLines } from './lines.ts'
import { countStage, createStage, dropStage, mergeStage } from './merge.ts'
import { packStatements } from './pack.ts'
import { type CopyRefusal, copyRefusals, takeOut } from './refused.ts'
import { bucketRegionOf, type RedshiftSettings } from './settings.ts'
import type { AwsDeps } from './signed.ts'
import { compareCursor, type CopySource, CURSORS_TABLE, copyFiles, isElsewhere, lockCursor, setCursor } from './sql.ts'
import { type LoadStage, loadStageOf, withDiscards } from './stage.ts'
import { isConflict, isNotThere, statementError } from './words.ts'

/** How long one transaction may take. */
const MOST_MS = 10 * 60_000
/** Of one transaction that others get in the way of. */
const CONFLICTS = 5
/** Times that COPY may refuse something; after the first ones the whole row goes. */
const REFUSALS = 8
const REFUSED_CELLS = 4

export interface LoadDeps extends AwsDeps {
  settings: RedshiftSettings
  api: DataApi
  bucket: StageBucket
  cursor(schema: string, reader: string): Promise<Cursor | null>
}

/** What a COPY refuses fails at this place of the batch. */
const COPY_AT = 3

/** One load: files, one transaction, files removed. What it is asked to do twice changes nothing the second time. */
export async function loadRows(load: Load, deps: LoadDeps): Promise<Loaded> {
  const plan = loadStageOf(load)
  let notices = foldNotices(plan.notices)
  for (let refused = 0; ; refused++) {
    const stage = load.discards
      ? withDiscards(plan, stagedDiscards(foldNotices(load.discards, notices), load.cursor.reader, nowOf(deps)))
      : plan
    const attempt = await attemptLoad(load, stage, deps)
    if (attempt.state === 'loaded') return { state: 'loaded', inserted: attempt.inserted, notices }
    if (attempt.state === 'moved') return attempt
    const found = takeOut(attempt.refusals, attempt.packed, plan, refused >= REFUSED_CELLS)
    if (refused === REFUSALS || found.length === 0) throw statementError(attempt.error, deps.settings)
    notices = foldNotices(notices, found)
  }
}

const nowOf = ({ ctx }: LoadDeps) => new Date(ctx.now()).toISOString()

type Attempt =
  | { state: 'loaded'; inserted: Record<string, number> }
  | { state: 'moved'; to: Cursor | null }
  | { state: 'refused'; refusals: CopyRefusal[]; packed: Packed; error: string }

async function attemptLoad(load: Load, plan: LoadStage, deps: LoadDeps): Promise<Attempt> {
  const { ctx, api, bucket, settings } = deps
  const id = `${load.schema.slice(0, 40).replaceAll('_', '-')}-${randomId(ctx, '', 16)}`
  const stage = `_sluice_stage_${randomId(ctx, '', 12)}`
  const packed = plan.slots.length > 0 ? await packLines(plan) : undefined
  try {
    const files = packed && (await bucket.put(id, packed.body))
    const source: CopySource | undefined = files && {
      manifestUrl: files.manifestUrl,
      iamRole: settings.iamRole,
      region: bucketRegionOf(settings),
    }
    const statements = statementsOf(load, plan, stage, source)
    const ran = await transact(statements, deps)
    if (ran.ok) {
      const inserted = packed ? await insertedOf(`${ran.id}:${statements.length - 1}`, plan, api) : {}
      return { state: 'loaded', inserted }
    }
    if (isElsewhere(ran.error)) {
      return { state: 'moved', to: await deps.cursor(load.schema, load.cursor.reader) }
    }
    // Nobody has made the table of cursors yet, or somebody has dropped it.
    if (isNotThere(ran.error) && (ran.part === 0 || ran.error.includes(CURSORS_TABLE)))
      return { state: 'moved', to: null }
    if (packed && files && source && isRefusal(ran)) {
      const refusals = await copyRefusals({ schema: load.schema, stage, plan, files, source }, api, MOST_MS)
      return { state: 'refused', refusals, packed, error: ran.error }
    }
    throw statementError(ran.error, settings)
  } finally {
    // What is left over is removed by a later session.
    if (packed) await bucket.remove(id).catch(() => undefined)
  }
}

function isRefusal({ error, part }: Ran & { ok: false }): boolean {
  return (part === null || part === COPY_AT) && /load_error|Load into table/i.test(error)
}

function statementsOf(load: Load, plan: LoadStage, stage: string, source: CopySource | undefined): string[] {
  const { schema, cursor } = load
  const head = [lockCursor(schema), compareCursor(schema, cursor)]
  const tail = [setCursor(schema, cursor)]
  if (!source) return [...head, ...tail]
  return packStatements(
    [
      ...head,
      createStage(schema, stage, plan),
      copyFiles(schema, stage, source),
      ...plan.discards.map(() => createDiscards(schema)),
    ],
    mergeStage(schema, stage, plan),
    [...tail, countStage(schema, stage), dropStage(schema, stage)],
    { schema, name: stage },
  )
}

/** The transaction, and once more when others got in its way. */
async function transact(statements: readonly string[], { ctx, api }: LoadDeps): Promise<Ran> {
  for (let tried = 1; ; tried++) {
    const ran = await api.run(statements, MOST_MS)
    if (ran.ok || tried === CONFLICTS || !isConflict(ran.error)) return ran
    await ctx.sleep(500 * 2 ** tried * (0.5 + ctx.random() / 2))
  }
}

/** By what the count, the last statement but one, has found. */
async function insertedOf(count: string, plan: LoadStage, api: DataApi): Promise<Record<string, number>> {
  const counts = new Map((await api.rows(count)).map(([k, rows]) => [Number(k), Number(rows)]))
  const counted = [...plan.tables, ...plan.merges].filter(({ k }) => counts.has(k))
  return Object.fromEntries(counted.map(({ k, table }) => [table, counts.get(k) ?? 0]))
}
