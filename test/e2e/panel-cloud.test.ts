import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase, type TestDatabase } from '../postgres/database.ts'
import { SalesforceServer } from '../pull/salesforce-server.ts'
import type { Tokens } from '../pull/vendor-server.ts'
import { ZendeskServer } from '../pull/zendesk-server.ts'
import type { LaunchedBrowser } from './browser.ts'
import { patient } from './local.ts'
import { type Finding, look } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'
import { openBrowser } from './shared-browser.ts'

let run: PanelRun
let chromium: LaunchedBrowser
let database: TestDatabase
/** Hours ago, until all is there: exports leave out what has changed in the last minute. */
let hoursAgo = 2
const clock = () => Math.floor(Date.now() / 1_000) - hoursAgo * 3_600
const servers = { zendesk: new ZendeskServer(clock), salesforce: new SalesforceServer(clock) }

beforeAll(async () => {
  run = await startPanel()
  chromium = await openBrowser()
  database = await openDatabase()
  for (let n = 0; n < 3; n++) {
    servers.zendesk.put('tickets', { subject: `No. ${n}`, status: 'open', custom_fields: [] })
    servers.zendesk.put('groups', { name: `Group ${n}` })
    servers.salesforce.put('Account', { Name: `Account ${n}` })
    servers.salesforce.put('Invoice__c', { Name: `Invoice ${n}`, Total__c: n })
  }
  hoursAgo = 0
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await Promise.all(Object.values(servers).map((server) => server.stop()))
  await database?.end()
})

interface Case {
  vendor: 'zendesk' | 'salesforce'
  name: string
  /** What is pulled, and what is chosen beside it. */
  collections: string[]
  chosen?: string
  /** What the tables have then. */
  rows: Record<string, string>
}

const CASES: Case[] = [
  {
    vendor: 'zendesk',
    name: 'Zendesk',
    collections: ['groups', 'tickets'],
    rows: {
      groups: 'select name as one from help.groups order by 1',
      tickets: 'select subject as one from help.tickets order by 1',
    },
  },
  {
    vendor: 'salesforce',
    name: 'Salesforce',
    collections: ['accounts'],
    chosen: 'Invoice__c',
    rows: {
      accounts: 'select name as one from crm.accounts order by 1',
      invoices: 'select name as one from crm.invoice_c order by 1',
    },
  },
]

