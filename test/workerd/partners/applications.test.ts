import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { applicationForm, applicationOf, appliedTo, mailing, pathIn } from './rig.ts'

const DAY_MS = 86_400_000
/** A Monday. */
let now = Date.parse('2026-11-30T09:00:00Z')
const { at, mails } = mailing(() => now)
let owner: Browser

beforeAll(async () => {
  owner = await ownerOf(at)
})
beforeEach(() => void (mails.length = 0))

const applied = (over: Record<string, string> = {}) => appliedTo({ at, mails }, over)
const stateOf = (id: string) =>
  env.DB.prepare('SELECT state FROM applications WHERE id = ?').bind(id).first<string>('state')
const decide = (id: string, decision: string, words = 'Because.') =>
  owner.post(`/applications/${id}`, { decision, words })

describe('applying', () => {
  it('goes from the form by a mail to a page that says whose turn it is', async () => {
    const { browser, given, status } = await applied()
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      [given.email, 'Sluice: Confirm your application'],
      [given.email, 'Sluice: Your application'],
    ])
    expect(pathIn(mails[1])).toMatch(/^\/partners\/status\/[0-9a-f]{40}$/)
    const page = await browser.get(status)
    expect(page.status).toBe(200)
    for (const words of [
      given.company,
      'It is our turn',
      '2026-12-02, 09:00 UTC',
      'Place in the queue',
      'They see who',
    ]) {
      expect(page.html).toContain(words)
    }
    expect(page.headers.get('referrer-policy')).toBe('strict-origin')
    // Both links, the one that was followed to and the one that was mailed, lead there.
    expect((await browser.get(pathIn(mails[1]))).status).toBe(200)
  })

  it('keeps only hashes of links', async () => {
    const { status } = await applied()
    const rows = await env.DB.prepare('SELECT * FROM application_links').all()
    expect(JSON.stringify(rows.results)).not.toContain(status.split('/').at(-1))
  })

  it('is confirmed once, by a button, whoever looks at the link before', async () => {
    const browser = new Browser(at)
    const given = applicationForm()
    await browser.post('/partners/apply', given)
    const link = pathIn(mails.at(-1))
    for (const _ of [1, 2]) expect((await new Browser(at).get(link)).status).toBe(200)
    expect(await stateOf(await applicationOf(given.email))).toBe('unconfirmed')
    const both = await Promise.all([browser.post(link), new Browser(at).post(link)])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 410])
    expect((await browser.get(link)).status).toBe(410)
    const entries = await env.DB.prepare(
      "SELECT count(*) AS n FROM application_entries WHERE application_id = ? AND act = 'confirm'",
    )
      .bind(await applicationOf(given.email))
      .first('n')
    expect(entries).toBe(1)
  })

  it('says all that is wrong beside its fields, and mails nobody', async () => {
    const page = await new Browser(at).post('/partners/apply', {
      company: '',
      site: 'nowhere',
      email: 'x',
      kind: 'other',
    })
    expect(page.status).toBe(422)
    for (const field of ['company', 'site', 'email', 'kind', 'useCase', 'dataToday']) {
      expect([field, page.html.includes(`id="${field}-error"`)]).toEqual([field, true])
    }
    expect(mails).toEqual([])
  })

  it.each(['javascript:alert(1)', 'https://user:pass@shop.example', 'ftp://shop.example', 'https://localhost'])(
    'refuses the site %s',
    async (site) => {
      expect((await new Browser(at).post('/partners/apply', applicationForm({ site }))).status).toBe(422)
    },
  )

  it('takes what a program fills in for said, and keeps nothing of it', async () => {
    const given = applicationForm()
    const page = await new Browser(at).post('/partners/apply', { ...given, fax: '1' })
    expect([page.status, page.html.includes('Almost there')]).toEqual([200, true])
    expect([mails, await applicationOf(given.email)]).toEqual([[], ''])
  })

  it('is limited by address and by e-mail, and says how long to wait', async () => {
    const browser = new Browser(at)
    const replies = []
    for (let n = 0; n < 6; n++) replies.push(await browser.post('/partners/apply', applicationForm()))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
    expect(Number(replies[5]?.headers.get('retry-after'))).toBeGreaterThan(0)
    const email = applicationForm().email
    const others = []
    for (let n = 0; n < 4; n++) others.push(await new Browser(at).post('/partners/apply', applicationForm({ email })))
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(mails.filter(({ to }) => to === email)).toHaveLength(3)
  })

  it('refuses ten megabytes', async () => {
    const page = await new Browser(at).post('/partners/apply', applicationForm({ useCase: 'x'.repeat(10_000_000) }))
    expect(page.status).toBe(413)
    expect(mails).toEqual([])
  })

  it('has room for no more than two thousand that nobody confirms', async () => {
    const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      INSERT INTO applications (id, company, look, site, email, kind, use_case, data_today, customers, state, ball_since, created_at)
      SELECT 'app_flood' || i, 'F', 'f', 'https://f.example/', 'f@f.example', 'direct', '', '', '', 'unconfirmed', ?, ? FROM n`
    await env.DB.prepare(many).bind(now, now).run()
    const page = await new Browser(at).post('/partners/apply', applicationForm())
    expect([page.status, page.html.includes('try again tomorrow')]).toEqual([422, true])
    expect(mails).toEqual([])
    now += 8 * DAY_MS
    await at.watch()
    const left = await env.DB.prepare("SELECT count(*) AS n FROM applications WHERE state = 'unconfirmed'").first('n')
    expect(left).toBe(0)
    const orphans = await env.DB.prepare(
      'SELECT count(*) AS n FROM application_entries WHERE application_id NOT IN (SELECT id FROM applications)',
    ).first('n')
    expect(orphans).toBe(0)
    now -= 8 * DAY_MS
  })

  it('does not say whether an address has applied before: its owner is told', async () => {
    const { given } = await applied()
    mails.length = 0
    const again = await new Browser(at).post('/partners/apply', applicationForm({ email: given.email.toUpperCase() }))
    expect([again.status, again.html.includes('Almost there')]).toEqual([200, true])
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([[given.email, 'Sluice: Your application']])
    const rows = await env.DB.prepare('SELECT count(*) AS n FROM applications WHERE email = ?')
      .bind(given.email)
      .first('n')
    expect(rows).toBe(1)
  })

  it('without a mailer waits for a link that a reviewer passes on', async () => {
    const without = freshPanel({ env: {}, ctx: { now: () => now } })
    const given = applicationForm()
    const page = await new Browser(without).post('/partners/apply', given)
    expect(page.html).toContain('passes you a link by hand')
    const made = await (await ownerOf(without)).post(`/applications/${await applicationOf(given.email)}/links`)
    const link = /https:\/\/sluice\.test(\/partners\/confirm\/[0-9a-f]{40})/.exec(made.html)?.[1] ?? ''
    expect((await new Browser(without).post(link)).status).toBe(303)
    expect([await stateOf(await applicationOf(given.email)), mails]).toEqual(['waiting', []])
  })
})

describe('deciding', () => {
  it('asks back, is answered, and accepts: all in one record that both see', async () => {
    const { browser, given, status, id } = await applied()
    now += DAY_MS
    expect((await decide(id, 'ask', 'Which <events> do you need?')).status).toBe(303)
    expect(mails.at(-1)).toMatchObject({ to: given.email, text: expect.stringContaining('Which <events>') as string })
    const asked = await browser.get(status)
    for (const words of ['It is your turn', 'Which &lt;events&gt; do you need?', 'Send the answer']) {
      expect(asked.html).toContain(words)
    }
    // The question stands where it is answered, before the whole record.
    const [question, answer] = ['Which &lt;events&gt;', 'Send the answer'].map((words) => asked.html.indexOf(words))
    expect(question).toBeLessThan(answer ?? 0)
    // Nothing is decided behind the back of whoever has to act, but what reviewers may.
    expect((await decide(id, 'ask', 'Again?')).status).toBe(422)
    expect((await browser.post(status, { words: '' })).status).toBe(422)
    expect((await browser.post(status, { words: 'Orders alone.' })).status).toBe(303)
    expect((await browser.post(status, { words: 'And more.' })).status).toBe(422)
    expect(await stateOf(id)).toBe('waiting')
    now += DAY_MS
    expect((await decide(id, 'accept', 'Welcome.')).status).toBe(303)
    const [theirs, ours] = [await browser.get(pathIn(mails.at(-1))), await owner.get(`/applications/${id}`)]
    for (const words of ['Asked back', 'Orders alone.', 'Welcome.', 'after 24 hours']) {
      expect([words, theirs.html.includes(words), ours.html.includes(words)]).toEqual([words, true, true])
    }
    for (const decision of ['ask', 'accept', 'decline']) expect((await decide(id, decision)).status).toBe(422)
    expect(await stateOf(id)).toBe('accepted')
  })

  it('declines with a reason, after which they may apply again', async () => {
    const { browser, given, status, id } = await applied()
    expect((await decide(id, 'decline', '')).status).toBe(422)
    expect((await decide(id, 'decline', 'It is no tool of its own.')).status).toBe(303)
    expect((await browser.get(status)).html).toContain('It is no tool of its own.')
    mails.length = 0
    await new Browser(at).post('/partners/apply', applicationForm({ email: given.email }))
    expect(mails.map(({ subject }) => subject)).toEqual(['Sluice: Confirm your application'])
  })

  it('of two who decide at once counts one', async () => {
    const { id } = await applied()
    const both = await Promise.all([decide(id, 'accept'), decide(id, 'decline')])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422])
    const entries = await env.DB.prepare('SELECT count(*) AS n FROM application_entries WHERE application_id = ?')
      .bind(id)
      .first('n')
    expect(entries).toBe(3)
  })

  it('shows first whom we promised the earliest answer, and says who is overdue', async () => {
    await env.DB.exec("DELETE FROM applications WHERE state = 'waiting'")
    const first = await applied()
    now += 5 * DAY_MS
    const second = await applied()
    const { html } = await owner.get('/applications')
    expect(html.indexOf(first.given.company)).toBeLessThan(html.indexOf(second.given.company))
    expect(html).toContain('Overdue by')
    expect((await second.browser.get(second.status)).html).toMatch(/Place in the queue<\/dt><dd>2</)
    expect((await first.browser.get(first.status)).html).toContain('We are late by')
    now -= 5 * DAY_MS
  })

  it('warns of names that can be taken for another, and of addresses of another site', async () => {
    const mark = crypto.randomUUID().slice(0, 4)
    const real = await applied({ company: `Paypal ${mark}` })
    const fake = await applied({ company: `Pаypal ${mark} Inc`, email: `eve-${mark}@elsewhere.example` })
    const { html } = await owner.get(`/applications/${fake.id}`)
    for (const words of ['U+0430', 'Can be taken for others', real.id, 'confirmed from elsewhere.example']) {
      expect(html).toContain(words)
    }
  })

  it('warns of names that can be taken for an integration that is live, ours or a partner’s', async () => {
    const insert = (slug: string, name: string, status: string) =>
      env.DB.prepare(
        `INSERT INTO integrations (id, workspace_id, slug, name, kind, description, status, fields, supports, created_at, updated_at)
         VALUES (?, 'ws_first', ?, ?, 'direct', '', ?, '[]', '[]', 0, 0)`,
      )
        .bind(crypto.randomUUID(), slug, name, status)
        .run()
    await insert('lemon', 'Lemon Tree', 'PUBLIC')
    await insert('cherry', 'Cherry', 'PRIVATE_BUILDING')
    const lookalikes = async (company: string) => {
      now += DAY_MS
      const { id } = await applied({ company })
      const { html } = await owner.get(`/applications/${id}`)
      return /\/partners\/integrations\/[\w-]+/.exec(html)?.[0]
    }
    expect(await lookalikes('VVebh00ks Ltd')).toBe('/partners/integrations/webhooks')
    expect(await lookalikes('Lеmon-Trее')).toBe('/partners/integrations/lemon')
    expect(await lookalikes('Cherry')).toBeUndefined()
    now -= 3 * DAY_MS
  })
})

it('tells the median of the last twenty answers', async () => {
  await env.DB.exec('DELETE FROM application_entries')
  for (const hours of [1, 3, 11]) {
    const { id } = await applied()
    now += hours * 3_600_000
    await decide(id, 'accept')
  }
  expect((await owner.get('/applications')).html).toMatch(/Median answer<\/dt><dd><span class="figure-value">3 hours/)
})

it('hides the secret of its links from the log', async () => {
  const lines: string[] = []
  const failing = freshPanel({
    env: {
      DB: {
        prepare: () => {
          throw new Error('down')
        },
      } as unknown as D1Database,
    },
    ctx: { log: (...line) => void lines.push(JSON.stringify(line)) },
  })
  const token = 'a'.repeat(40)
  for (const path of [`/partners/status/${token}`, `/partners/confirm/${token}`]) {
    expect((await new Browser(failing).get(path)).status).toBe(500)
  }
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('\n')).not.toContain(token)
})
