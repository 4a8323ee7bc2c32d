/** What can be done with alerts: by the Public API, by the panel, and by whatever has the figures. */
import type { Mail } from '../../accounts/index.ts'
import type { Context } from '../../context.ts'
import { isObject } from '../../event/index.ts'
import { type AllowLocal, isSigningSecret, refuseAddress } from '../../integrations/index.ts'
import { type Problem, problem, Refusal } from '../../refusal.ts'
import type { Database } from '../../settings/index.ts'
import { check } from '../checked.ts'
import { alertRuleChanges } from './input.ts'
import type { Verdicts } from './judge.ts'
import { type Happening, mailOf, postNotice, type Webhook } from './notices.ts'
import {
  type AlertRow,
  type AlertSettingsRow,
  findSettings,
  getAlert,
  isUntold,
  peopleToMail,
  unsettledAlerts,
} from './queries.ts'
import { RULE_NAMES, type RuleName, rulesOf } from './rules.ts'
import {
  claimUntold,
  closeAlertRow,
  closeAlertRows,
  closeAlertsOfNothing,
  deleteOldAlerts,
  insertAlerts,
  markTold,
  type NewAlert,
  retellAlert,
  upsertReader,
  upsertSettings,
} from './store.ts'

/** What telling others needs. */
export interface TellDeps {
  ctx: Context
  db: Database
  allowLocal: AllowLocal
  /** `false`: there is no mailer, or it did not take it. */
  mail(mail: Mail): Promise<boolean>
  hasMailer: boolean
  /** The origin at which the panel is found; `undefined`: it is not known, so paths alone are told. */
  panelUrl?: string | undefined
}

/** Where something that has figures belongs, as alerts have to know it. */
export interface AlertSubject {
  id: string
  name: string
  workspaceId: string
  /** The table that it is in. */
  of: 'destinations' | 'sources'
}

/**
 * Opens and closes the alerts of a subject as `verdicts` say. Answers whether any is open, and whether others are still to be
 * told of something: whoever dies over that finds it so again.
 */
export async function settleAlerts(
  { db }: Pick<TellDeps, 'db'>,
  subject: AlertSubject,
  verdicts: Verdicts,
): Promise<{ open: boolean; owed: boolean }> {
  const { workspaceId, of } = subject
  const known = await unsettledAlerts(db, subject.id)
  const open = new Set(known.filter(({ closedAt }) => closedAt === null).map(({ rule }) => rule))
  const wanted: NewAlert[] = []
  const over: RuleName[] = []
  for (const rule of RULE_NAMES) {
    const facts = verdicts[rule]
    if (facts && !open.has(rule))
      wanted.push({ workspaceId, of, rule, subjectId: subject.id, subjectName: subject.name, facts })
    if (facts === false && open.has(rule)) over.push(rule)
  }
  await insertAlerts(db, wanted)
  if (over.length > 0) await closeAlertRows(db, subject.id, over)
  const owed = wanted.length + over.length > 0 || known.some((one) => isUntold(one, db.ctx.now()))
  return { open: open.size + wanted.length > over.length, owed }
}

/**
 * Opens an alert of something that happens once; `once`: not a second time, even when it was closed; `again`: where one is
 * open, others are told once more.
 */
export async function raiseAlert(deps: TellDeps, alert: NewAlert, how: boolean | 'again'): Promise<void> {
  const settings = await findSettings(deps.db, alert.workspaceId)
  if (!rulesOf(settings?.rules ?? {})[alert.rule].enabled) return
  if (how !== 'again' || !(await retellAlert(deps.db, alert))) await insertAlerts(deps.db, [alert], how === true)
  await tellAlerts(deps, alert.workspaceId)
}

/** What an alert was about is over. */
export function endAlert({ db }: Pick<TellDeps, 'db'>, subjectId: string, rule: RuleName): Promise<void> {
  return closeAlertRows(db, subjectId, [rule])
}

/** What alerts were about is gone. Of destinations and sources a trigger of the database sees to that. */
export function dropAlerts({ db }: Pick<TellDeps, 'db'>, subjectId: string): Promise<void> {
  return closeAlertsOfNothing(db, subjectId)
}

/**
 * Tells others of what happened to alerts, of one workspace or of all: by webhook and mail, as the workspace wishes. Whether
 * everything that was found was told; what was not is found by the next call.
 */
export async function tellAlerts(deps: TellDeps, workspaceId?: string): Promise<boolean> {
  const claimed = await claimUntold(deps.db, workspaceId)
  const workspaces = Map.groupBy(claimed, (one) => one.workspaceId)
  let complete = true
  for (const [id, some] of workspaces) complete = (await tellWorkspace(deps, id, some)) && complete
  return complete
}

async function tellWorkspace(deps: TellDeps, workspaceId: string, some: readonly AlertRow[]): Promise<boolean> {
  const { db, mail, hasMailer, panelUrl } = deps
  const settings = await findSettings(db, workspaceId)
  const webhook = settings && (await webhookOf(db, settings))
  const told: AlertRow[] = []
  for (const alert of some) {
    const posted = webhook
      ? await Promise.all(happened(alert).map((what) => postNotice(alert, what, webhook, deps)))
      : []
    if (posted.every(Boolean)) told.push(alert)
  }
  const news = told.flatMap((alert) => happened(alert).map((what) => [alert, what] as [AlertRow, Happening]))
  if (news.length > 0 && hasMailer && settings?.mail !== false) {
    const words = mailOf(news, panelUrl)
    const people = await peopleToMail(db, workspaceId)
    const sent = await Promise.all(people.map((to) => mail({ to, ...words })))
    // A mailer that takes none is away; one that refuses an address is not asked again for that.
    if (people.length > 0 && !sent.some(Boolean)) return false
  }
  if (told.length > 0) await markTold(db, told)
  return told.length === some.length
}

