import { env } from 'cloudflare:workers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import docs from '../../../generated/docs.json' with { type: 'json' }
import { chosenBy, QUESTIONS } from '../../../src/control/front/choice.ts'
import { Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { ask, newIntegration } from '../api/client.ts'

interface Sent {
  url: string
  body: string
  headers: Record<string, string>
}

const sent: Sent[] = []
let reply = () => Promise.resolve(new Response('ok'))
const at = freshPanel({
  ctx: {
    fetch: (request) => {
      sent.push({ url: request.url, body: String(request.body), headers: request.headers })
      return reply()
    },
  },
})
const get = (path: string) => new Browser(at).get(path)
const PAGES = [
  '',
  '/spec',
  '/kinds',
  '/integrations',
  '/integrations/webhooks',
  '/immediate-access',
  '/co-marketing',
  '/apply',
]

describe('the front door', () => {
  it.each([...PAGES.map((path) => `/partners${path}`), '/docs', ...docs.map(({ slug }) => `/docs/${slug}`)])(
    '%s is for everybody, to be found, without scripts, and light',
    async (path) => {
      const { status, html } = await get(path)
      expect(status).toBe(200)
      expect(html).toMatch(/<meta name="description" content="[^"]{10,}"/)
      expect(html).not.toMatch(/<script|noindex|\son\w+="/)
      expect(html.match(/<h1/g)).toHaveLength(1)
      expect(gzipSync(html).length).toBeLessThan(50 * 1024)
    },
  )

  it('leads nowhere where nothing is', async () => {
    const links = new Set<string>()
    for (const path of [
      ...PAGES.map((one) => `/partners${one}`),
      '/docs',
      ...docs.map(({ slug }) => `/docs/${slug}`),
    ]) {
      const { html } = await get(path)
      for (const [, href = ''] of html.matchAll(/href="(\/[^"]*)"/g)) links.add(href.replaceAll('&amp;', '&'))
      for (const [, page = '', anchor = ''] of html.matchAll(/href="(\/docs\/[\w-]+)?#([^"]+)"/g)) {
        const target = page === '' ? html : (await get(page)).html
        expect([path, page, anchor, target.includes(`id="${anchor}"`)]).toEqual([path, page, anchor, true])
      }
    }
    expect(links.size).toBeGreaterThan(40)
    for (const link of links) {
      const { status } = await get(link.split('#')[0] ?? '')
      const fine = status < 400
      expect([link, fine]).toEqual([link, true])
    }
  })

  it.each(['/sign-in', '/sign-up'])('is found from %s', async (path) => {
    await ownerOf(at)
    expect((await get(path)).html).toContain('<a href="/partners">')
  })

  it('shows what is live, and nothing else', async () => {
    await env.DB.batch(
      [
        ['live', 'PUBLIC'],
        ['hidden', 'PRIVATE_BETA'],
      ].map(([slug, status]) =>
        env.DB.prepare(
          "INSERT INTO integrations (id, workspace_id, slug, name, kind, description, status, endpoint, fields, supports, created_at, updated_at) VALUES (?, 'ws_x', ?, ?, 'direct', 'What it does.', ?, 'https://p.example.com/', '[]', '[\"track\"]', 0, 0)",
        ).bind(`int_${slug}`, slug, `The ${slug} one`, status),
      ),
    )
    const { html } = await get('/partners/integrations')
    expect([html.includes('The live one'), html.includes('The hidden one')]).toEqual([true, false])
    expect([
      (await get('/partners/integrations/live')).status,
      (await get('/partners/integrations/hidden')).status,
    ]).toEqual([200, 404])
  })
})

describe('the guided choice', () => {
  it('comes to a kind from each way through it', () => {
    const seen = new Set<unknown>()
    for (const first of QUESTIONS[0]?.answers ?? []) {
      for (const second of QUESTIONS[1]?.answers ?? []) {
        seen.add(chosenBy((key) => ({ where: first.value, needs: second.value })[key]))
      }
    }
    expect(seen).toEqual(new Set(['warehouse', 'packaged', 'direct']))
  })

  it('asks one question after the other, without scripts, and leads to the form', async () => {
    expect((await get('/partners/kinds')).html).toContain('name="where"')
    const second = (await get('/partners/kinds?where=servers')).html
    expect([second.includes('name="needs"'), second.includes('name="where" value="servers"')]).toEqual([true, true])
    const chosen = (await get('/partners/kinds?where=servers&needs=events')).html
    expect(chosen).toContain('Yours is direct')
    expect((await get('/partners/apply?kind=direct')).html).toMatch(/value="direct"[^>]* checked/)
    expect((await get('/partners/kinds?where=nonsense')).html).toContain('name="where"')
  })
})

describe('an example of a call', () => {
  const send = (type: string, endpoint: string, browser = new Browser(at)) =>
    browser.post('/partners/spec', { type, endpoint })

  it.each(['identify', 'track', 'page', 'screen', 'group', 'alias'])(
    'of %s goes to an endpoint, as integrations get it',
    async (type) => {
      sent.length = 0
      reply = () => Promise.resolve(Response.json({ message: 'no <b>' }, { status: 400 }))
      const page = await send(type, 'https://api.partner.example/in')
      expect([page.status, page.html.includes('400'), page.html.includes('no &lt;b&gt;')]).toEqual([200, true, true])
      expect(sent.map(({ url }) => url)).toEqual(['https://api.partner.example/in'])
      expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ type })
      expect(new Headers(sent[0]?.headers).get('authorization')).toBe(`Basic ${btoa('example-api-key:')}`)
    },
  )

  it.each([
    'http://api.partner.example/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://10.1.2.3/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f.1/',
    'https://user:pass@api.partner.example/',
    'nonsense',
    '',
  ])('is not sent to %j', async (endpoint) => {
    sent.length = 0
    const page = await send('track', endpoint)
    expect([page.status, page.html.includes('id="endpoint-track-error"'), sent]).toEqual([422, true, []])
  })

  it('is no way to make us busy: neither of one address nor to one host', async () => {
    reply = () => Promise.resolve(new Response('ok'))
    const browser = new Browser(at)
    const statuses: number[] = []
    for (let n = 0; n < 11; n++) statuses.push((await send('page', `https://h${n}.partner.example/`, browser)).status)
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429])
    const others: number[] = []
    for (let n = 0; n < 31; n++) others.push((await send('page', 'https://victim.example/')).status)
    expect(others.filter((status) => status === 429)).toHaveLength(1)
  })

  it('follows no redirect, wherever it leads', async () => {
    sent.length = 0
    reply = () => Promise.resolve(new Response('', { status: 307, headers: { Location: 'http://169.254.169.254/' } }))
    const page = await send('track', 'https://leads-away.partner.example/')
    expect([page.status, page.html.includes('It was not taken'), sent.length]).toEqual([200, true, 1])
  })

  it('says that there was no answer', async () => {
    reply = () => Promise.reject(new DOMException('late', 'TimeoutError'))
    const page = await send('page', 'https://slow.partner.example/')
    expect([page.status, page.html.includes('No answer')]).toEqual([200, true])
  })
})

