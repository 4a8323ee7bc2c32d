import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { partner } from '../node/certify/partner.ts'
import { type Finding, look } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

let run: PanelRun
let chromium: LaunchedBrowser

beforeAll(async () => {
  run = await startPanel()
  chromium = await openBrowser()
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
})

/** Sends the form of `path` as it stands on the page, with scripts switched off; answers the page that comes. */
async function apply(company: string): Promise<void> {
  const context = await chromium.browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${run.url}/partners/apply`)
  await page.getByLabel('Company').fill(company)
  await page.getByLabel('Web site').fill('acme.example')
  await page.getByLabel('Work e-mail').fill(`ada@${company.length}.example`)
  await page.getByLabel('Direct').check()
  await page.getByLabel('What would customers do').fill('They see in Acme who comes back, and when.\nThat is all.')
  await page.getByLabel('How do customers get data').fill('By an export of CSV files, once a night.')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('heading', { name: 'Almost there' }).waitFor()
  await context.close()
}

interface Listed {
  applications: { id: string }[]
}

it('the front door looks right on every screen', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: Parameters<typeof look>[4]) =>
    void findings.push(...(await look(chromium.browser, run.url, `front-${name}`, path, act)))
  await at('door', '/partners')
  await at('spec', '/partners/spec')
  await at('spec-refused', '/partners/spec', async (page) => {
    await page.locator('#endpoint-track').fill('https://10.0.0.1/')
    await page.getByRole('button', { name: 'Send track' }).click()
    await page.locator('.field-error').waitFor()
  })
  await at('kinds', '/partners/kinds')
  await at('kinds-chosen', '/partners/kinds?where=servers&needs=events')
  await at('integrations', '/partners/integrations')
  await at('integration', '/partners/integrations/webhooks')
  await at('immediate-access', '/partners/immediate-access')
  await at('co-marketing', '/partners/co-marketing')
  await at('docs', '/docs')
  for (const page of ['direct', 'webhooks', 'warehouse', 'sdks']) await at(`docs-${page}`, `/docs/${page}`)
  await run.api('PATCH', '/api/programme', { contact: 'partners@acme.example', community: 'https://c.example/' })
  await at('programme', '/programme')
  await at('reviewers', '/reviewers')
  await at('feedback', '/feedback')
  expect(findings).toEqual([])
})

it('the way of an application looks right on every screen', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: Parameters<typeof look>[4]) =>
    void findings.push(...(await look(chromium.browser, run.url, `partners-${name}`, path, act)))
  await at('apply', '/partners/apply')
  await at('apply-wrong', '/partners/apply', async (page) => {
    // Past what the browser itself would say.
    await page.locator('form').first().evaluate('document.querySelector("main form").noValidate = true')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.locator('.field-error').first().waitFor()
  })
  await apply('Acme')
  await apply('Аcme Incorporated')
  await at('queue-empty', '/applications')
  const { applications } = await run.api<Listed>('GET', '/api/applications?state=unconfirmed')
  const [one, other] = applications.map(({ id }) => id)
  const linkOf = async (id = '') =>
    new URL((await run.api<{ url: string }>('POST', `/api/applications/${id}/links`)).url).pathname
  const context = await chromium.browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  for (const id of [one, other]) {
    const link = await linkOf(id)
    if (id === one) await at('confirm', link)
    await page.goto(run.url + link)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('It is our turn').waitFor()
  }
  await context.close()
  await at('queue', '/applications')
  await at('application', `/applications/${one}`)
  await at('status-waiting', await linkOf(one))
  const words = 'Which of the events do you need, and what do you do with them?\nA list is enough.'
  await run.api('POST', `/api/applications/${one}/decisions`, { decision: 'ask', words })
  await at('status-asked', await linkOf(one))
  await run.api('POST', `/api/applications/${other}/decisions`, { decision: 'decline', words: 'It is Acme’s name.' })
  await at('status-declined', await linkOf(other))
  await at('status-gone', '/partners/status/nothing')
  expect(findings).toEqual([])
})

/** A mark that is seen as one: a square in two colours. */
const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z" fill="#0b6b82"/><path d="M0 8 8 0v8z" fill="#e9b949"/></svg>'

it('the portal looks right on every screen, and its preview follows what is typed', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: Parameters<typeof look>[4]) =>
    void findings.push(...(await look(chromium.browser, run.url, `portal-${name}`, path, act)))
  await at('empty', '/integrations')
  await at('kinds', '/integrations/new')
  await at('direct', '/integrations/new?kind=direct')
  await at('packaged', '/integrations/new?kind=packaged')
  await at('warehouse', '/integrations/new?kind=warehouse')
  await at('bi', '/integrations/new?kind=bi')
  const { integration } = await run.api<{ integration: { id: string; slug: string } }>('POST', '/api/integrations', {
    name: 'Acme',
    slug: 'acme-portal',
    description: 'Sees who comes back, and when.',
    categories: ['CRM', 'Analytics'],
    site: 'https://acme.example',
    support: 'help@acme.example',
    endpoint: `${run.url}/nowhere`,
    regions: [{ id: 'eu', name: 'Europe', endpoint: `${run.url}/nowhere/eu` }],
    settings: [
      {
        name: 'plan',
        label: 'Plan',
        type: 'select',
        choices: ['free', 'paid'],
        default: 'free',
        description: 'Yours.',
      },
      { name: 'token', label: 'Token', type: 'secret', required: true, startsWith: 'sk_', min: 8 },
    ],
    docs: '# Get a key\n\n1. Open **Acme**.\n2. Copy the key.\n\n| Plan | Events |\n|---|---|\n| free | 1,000 |\n\n```\nsk_…\n```',
    logo: MARK,
    mark: MARK,
  })
  const path = `/integrations/${integration.id}`
  await at('list', '/integrations')
  await at('edit', path)
  await at('previewed', path, async (page) => {
    await page.locator('[id="settings.0.label"]').fill('Which plan')
    await page.locator('[id="settings.0.label"]').blur()
    await page.locator('#preview label', { hasText: 'Which plan' }).waitFor()
  })
  await at('wrong', path, async (page) => {
    await page.locator('#endpoint').fill('https://10.0.0.1/')
    await page.locator('[id="settings.0.default"]').fill('gold')
    await page.getByRole('button', { name: 'Save' }).last().click()
    await page.locator('.field-error').first().waitFor()
  })
  await at('as-customers-find-it', `/catalogue/${integration.slug}`)
  expect(findings).toEqual([])
})

it('how an endpoint is tried looks right on every screen', async () => {
  await using endpoint = await partner('16 KB at most')
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: Parameters<typeof look>[4]) =>
    void findings.push(...(await look(chromium.browser, run.url, `trying-${name}`, path, act)))
  const { integration } = await run.api<{ integration: { id: string } }>('POST', '/api/integrations', {
    name: 'Acme Journeys',
    slug: 'acme-journeys',
    endpoint: endpoint.endpoint,
    supportedMethods: ['identify', 'track', 'page', 'group'],
    rate: 200,
  })
  const path = `/integrations/${integration.id}`
  await at('nothing-yet', `${path}/certifications`)
  const asked = { settings: { apiKey: 'right-key' }, readBack: endpoint.readBack }
  const { certification } = await run.api<Certified>('POST', `/api${path}/certifications`, asked)
  const below = `${path}/certifications/${certification.id}`
  for (let state = 'running'; state === 'running'; await sleep(200))
    ({ state } = (await run.api<Certified>('GET', `/api${below}`)).certification)
  const { errors, skipped } = (await run.api<Certified>('GET', `/api${below}`)).certification
  expect([errors, skipped > 0]).toEqual([1, true])
  await at('runs', `${path}/certifications`)
  await at('run', below)
  await at('check', `${below}/C112`)
  await at('certificate', `/certificates/${certification.id}`)
  await at('console', `${path}/console`, async (page) => {
    await page.getByLabel('API key').fill('right-key')
    await page.getByLabel('Call or odd case').selectOption('twice')
    await page.getByRole('button', { name: 'Send it' }).click()
    await page.getByText('Request 2 of 2').waitFor()
  })
  expect(findings).toEqual([])
})

it('versions look right on every screen', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: Parameters<typeof look>[4]) =>
    void findings.push(...(await look(chromium.browser, run.url, `versions-${name}`, path, act)))
  const { integration } = await run.api<{ integration: { id: string } }>('POST', '/api/integrations', {
    name: 'Acme Journeys, of Which Customers Have a Version',
    slug: 'acme-versions',
    kind: 'packaged',
    description: 'Sees who comes back.',
    device: { sdks: ['browser'], plugin: { type: 'bundle' } },
    settings: [{ name: 'plan', label: 'Plan', type: 'select', choices: ['free', 'paid'] }],
    supportedMethods: ['track'],
  })
  const { id } = integration
  const path = `/integrations/${id}`
  await at('none', `${path}/versions`)
  const status = (of: string) => `UPDATE integrations SET ${of} WHERE id = '${id}'`
  await run.execute([status("status = 'PUBLIC'")])
  await at('live', path)
  const draft = (body: unknown) => run.api<{ draft: number }>('PATCH', `/api${path}`, body)
  await draft({ description: 'Sees who comes back, and when.' })
  await run.api('POST', `/api${path}/versions/2/submit`)
  const settings = [
    { name: 'plan', label: 'Your plan', type: 'select', choices: ['free', 'paid', 'gold'] },
    { name: 'where', label: 'Where', type: 'string', description: 'The place that your data is kept at.' },
  ]
  await draft({
    settings,
    supportedMethods: ['track', 'page'],
    docs: '# Set up\n\n1. Open **Acme**.\n2. Copy the key.',
  })
  await at('draft-edited', path)
  await at('draft', `${path}/versions/3`)
  const figures = (of: number) =>
    JSON.stringify({
      now: { delivered: 970, failed: of, destinations: 4 },
      before: { delivered: 900, failed: 2 },
      old: { delivered: 8_800, failed: 20, destinations: 20 },
    })
  const rolled = `UPDATE integration_versions SET share = 10, since = ${Date.now() - 2_400_000}, looked_at = ${Date.now() - 60_000}`
  const its = `WHERE integration_id = '${id}' AND number = 3`
  await run.execute([
    `${rolled}, state = 'rolling', submitted_at = ${Date.now() - 9e6}, figures = '${figures(3)}' ${its}`,
  ])
  await at('rolling', `${path}/versions/3`)
  const why =
    'With version 3, of attempts to send an event, 420 of 1390 failed (30.2 %); with the old one 20 of 8820 (0.2 %).'
  await run.execute([
    `UPDATE integration_versions SET share = NULL, state = 'halted', ended_at = ${Date.now()}, figures = '${figures(420)}', why = '${why}' ${its}`,
  ])
  await at('halted', `${path}/versions/3`)
  await at('list', `${path}/versions`)
  await at('live-one', `${path}/versions/2`)
  await at('reviewed', `/submissions/${id}/versions`)
  await at('reviewed-one', `/submissions/${id}/versions/3`)
  expect(findings).toEqual([])
})

it('how an integration fares looks right on every screen', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: Parameters<typeof look>[4]) =>
    void findings.push(...(await look(chromium.browser, run.url, `quality-${name}`, path, act)))
  const { integration } = await run.api<{ integration: { id: string } }>('POST', '/api/integrations', {
    name: 'Acme Journeys and Everything Else',
    slug: 'acme-quality',
    endpoint: `${run.url}/nowhere`,
    supportedMethods: ['track'],
  })
  const path = `/integrations/${integration.id}`
  await at('growth-empty', `${path}/growth`)
  await at('samples', `${path}/growth/samples`)
  await run.execute(monthOfDays(integration.id))
  await at('growth', `${path}/growth`)
  await at('quality', `${path}/quality`)
  await at('quality-wrong', `${path}/quality`, async (page) => {
    await page.locator('#startsAt').fill('2020-01-01T02:30')
    await page.locator('#endsAt').fill('2020-01-01T04:00')
    await page.getByRole('button', { name: 'Plan it' }).click()
    await page.locator('.field-error').first().waitFor()
  })
  await at('redelivery', `${path}/redelivery`)
  await at('list', '/quality')
  await at('review-growth', `/submissions/${integration.id}/growth`)
  await at('review-quality', `/submissions/${integration.id}/quality`)
  expect(findings).toEqual([])
})

/** A month of an integration that has become worse, as hourly looks have kept it. */
function monthOfDays(id: string): string[] {
  const day = Math.floor(Date.now() / 86_400_000)
  const json = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`
  const sample = {
    status: 503,
    message: 'service … unavailable',
    requestHeaders: [],
    responseHeaders: ['retry-after'],
    otherHeaders: 2,
  }
  const causes = [
    { day: day - 1, part: 'arrival', reason: 'http_503', count: 1_200, points: 9.4 },
    { day: day - 1, part: 'calm', reason: '', count: 14, points: 1.1 },
  ]
  const days = Array.from({ length: 29 }, (_, back) => {
    const bad = back === 1 ? 1_200 : back % 9 === 4 ? 30 : 0
    const figures = {
      delivered: 41_000 - ((back * 977) % 9_000),
      opened: bad > 0 ? 2 : 0,
      'delay|35': 39_000 - ((back * 977) % 9_000),
      'delay|48': 2_000,
      ...(bad > 0 && { 'failed|http_503': bad, 'errors|http_503': bad * 6, 'errors|timeout': 12 }),
    }
    const version = back < 4 ? 2 : 1
    return [
      `INSERT INTO integration_days VALUES ('${id}', ${day - back}, ${version}, 0, ${12 - (back % 5)}, ${json(figures)})`,
      `INSERT INTO quality_days VALUES ('${id}', ${day - back}, ${back === 0 ? 81.4 : 97.2}, '${back === 0 ? 'fair' : 'excellent'}', '[]', ${json(back === 0 ? causes : [])}, 1)`,
    ]
  })
  return [
    `UPDATE integrations SET status = 'PUBLIC' WHERE id = '${id}'`,
    "INSERT OR IGNORE INTO partners VALUES ('ws_first', 'app_first', 'Acme Incorporated', 0)",
    ...days.flat(),
    `INSERT INTO integration_days VALUES ('${id}', ${day - 6}, 1, 1, 4, '{"delivered":40,"failed|http_503":900}')`,
    `INSERT INTO integration_samples VALUES ('${id}', 'http_503', ${Date.now() - 5_000_000}, 2, ${json(sample)})`,
    `INSERT INTO maintenance_windows VALUES ('mnt_${day}', '${id}', ${(day + 3) * 86_400_000}, ${(day + 3) * 86_400_000 + 7_200_000}, 'A new database, and what belongs to it', 0)`,
  ]
}

interface Certified {
  certification: { id: string; state: string; errors: number; skipped: number }
}