/** What of an alert is still to be told: one that was over before anybody heard of it is told of once. */
function happened({ openTold, closedAt }: AlertRow): Happening[] {
  return [...(openTold ? [] : ['opened' as const]), ...(closedAt === null ? [] : ['closed' as const])]
}

async function webhookOf(
  db: Database,
  { workspaceId, webhookUrl, secrets, secretsKeyId }: AlertSettingsRow,
): Promise<Webhook | null> {
  if (webhookUrl === null) return null
  if (!secrets || secretsKeyId === null) return { url: webhookUrl, secret: null }
  const { webhookSecret } = await db.secrets().open(secrets, secretsKeyId, `alerts ${workspaceId}`)
  return { url: webhookUrl, secret: typeof webhookSecret === 'string' ? webhookSecret : null }
}

/** Of rules and channels, what a caller sent: the rest stays. Throws 400 with every problem and its field. */
export async function updateAlertRules(
  { db, allowLocal }: Pick<TellDeps, 'db' | 'allowLocal'>,
  workspaceId: string,
  body: unknown,
): Promise<AlertSettingsRow> {
  const read = check(alertRuleChanges, body)
  const problems = [...(read.ok ? [] : read.problems), ...(isObject(body) ? webhookProblems(body, allowLocal) : [])]
  if (!read.ok) throw new Refusal(400, ...problems)
  const { rules = {}, webhookUrl, webhookSecret, mail } = read.value
  const before = (await findSettings(db, workspaceId)) ?? settingsOfNobody(workspaceId)
  const url = webhookUrl === undefined ? before.webhookUrl : webhookUrl
  if (webhookSecret && url === null)
    problems.push(problem('There is no webhook that it could sign for.', 'webhookSecret'))
  if (problems.length > 0) throw new Refusal(400, ...problems)
  const merged = Object.entries(rules).map(([name, rule]) => [
    name,
    { ...before.rules[name as RuleName], ...given(rule ?? {}) },
  ])
  const row = {
    ...before,
    rules: { ...before.rules, ...(Object.fromEntries(merged) as AlertSettingsRow['rules']) },
    webhookUrl: url,
    ...(await sealed(db, before, { url, webhookSecret })),
    ...(mail !== undefined && { mail }),
  }
  await upsertSettings(db, row)
  return row
}

/** Closes an alert by hand; one that is closed stays as it is. What it is about may open another. */
export async function closeAlert({ db }: Pick<TellDeps, 'db'>, workspaceId: string, id: string): Promise<AlertRow> {
  await getAlert(db, workspaceId, id)
  await closeAlertRow(db, id)
  return getAlert(db, workspaceId, id)
}

/** What a person has seen of the workspace's alerts counts as read. */
export function markAlertsRead({ db, ctx }: Pick<TellDeps, 'db' | 'ctx'>, workspaceId: string, userId: string) {
  return upsertReader(db, { workspaceId, userId, readAt: ctx.now() })
}

/** A person wants to hear nothing of the workspace's alerts, or wants to again. */
export function muteAlerts({ db }: Pick<TellDeps, 'db'>, workspaceId: string, userId: string, muted: boolean) {
  return upsertReader(db, { workspaceId, userId, muted })
}

/** Removes what is old, hourly. */
export function tidyAlerts(db: Database): Promise<void> {
  return deleteOldAlerts(db)
}

export function settingsOfNobody(workspaceId: string): AlertSettingsRow {
  return { workspaceId, rules: {}, webhookUrl: null, secrets: null, secretsKeyId: null, mail: true }
}

function webhookProblems({ webhookUrl, webhookSecret }: Record<string, unknown>, allowLocal: AllowLocal): Problem[] {
  const refused = typeof webhookUrl === 'string' ? refuseAddress(webhookUrl, allowLocal) : undefined
  const unfit = typeof webhookSecret === 'string' && !isSigningSecret(webhookSecret)
  return [
    ...(refused === undefined ? [] : [problem(`The address ${refused}.`, 'webhookUrl')]),
    ...(unfit ? [problem('Must be whsec_ and then 24 to 64 bytes in base64.', 'webhookSecret')] : []),
  ]
}

/** Without a webhook, and at an address of another origin, no secret is kept: it was meant for the one before. */
async function sealed(
  db: Database,
  before: AlertSettingsRow,
  { url, webhookSecret }: { url: string | null; webhookSecret: string | null | undefined },
): Promise<Partial<AlertSettingsRow>> {
  if (webhookSecret && url !== null) {
    const { sealed: secrets, keyId } = await db.secrets().seal({ webhookSecret }, `alerts ${before.workspaceId}`)
    return { secrets, secretsKeyId: keyId }
  }
  const moved = url === null || before.webhookUrl === null || new URL(url).origin !== new URL(before.webhookUrl).origin
  return webhookSecret === null || moved ? { secrets: null, secretsKeyId: null } : {}
}

/** Without what was left out. */
function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}
