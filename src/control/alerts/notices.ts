import type { Mail } from '../../accounts/index.ts'
import type { Context } from '../../context.ts'
import { isoTime } from '../../event/index.ts'
import { type AllowLocal, refuseAddress, standardSignature } from '../../integrations/index.ts'
import { USER_AGENT } from '../../version.ts'
import type { AlertRow } from './queries.ts'
import { describeAlert } from './words.ts'

/** Milliseconds that a receiver may take. */
const TIMEOUT_MS = 5_000

export interface Webhook {
  url: string
  /** `whsec_…`; `null`: notices are not signed. */
  secret: string | null
}

/** What a notice is about: an alert's opening or its end. */
export type Happening = 'opened' | 'closed'

/** The body that a webhook gets. `panelUrl`: the panel's origin, if it is known. */
export function alertNotice(alert: AlertRow, happening: Happening, panelUrl?: string) {
  const { id, workspaceId, rule, subjectId, subjectName, facts, openedAt, closedAt } = alert
  const { title, text, todo, path } = describeAlert(alert)
  const at = happening === 'opened' ? openedAt : (closedAt ?? openedAt)
  return {
    type: `alert.${happening}`,
    timestamp: isoTime(at),
    data: {
      id,
      workspaceId,
      rule,
      subject: { id: subjectId, name: subjectName },
      title,
      text,
      todo,
      path,
      url: panelUrl === undefined ? null : panelUrl + path,
      facts,
      openedAt: isoTime(openedAt),
      closedAt: closedAt === null ? null : isoTime(closedAt),
    },
  }
}

/**
 * Posts one notice, signed as Standard Webhooks has it. `webhook-id` is the same however often it is posted, so that who
 * dedupes is told once. Whether it was taken; never throws.
 */
export async function postNotice(
  alert: AlertRow,
  happening: Happening,
  { url, secret }: Webhook,
  { ctx, allowLocal, panelUrl }: { ctx: Context; allowLocal: AllowLocal; panelUrl?: string | undefined },
): Promise<boolean> {
  const problem = refuseAddress(url, allowLocal)
  if (problem !== undefined) {
    ctx.log('warn', 'alert not posted', { alert: alert.id, problem })
    return false
  }
  const body = JSON.stringify(alertNotice(alert, happening, panelUrl))
  const id = `${alert.id}_${happening}`
  const seconds = Math.floor(ctx.now() / 1_000)
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'User-Agent': USER_AGENT,
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
  }
  if (secret !== null) headers['webhook-signature'] = await standardSignature([secret], id, seconds, body)
  try {
    const response = await ctx.fetch({ method: 'POST', url, headers, body }, TIMEOUT_MS)
    await response.body?.cancel()
    if (!response.ok) ctx.log('warn', 'alert not taken', { alert: alert.id, status: response.status })
    return response.ok
  } catch (error) {
    ctx.log('warn', 'alert not posted', { alert: alert.id, error: error instanceof Error ? error.name : 'unknown' })
    return false
  }
}

/** All that happened, as one mail. `panelUrl`: the panel's origin, if it is known. */
export function mailOf(happened: readonly [AlertRow, Happening][], panelUrl = ''): Omit<Mail, 'to'> {
  const [first] = happened
  if (!first) throw new Error('there is nothing to mail')
  const titleOf = ([alert, happening]: [AlertRow, Happening]) =>
    `${describeAlert(alert).title}${happening === 'closed' ? ': over' : ''}`
  const more = happened.length === 1 ? '' : ` and ${happened.length - 1} more`
  const parts = happened.map((one) => {
    const [alert, happening] = one
    const { text, todo, path } = describeAlert(alert)
    const lines =
      happening === 'opened' ? [text, todo, `In the panel: ${panelUrl}${path}`] : [`Opened ${isoTime(alert.openedAt)}.`]
    return [titleOf(one), ...lines].join('\n')
  })
  return {
    subject: `${titleOf(first)}${more}`,
    text: `${parts.join('\n\n')}\n\nWho does not want to hear of this mutes it in the panel: ${panelUrl}/alerts`,
  }
}
