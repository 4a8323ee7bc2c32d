import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { tables as ofAccounts } from '../../accounts/index.ts'
import { lackOfRoom } from '../../archive/index.ts'
import type { Context } from '../../context.ts'
import { parked, type SweepRemote } from '../../inbox/index.ts'
import type { AllowLocal } from '../../integrations/index.ts'
import { missingTables, type Database, within } from '../../settings/index.ts'

/** A report is as old as this at most; one that something is missing, as this, because somebody may be mending it. */
const FRESH_MS = 10_000
const MENDING_MS = 1_000
/** Whoever has waited so long is told that there is no answer. */
const WAIT_MS = 5_000

export interface Report {
  ok: boolean
  checks: Check[]
}

/**
 * What an isolate knows of its own health, looked at anew when it is asked for and old: however many strangers ask, it is
 * one query in some seconds.
 */
export function healthReport(deps: HealthDeps & { ctx: Context }): () => Promise<Report> {
  const { ctx } = deps
  let kept: { report: Promise<Report>; until: number } | undefined
  return async () => {
    if (!kept || ctx.now() >= kept.until) {
      const next = { report: health(deps), until: ctx.now() + FRESH_MS }
      kept = next
      // An isolate's first report may be asked for by a request that is gone before it is there.
      next.report.then(
        ({ ok }) => void (next.until = ctx.now() + (ok ? FRESH_MS : MENDING_MS)),
        () => void (next.until = 0),
      )
    }
    const current = kept
    try {
      return await within(ctx, current.report, WAIT_MS)
    } catch (error) {
      current.until = Math.min(current.until, ctx.now() + MENDING_MS)
      return { ok: false, checks: [check('health', false, `There is no answer (${String(error)}).`)] }
    }
  }
}

/** For strangers: whether all is well, and no word of what is not, unless nobody could have a token to ask with. */
export function forStrangers({ ok, checks }: Report) {
  if (ok) return { ok }
  const locked = checks.find((one) => one.name === TOKEN_CHECK && !one.ok)
  return {
    ok,
    message: locked
      ? `The secret ADMIN_TOKEN is missing or too short. ${locked.message}`
      : 'Something is missing. Ask with Authorization: Bearer <ADMIN_TOKEN> to see what.',
  }
}

const TOKEN_CHECK = 'secret ADMIN_TOKEN'

export interface HealthDeps {
  db: Database
  /** Those of features. */
  tables: readonly SQLiteTable[]
  /** Bindings that the Worker needs, by name; absent ones are undefined. */
  bindings: Record<string, unknown>
  adminToken: string | undefined
  archive: R2Bucket | undefined
  /** The Durable Object that knows what went astray. */
  sweep(): Pick<SweepRemote, 'strays'>
  /** Why the path prefix that was asked for is not in force. */
  prefixFault: string | undefined
  /** Why the address of the panel that was given is not used. */
  panelUrlFault?: string | undefined
  /** The local run, whose state lies on one disk. */
  allowLocal: AllowLocal
  /** Why the quotas that were asked for are not in force. */
  quotasFault?: string | undefined
  /** What is wrong with OAUTH_CLIENTS. */
  oauthFault?: string | undefined
}

interface Check {
  name: string
  ok: boolean
  /** Something to look at that keeps nothing from working. */
  warning?: boolean
  /** What to do, when it is not ok. */
  message: string
}

const SHORTEST_TOKEN = 16

/** What is missing for this deployment to work, in words, each with its remedy. */
async function health({
  db,
  tables,
  bindings,
  adminToken,
  archive,
  sweep,
  prefixFault,
  panelUrlFault,
  quotasFault,
  oauthFault,
  allowLocal,
}: HealthDeps): Promise<Report> {
  const missing = Object.keys(bindings).filter((name) => bindings[name] === undefined)
  const checks: Check[] = [
    check(
      'bindings',
      missing.length === 0,
      `Missing bindings: ${missing.join(', ')}. Compare wrangler.toml and deploy again.`,
    ),
    await checkMigrations(db, tables),
    check(
      TOKEN_CHECK,
      (adminToken ?? '').length >= SHORTEST_TOKEN,
      `Set it to a random text of at least ${SHORTEST_TOKEN} characters: wrangler secret put ADMIN_TOKEN`,
    ),
    checkKeys(db),
    check('variable PATH_PREFIX', !prefixFault, `${prefixFault} There is none until it is set anew.`),
    check('variable PANEL_URL', !panelUrlFault, `${panelUrlFault} Alerts have no links until it is set anew.`),
    check('secret OAUTH_CLIENTS', !oauthFault, `${oauthFault} Those that cannot be read are not there.`),
    check('variable QUOTAS', !quotasFault, `${quotasFault} All have their defaults until it is set anew.`),
    await checkParked(archive),
    await checkStrays(sweep),
    ...(allowLocal && archive ? [await checkRoom(archive)] : []),
  ]
  return { ok: checks.every(({ ok, warning }) => ok || warning), checks }
}

async function checkMigrations(db: Database, ofFeatures: readonly SQLiteTable[]): Promise<Check> {
  const remedy = 'Run: wrangler d1 migrations apply DB --remote'
  try {
    const missing = await missingTables(db, [...Object.values(ofAccounts), ...ofFeatures])
    return check(
      'migrations',
      missing.length === 0,
      `Tables that are missing or too old: ${missing.join(', ')}. ${remedy}`,
    )
  } catch (error) {
    const { cause = error } = error as Error
    return check('migrations', false, `The database does not answer (${String(cause)}). If it is new: ${remedy}`)
  }
}

async function checkParked(archive: R2Bucket | undefined): Promise<Check> {
  try {
    const { accepts, more } = archive ? await parked({ archive }) : { accepts: [], more: false }
    const count = more ? 'More than a thousand' : String(accepts.length)
    const remedy = 'See GET /api/recovery/parked; POST /api/recovery/parked/{id} puts one on its way again.'
    return {
      ...check('parked batches', accepts.length === 0, `${count} could not be processed. ${remedy}`),
      warning: true,
    }
  } catch (error) {
    return check('parked batches', false, `R2 does not answer (${String(error)}).`)
  }
}

const MOST_STRAYS = 5

/** SDKs with a wrong host or path. Without an answer nothing is said: what is missing for one, `bindings` says. */
async function checkStrays(sweep: HealthDeps['sweep']): Promise<Check> {
  const strays = await Promise.resolve()
    .then(() => sweep().strays())
    .catch(() => [])
  const places = strays
    .slice(0, MOST_STRAYS)
    .map(({ path, requests }) => `${requests} ${requests === 1 ? 'request' : 'requests'} came to ${path}`)
  const message = `${places.join(', ')}, which is not set; nothing of them was taken. Events go to /v1/batch, /v1/track and the like.`
  return { ...check('requests gone astray', strays.length === 0, message), warning: true }
}

async function checkRoom(archive: R2Bucket): Promise<Check> {
  const lack = await lackOfRoom(archive)
  return check('room on the disk', lack === undefined, lack ?? '')
}

function checkKeys(db: Database): Check {
  const remedy =
    'Set it to an id, a colon and 32 random bytes in base64: echo "k1:$(openssl rand -base64 32)" | wrangler secret put ENCRYPTION_KEYS'
  try {
    db.secrets()
    return check('secret ENCRYPTION_KEYS', true, '')
  } catch (error) {
    return check('secret ENCRYPTION_KEYS', false, `${String(error)}. ${remedy}`)
  }
}

function check(name: string, ok: boolean, message: string): Check {
  return { name, ok, message: ok ? 'ok' : message }
}
