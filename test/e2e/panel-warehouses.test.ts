import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StripeServer } from '../pull/stripe-server.ts'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { patient } from './local.ts'
import { type Finding, look } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'
import { type FilledWarehouses, fillWarehouses } from './panel-warehouses.ts'

let run: PanelRun
let chromium: LaunchedBrowser
let made: FilledWarehouses
let stripe: StripeServer | undefined

beforeAll(async () => {
  run = await startPanel()
  chromium = await openBrowser()
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await made?.stop()
  await stripe?.stop()
})

describe('warehouses in a browser', () => {
  it('look as they should on every screen, in every state', async () => {
    const findings: Finding[] = []
    const at = async (name: string, path: string, act?: (page: Page) => Promise<unknown>) =>
      findings.push(...(await look(chromium.browser, run.url, `warehouse-${name}`, path, act)))
    await at('list-empty', '/warehouses')
    made = await fillWarehouses(run)
    const { busy, refused, sound, loaded, failing } = made
    const test = async (page: Page, words: string) => {
      await page.getByRole('button', { name: 'Test the connection' }).click()
      await page.getByText(words).waitFor()
    }
    await at('list', '/warehouses')
    await at('catalogue', '/catalogue?kind=warehouse')
    await at('entry', '/catalogue/postgres')
    await at('new', '/warehouses/new?integration=postgres')
    await at('new-refused', '/warehouses/new?integration=postgres', async (page) => {
      for (const label of ['Database', 'User', 'Password']) await page.getByLabel(label, { exact: true }).fill('x')
      await page.getByLabel('Host', { exact: true }).fill('10.0.0.1')
      await page.getByRole('button', { name: 'Save and test' }).click()
      await page.getByText('Not saved yet').waitFor()
    })
    await at('failing', `/warehouses/${busy}`)
    await at('refused', `/warehouses/${refused}`)
    await at('sound', `/warehouses/${sound}`)
    await at('test', `/warehouses/${sound}/test`, (page) => test(page, 'The connection can be used.'))
    await at('test-refused', `/warehouses/${refused}/test`, (page) => test(page, 'cannot be used yet'))
    await at('sources', `/warehouses/${busy}/sources`)
    await at('source', `/warehouses/${busy}/sources/${loaded}`)
    await at('source-failing', `/warehouses/${busy}/sources/${failing}`)
    await at('tables', `/warehouses/${busy}/tables`)
    await at('tables-nothing-found', `/warehouses/${busy}/tables?q=nothing-like-this`)
    await at('table', `/warehouses/${busy}/tables/${loaded}/order_completed`)
    await at('retype-asked', `/warehouses/${busy}/tables/${loaded}/order_completed`, async (page) => {
      await page.getByLabel('Column', { exact: true }).selectOption('revenue')
      await page.getByLabel('New type').selectOption('text')
    })
    const retyping = { sourceId: loaded, collection: 'order_completed', property: 'revenue', type: 'text' }
    await run.api('POST', `/api/warehouses/${busy}/retypings`, retyping)
    await at('retype-done', `/warehouses/${busy}/tables/${loaded}/order_completed`, (page) =>
      page.locator('#retypings').getByText('Done').waitFor(),
    )
    await at('bi-tools', `/warehouses/${sound}/bi`)
    await at('bi-tool', `/warehouses/${sound}/bi/metabase`)
    await at('bi-entry', '/catalogue/grafana')
    const partner = {
      name: 'Acme DB',
      slug: 'acme-db',
      kind: 'warehouse',
      description: 'PostgreSQL by Acme, in Europe.',
      warehouse: {
        connector: 'postgres',
        settings: [
          {
            name: 'host',
            label: 'Endpoint',
            description: 'As the console shows it.',
            hosts: ['*.db.acme.example.com'],
          },
          { name: 'ssl', default: 'require', fixed: true },
        ],
        help: ['Open the console of Acme, and make a database.', 'Make a role for it, and copy its password.'],
      },
    }
    await run.api('POST', '/api/integrations', partner)
    await at('partner', '/catalogue/acme-db')
    await at('partner-new', '/warehouses/new?integration=acme-db')
    await at('syncs', `/warehouses/${busy}/syncs`)
    await at('sync', `/warehouses/${busy}/syncs`, async (page) => {
      await page.getByRole('row', { name: 'With notices' }).first().getByRole('link').click()
      await page.getByText('do not fit the type of their column').first().waitFor()
    })
    await at('jobs-none', `/warehouses/${sound}/jobs`)
    await run.api('POST', `/api/warehouses/${sound}/backfills`, { sourceId: loaded })
    await run.api('POST', `/api/warehouses/${sound}/erasures`, { userIds: ['user-1', 'user-2'] })
    await at('jobs', `/warehouses/${sound}/jobs`)
    await at('erase', `/warehouses/${sound}/jobs`, async (page) => {
      await page.getByLabel('User ids').fill('user-3')
      await page.getByRole('button', { name: 'Erase their rows' }).click()
      await page.getByText('It cannot be undone').waitFor()
    })
    await at('settings', `/warehouses/${busy}/settings`)
    await at('delete', `/warehouses/${busy}/delete`)
    await made.slow()
    await at('running', `/warehouses/${sound}`)
    expect(findings).toEqual([])
  })

  it('one is reached from the list of destinations and the catalogue, and made and tested by its form', async () => {
    const page = await chromium.browser.newPage()
    await page.goto(`${run.url}/destinations`)
    await page.locator('#main').getByRole('link', { name: 'warehouses' }).click()
    await page.getByRole('link', { name: 'Add warehouse' }).click()
    await page.getByRole('link', { name: 'PostgreSQL' }).click()
    await page.getByRole('link', { name: 'Connect PostgreSQL' }).click()
    const { host, port, database, username, password, ssl } = made.settings
    const fields = {
      Name: 'By its form',
      Host: host,
      Port: port,
      Database: database,
      User: username,
      Password: password,
    }
    for (const [label, value] of Object.entries(fields))
      await page
        .getByLabel(label, { exact: label !== 'Name' })
        .first()
        .fill(String(value))
    await page.getByLabel('TLS').selectOption(String(ssl))
    await page.getByRole('button', { name: 'Save and test' }).click()
    await page.getByText('Connect a source').waitFor()
    expect(await page.locator('h1').innerText()).toContain('By its form')
    await page.close()
  })
})