describe('a page of the docs', () => {
  it('asks whether it helped, and whoever runs the programme reads it', async () => {
    const browser = new Browser(at)
    const words = 'What does 501 mean?\n<script>alert(1)</script>'
    expect((await browser.post('/docs/direct', { helpful: 'no', words })).location).toBe(
      '/docs/direct?said=thanks#helpful',
    )
    for (let n = 0; n < 2; n++) await browser.post('/docs/direct', { helpful: 'yes', words: '' })
    expect((await browser.get('/docs/direct?said=thanks')).html).toContain('Thank you.')
    const { html } = await (await ownerOf(at)).get('/feedback')
    expect(html).toContain('What does 501 mean?\n&lt;script&gt;')
    expect(await ask(at, 'GET', '/api/feedback')).toMatchObject({
      pages: [{ page: 'direct', yes: 2, no: 1 }],
      words: [{ page: 'direct', helpful: false, words }],
    })
  })

  it('takes no nonsense, no page that is not there, and not too much', async () => {
    expect((await new Browser(at).post('/docs/direct', { helpful: 'perhaps' })).status).toBe(422)
    expect((await new Browser(at).post('/docs/direct', { helpful: 'no', words: 'x'.repeat(1_001) })).status).toBe(422)
    expect((await new Browser(at).post('/docs/nothing', { helpful: 'no' })).status).toBe(404)
    expect((await get('/docs/nothing')).status).toBe(404)
    const browser = new Browser(at)
    const statuses: number[] = []
    for (let n = 0; n < 11; n++) statuses.push((await browser.post('/docs/people', { helpful: 'yes' })).status)
    expect(statuses).toEqual([...Array<number>(10).fill(303), 429])
  })

  it('keeps the newest thousand words', async () => {
    const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
      INSERT INTO doc_words (id, page, helpful, words, at) SELECT 'say_' || i, 'api', 1, 'w', i FROM n`
    await env.DB.prepare(many).run()
    await new Browser(at).post('/docs/api', { helpful: 'yes', words: 'newest' })
    await vi.waitFor(async () =>
      expect(await env.DB.prepare('SELECT count(*) AS n FROM doc_words').first('n')).toBe(1_000),
    )
    expect(await env.DB.prepare("SELECT count(*) AS n FROM doc_words WHERE words = 'newest'").first('n')).toBe(1)
  })
})

describe('what a live integration shows on its own site', () => {
  it('names the platform as it is called, for every site, and asks for nothing else', async () => {
    await ask(at, 'PATCH', '/api/programme', { name: 'A & B' })
    const badge = await get('/partners/integrations/webhooks/badge.svg')
    const button = await get('/partners/integrations/webhooks/button.svg')
    expect([badge.html.includes('>Works with A &amp; B<'), button.html.includes('>Enable with A &amp; B<')]).toEqual([
      true,
      true,
    ])
    expect(badge.headers.get('content-type')).toBe('image/svg+xml')
    expect(badge.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(badge.html).not.toMatch(/href|url\(|<script|<image/)
    const page = await get('/partners/integrations/webhooks')
    expect(page.html).toContain('https://sluice.test/partners/integrations/webhooks/badge.svg')
    await ask(at, 'PATCH', '/api/programme', { name: 'Sluice' })
  })

  it('says nothing as soon as it is not live, and of what there is not', async () => {
    const { id, slug } = await newIntegration(at)
    const says = async () => (await get(`/partners/integrations/${slug}/badge.svg`)).html.includes('Works with')
    const be = (status: string) =>
      env.DB.prepare('UPDATE integrations SET status = ? WHERE id = ?').bind(status, id).run()
    expect(await says()).toBe(false)
    await be('PUBLIC')
    expect(await says()).toBe(true)
    await be('DEPRECATED')
    expect(await says()).toBe(false)
    expect((await get('/partners/integrations/nobody/button.svg')).html).not.toContain('Connect')
  })
})
