import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { AnyRequest } from '../../../src/context.ts'
import type { Platform } from '../../../src/wiring.ts'
import { Browser, freshPanel } from '../access/browser.ts'

export interface Mailed {
  to: string
  subject: string
  text: string
}

/** A platform whose mails come to `mails`. `now`: what its clock says. */
export function mailing(now: () => number): { at: Platform; mails: Mailed[] } {
  const mails: Mailed[] = []
  const fetch = ({ body }: AnyRequest) => {
    mails.push(JSON.parse(String(body)) as Mailed)
    return Promise.resolve(new Response('ok'))
  }
  return { at: freshPanel({ env: { MAIL_WEBHOOK: 'https://mail.example/in' }, ctx: { now, fetch } }), mails }
}

export const applicationForm = (over: Record<string, string> = {}) => ({
  company: `Company ${crypto.randomUUID().slice(0, 6)}`,
  site: 'shop.example',
  email: `ada-${crypto.randomUUID().slice(0, 6)}@shop.example`,
  kind: 'direct',
  useCase: 'They see who comes back.',
  dataToday: 'By CSV.',
  customers: 'Example Ltd',
  ...over,
})

/** The path of the link in a mail. */
export const pathIn = (mail: Mailed | undefined) => new URL(/https:\/\/\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname

export const applicationOf = async (email: string) =>
  (await env.DB.prepare('SELECT id FROM applications WHERE email = ? ORDER BY created_at DESC')
    .bind(email)
    .first<string>('id')) ?? ''

/** Applies and confirms, as a stranger does; answers the path of the status page. */
export async function appliedTo({ at, mails }: { at: Platform; mails: Mailed[] }, over: Record<string, string> = {}) {
  const browser = new Browser(at)
  const given = applicationForm(over)
  const sent = await browser.post('/partners/apply', given)
  expect([sent.status, sent.html.includes('Almost there')]).toEqual([200, true])
  const confirm = pathIn(mails.at(-1))
  const confirmed = await browser.post(confirm)
  expect(confirmed.status).toBe(303)
  return { browser, given, confirm, status: confirmed.location, id: await applicationOf(given.email) }
}