describe.each(CASES)('$name in a browser', { timeout: 300_000 }, ({ vendor, name, collections, chosen, rows }) => {
  it('is connected, allowed at the vendor’s, chosen from, pulled, loaded, and disconnected with its tables', async () => {
    const findings: Finding[] = []
    // What both have alike is looked at once.
    const at = async (what: string, path: string, act?: (page: Page) => Promise<unknown>) =>
      (vendor === 'zendesk' || what === 'choose-more') &&
      findings.push(...(await look(chromium.browser, run.url, `cloud-${vendor}-${what}`, path, act)))
    const server = servers[vendor]
    const { client }: Tokens = server.tokens
    const address = await server.start()
    const slug = vendor === 'zendesk' ? 'help' : 'crm'
    const { source } = await run.api<{ source: { id: string } }>('POST', '/api/sources', {
      name,
      slug,
      metadataId: vendor,
    })
    const path = `/sources/${source.id}/cloud`
    await at('new', path)

    const page = await chromium.browser.newPage()
    await page.goto(run.url + path)
    await page.getByLabel('Address').fill(address)
    await page.getByLabel('Grant').selectOption('authorization_code')
    await page.getByLabel('Client id').fill(client.id)
    await page.getByLabel('Client secret').fill(client.secret)
    for (const box of await page.locator('input[name^="collection."]').all())
      if (!collections.includes((await box.getAttribute('name'))?.slice(11) ?? '')) await box.uncheck()
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByRole('link', { name: `Go to ${name}` }).waitFor()
    await at('to-be-allowed', path)

    const consent = async (on: Page) => {
      await on.goto(run.url + path)
      await on.getByRole('link', { name: new RegExp(`Go to ${name}|Allow it once more`) }).click()
      await on.getByRole('link', { name: 'Allow' }).waitFor()
    }
    const allow = async (on: Page) => {
      await consent(on)
      await on.getByRole('link', { name: 'Allow' }).click()
      await on.getByRole('button', { name: 'Finish' }).waitFor()
    }
    await at('finish', path, allow)
    await at('denied', path, async (on) => {
      await consent(on)
      await on.getByRole('link', { name: 'Deny' }).click()
      await on.getByText('access_denied').waitFor()
    })
    // What was brought back is good once, and for whoever has asked.
    await allow(page)
    await page.getByRole('button', { name: 'Finish' }).click()
    await page.getByText('It is allowed').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Finish' }).click()
    await page.getByText('does not take what was allowed').waitFor()
    if (chosen !== undefined) {
      await page.goto(`${run.url}${path}/collections`)
      await at('choose-more', `${path}/collections?q=invoice`)
      await page.getByLabel(chosen).check()
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByText('Added.').waitFor()
    }
    await pulled(path)
    await at('allowed', path)

    const { settings, warehouse } = await newWarehouse(name)
    await run.api('POST', `/api/warehouses/${warehouse}/connected-sources/${source.id}`)
    for (const [table, query] of Object.entries(rows))
      expect([table, await loaded(warehouse, query)]).toEqual([table, 3])
    expect(settings.username).toBe('loader_of_clouds')

    await page.goto(run.url + path)
    await page.getByRole('link', { name: 'Disconnect' }).click()
    await page.getByText('Its tables are in the schema').waitFor()
    await at('disconnect', `${path}/disconnect`)
    await page.getByRole('button', { name: 'Disconnect, and drop its tables' }).click()
    await page.getByLabel('Are you sure?').fill(name)
    await page.getByRole('button', { name: 'Disconnect, and drop its tables' }).click()
    await page.getByText('Its tables are being dropped').waitFor()
    await until(async () => (await jobOf(warehouse)) === 'done')
    await at('tables-dropped', `/warehouses/${warehouse}/jobs`)
    await at('disconnected', path)
    const left =
      "select table_name as one from information_schema.tables where table_schema = $1 and table_name not like '\\_sluice%'"
    expect(await database.query(left, [slug])).toEqual([])
    await page.close()
    expect(findings).toEqual([])
  })
})

async function until(is: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patient(60_000); Date.now() < end; await sleep(300)) if (await is()) return
  throw new Error('it does not come to stand as it should')
}

interface Cloud {
  cloud: { status: { current: object | null; objects: number; last: object | null } | null }
}

async function pulled(path: string): Promise<void> {
  let seen: Cloud['cloud']['status'] = null
  await until(async () => {
    seen = (await run.api<Cloud>('GET', `/api${path}`)).cloud.status
    return seen !== null && seen.current === null && seen.objects >= 6 && seen.last !== null
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(seen)}`)
  })
}

let made = false
async function newWarehouse(name: string) {
  const { host, port } = database
  if (!made) await database.query("create role loader_of_clouds login password 'of-the-loader'")
  made = true
  await database.query(`grant create, connect on database ${database.database} to loader_of_clouds`)
  const settings = {
    host,
    port,
    database: database.database,
    username: 'loader_of_clouds',
    password: 'of-the-loader',
    ssl: 'disable',
  }
  const body = { metadataId: 'postgres', name: `For ${name}`, settings }
  const { warehouse } = await run.api<{ warehouse: { id: string } }>('POST', '/api/warehouses', body)
  return { settings, warehouse: warehouse.id }
}

/** Rows that a query has, when there are any. */
async function loaded(warehouse: string, query: string): Promise<number> {
  let rows = 0
  await until(async () => {
    await run.api('POST', `/api/warehouses/${warehouse}/sync`).catch(() => undefined)
    rows = await database.query(query).then(
      (all) => all.length,
      () => 0,
    )
    return rows > 0
  })
  return rows
}

async function jobOf(warehouse: string): Promise<string | undefined> {
  const { removals } = await run.api<{ removals: { state: string }[] }>('GET', `/api/warehouses/${warehouse}/removals`)
  return removals[0]?.state
}
