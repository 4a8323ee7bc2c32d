import type { AccountsOptions } from './accounts.ts'

export interface Mail {
  to: string
  subject: string
  text: string
}

const TIMEOUT_MS = 5_000

/**
 * Posts a message to `MAIL_WEBHOOK`, a service of the deployment's own that turns it into mail. `false`: there is none,
 * or it did not take it; then the link is shown to somebody who can pass it on. What a message says is never logged.
 */
export async function sendMail(
  { mailWebhook, ctx }: Pick<AccountsOptions, 'mailWebhook' | 'ctx'>,
  mail: Mail,
): Promise<boolean> {
  if (!mailWebhook) return false
  const headers = { 'content-type': 'application/json' }
  try {
    // A line end in a subject would be a header of its own, whoever put it there.
    const subject = mail.subject.replaceAll(/\p{C}+/gu, ' ')
    const request = { method: 'POST', url: mailWebhook, headers, body: JSON.stringify({ ...mail, subject }) }
    const { ok, status, body } = await ctx.fetch(request, TIMEOUT_MS)
    await body?.cancel()
    if (!ok) ctx.log('error', 'mail not taken', { status })
    return ok
  } catch (error) {
    ctx.log('error', 'mail not sent', { error: error instanceof Error ? error.name : 'unknown' })
    return false
  }
}
