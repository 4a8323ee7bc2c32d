import { env } from 'cloudflare:workers'
import { beforeEach, expect, it } from 'vitest'
import { Browser } from '../access/browser.ts'
import { asks, newIntegration, newWorkspace, ownerOf, personIn, reviewerOf, setState } from '../lifecycle/rig.ts'
import { appliedTo, mailing } from './rig.ts'

const { at, mails } = mailing(() => Date.parse('2026-11-30T09:00:00Z'))
beforeEach(() => void (mails.length = 0))

const story = (over: Record<string, string> = {}) => ({
  company: 'Acme',
  email: 'ada@acme.example',
  customer: 'Example <Ltd>',
  words: 'They win back every tenth visitor.',
  agreed: 'on',
  ...over,
})

it('a story reaches whoever runs the programme, by mail and on a page, and nobody else', async () => {
  const owner = await ownerOf(at)
  await asks(owner, 'PATCH', '/programme', { contact: 'partners@example.com' })
  const told = await new Browser(at).post('/partners/co-marketing', story())
  expect([told.status, told.html.includes('Thank you')]).toEqual([200, true])
  expect(mails).toMatchObject([{ to: 'partners@example.com', text: expect.stringContaining('every tenth visitor') }])
  const page = await (await reviewerOf(at, owner)).get('/stories')
  expect(page.html).toContain('Example &lt;Ltd&gt;')
  const stranger = await personIn(at, owner, await newWorkspace())
  expect((await stranger.get('/stories')).status).toBe(404)
})

it.each([
  ['without the customer’s word', { agreed: '' }, 'agreed-error'],
  ['without words', { words: ' ' }, 'words-error'],
  ['from no address', { email: 'ada' }, 'email-error'],
  ['of nobody', { customer: '' }, 'customer-error'],
])('a story %s is refused beside its field', async (_, over, id) => {
  const { agreed, ...fields } = story(over)
  const page = await new Browser(at).post('/partners/co-marketing', { ...fields, ...(agreed && { agreed }) })
  expect([page.status, page.html.includes(`id="${id}"`), mails.length]).toEqual([422, true, 0])
})

it('the status page says how many customers of an integration in beta count', async () => {
  const { browser, status, id } = await appliedTo({ at, mails })
  const workspace = await env.DB.prepare('SELECT sandbox_id FROM applications WHERE id = ?')
    .bind(id)
    .first<string>('sandbox_id')
  const one = await newIntegration(workspace ?? '')
  await setState(one.id, 'PRIVATE_BETA')
  await env.DB.prepare('INSERT INTO lifecycles (integration_id, since) VALUES (?, 0)').bind(one.id).run()
  await env.DB.prepare(
    "INSERT INTO partners (workspace_id, application_id, company, created_at) VALUES (?, ?, 'Acme', 0)",
  )
    .bind(workspace, id)
    .run()
  const page = async () => (await browser.get(status)).html
  expect(await page()).toContain('0 of 10')
  await env.DB.prepare('UPDATE lifecycles SET filled = 7 WHERE integration_id = ?').bind(one.id).run()
  const html = await page()
  expect([html.includes('7 of 10'), html.includes(one.name)]).toEqual([true, true])
  // Counted anew within the hour: nobody has connected it.
  await at.watch()
  expect(await page()).toContain('0 of 10')
  await setState(one.id, 'PUBLIC')
  expect(await page()).not.toContain(one.name)
})