interface Cloud {
  cloud: {
    status: { state: string; current: { objects: number } | null; last: { startedAt: string } | null } | null
  }
}

async function newStripe(name: string): Promise<string> {
  const body = { name, slug: name.toLowerCase(), metadataId: 'stripe' }
  const { source } = await run.api<{ source: { id: string } }>('POST', '/api/sources', body)
  return `/sources/${source.id}/cloud`
}

/** Waits until a cloud source stands so. */
async function stands(path: string, is: (status: NonNullable<Cloud['cloud']['status']>) => boolean): Promise<void> {
  for (const end = Date.now() + patient(60_000); Date.now() < end; await sleep(200)) {
    const { status } = (await run.api<Cloud>('GET', `/api${path}`)).cloud
    if (status && is(status)) return
  }
  throw new Error(`${path} does not come to stand as it should`)
}

/** What happens at the vendor from the switch on comes to a webhook, by the way of all events. */
async function goesToDestinations(at: StripeServer, path: string, settings: object): Promise<void> {
  const bodies: { event: string; messageId: string; userId: string; properties: { amount: number } }[] = []
  const receiver = createServer((request, response) => {
    let text = ''
    request.on('data', (piece: Buffer) => (text += piece.toString()))
    request.on('end', () => {
      bodies.push(JSON.parse(text))
      response.end()
    })
  })
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/in`
    const [, , sourceId] = path.split('/')
    await run.api('POST', '/api/destinations', { sourceId, metadataId: 'webhooks', settings: { urls: [url] } })
    await run.api('PUT', `/api${path}`, { settings: { ...settings, events: true } })
    const over = async (since: number) =>
      stands(path, ({ current, last }) => current === null && last !== null && Date.parse(last.startedAt) >= since)
    const switched = Date.now()
    await over(switched - 1_000)
    const charge = at.make('charge', { amount: 4_200, metadata: { user_id: 'u7' } })
    for (let nth = 0; nth < 2; nth++) {
      const begun = Date.now()
      await run.api('POST', `/api${path}/pull`)
      await over(begun)
    }
    for (const end = Date.now() + patient(60_000); Date.now() < end && bodies.length === 0; await sleep(200));
    // What the second run has read once more was known.
    await sleep(2_000)
    const { id } = at.events.find(({ data }) => (data['object'] as { id: string }).id === charge.id) ?? {}
    expect(bodies).toMatchObject([
      { event: 'charge.created', messageId: `stripe-${id}`, userId: 'u7', properties: { amount: 4_200 } },
    ])
  } finally {
    receiver.close()
  }
}

it('a cloud source looks as it should on every screen, in every state', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: (page: Page) => Promise<unknown>) =>
    findings.push(...(await look(chromium.browser, run.url, `cloud-${name}`, path, act)))
  stripe = new StripeServer(() => Math.floor(Date.now() / 1_000))
  const settings = { apiKey: stripe.key, address: await stripe.start() }
  stripe.make('charge', { amount: 100 })
  stripe.forbidden.add('refunds')
  const path = await newStripe('Stripe')
  await at('new', path)
  await at('refused', path, async (page) => {
    await page.locator('main form').first().evaluate('document.querySelector("form.form").noValidate = true')
    await page.getByLabel('Address').fill('stripe')
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.locator('.field-error').first().waitFor()
  })
  await run.api('PUT', `/api${path}`, { settings, leftOut: ['disputes'] })
  await stands(path, ({ last }) => last !== null)
  await at('after-a-run', path)
  await at('test-refused', path, async (page) => {
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('may not read').first().waitFor()
  })
  await goesToDestinations(stripe, path, settings)
  stripe.key = 'rk_test_another'
  await run.api('POST', `/api${path}/pull`)
  await stands(path, ({ state }) => state === 'failing')
  await at('failing', path)
  stripe.key = settings.apiKey
  // At six calls a second it is under way for as long as somebody looks.
  for (let n = 0; n < 30_000; n++) stripe.make('charge', { amount: n })
  const large = await newStripe('Large')
  await run.api('PUT', `/api${large}`, { settings })
  await stands(large, ({ current }) => (current?.objects ?? 0) > 100)
  await at('first-run', large)
  await run.api('PUT', `/api${large}`, { paused: true })
  await at('paused', large)
  expect(findings).toEqual([])
})
