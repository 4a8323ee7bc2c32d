import type { Context as HonoContext } from 'hono'
import type * as v from 'valibot'
import { type AccessEnv, type Accounts, bodyText } from '../accounts/index.ts'
import type { Context } from '../context.ts'
import type { SweepRemote } from '../inbox/index.ts'
import { isTooDeep } from '../ingest/index.ts'
import type { AllowLocal } from '../integrations/index.ts'
import type { IntakeRemote } from '../intake/index.ts'
import type { LaneRemote } from '../lane/index.ts'
import type { Database, Page, SettingsCache } from '../settings/index.ts'
import { LIMITS, parseJson } from '../spec/index.ts'
import { checked } from './checked.ts'
import { ApiError } from './errors.ts'

export interface ApiDeps {
  ctx: Context
  db: Database
  accounts: Accounts
  settings: SettingsCache
  archive: R2Bucket
  adminToken: string | undefined
  allowLocal: AllowLocal
  intake(source: string): IntakeRemote
  lane(destination: string): LaneRemote
  sweep(): SweepRemote
  queue: Queue<string>
}

/** What the routes find in Hono's context: who calls, and the workspace that they may act on. */
export interface ApiEnv {
  Variables: AccessEnv['Variables'] & { workspaceId: string }
}

/** An event may stand in a body, a little deeper than by itself. */
const MOST_LEVELS = LIMITS.eventLevels + 10

/** The request's JSON. Throws `ApiError` 400 when it is none, or nested so deeply that it could not be written again. */
export async function readBody(c: HonoContext): Promise<unknown> {
  const text = await bodyText(c)
  const parsed = parse(text)
  if (isTooDeep(text, MOST_LEVELS)) {
    throw new ApiError(400, { message: `The body has more than ${MOST_LEVELS} levels.` })
  }
  return parsed
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new ApiError(400, { message: 'The body is not JSON.' })
  }
}

/** The request's JSON, checked. Throws `ApiError` 400 with every problem and its field. */
export async function readJson<T>(c: HonoContext, schema: v.GenericSchema<unknown, T>): Promise<T> {
  return checked(schema, await readBody(c))
}

const DEFAULT_COUNT = 50
const MOST = 200

/** `pagination[count]` (1–200, default 50) and `pagination[cursor]`, as an earlier answer gave it. */
export function pageOf(c: HonoContext): Page {
  const count = Number(c.req.query('pagination[count]') ?? DEFAULT_COUNT)
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new ApiError(400, { field: 'pagination.count', message: `A page has 1 to ${MOST} entries.` })
  }
  const cursor = c.req.query('pagination[cursor]')
  if (cursor === undefined) return { count, offset: 0 }
  const offset = /^o(\d{1,9})$/.exec(cursor)?.[1]
  if (offset === undefined)
    throw new ApiError(400, { field: 'pagination.cursor', message: 'This cursor is not one of ours.' })
  return { count, offset: Number(offset) }
}

/** The page of a list that is known whole. */
export function cutPage<T>(all: readonly T[], { count, offset }: Page): T[] {
  return all.slice(offset, offset + count)
}

export function pagination({ count, offset }: Page, total: number) {
  return {
    current: `o${offset}`,
    ...(offset + count < total && { next: `o${offset + count}` }),
    ...(offset > 0 && { previous: `o${Math.max(0, offset - count)}` }),
    totalEntries: total,
  }
}
