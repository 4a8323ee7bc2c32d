import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, type LaunchedBrowser } from './browser.ts'
import { startReceiver } from './local.ts'
import { type Finding, look } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

let run: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
let status = 200
const made = { source: '', writeKey: '', destination: '' }

beforeAll(async () => {
  receiver = await startReceiver(() => status)
  run = await startPanel()
  chromium = await launchBrowser()
  const { source } = await run.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    name: 'Web shop',
    slug: 'see',
  })
  const { destination } = await run.api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: 'webhooks',
    name: 'Order hooks',
    settings: { urls: [`${receiver.url}/in`] },
  })
  Object.assign(made, { source: source.id, writeKey: source.writeKeys[0], destination: destination.id })
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await receiver?.close()
})

async function send(events: Record<string, unknown>[]): Promise<void> {
  const reply = await fetch(`${run.url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ writeKey: made.writeKey, batch: events }),
  })
  expect(await reply.json()).toEqual({ success: true })
}

const track = (event: string, more: Record<string, unknown> = {}) => ({
  type: 'track',
  userId: 'user-42',
  event,
  ...more,
})
const rows = (page: Page) => page.locator('.events > li:visible')

describe('the debugger in a browser', { timeout: 120_000 }, () => {
  it('moves by itself: accepted, filtered and rejected events as they come', async () => {
    const page = await chromium.browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${run.url}/sources/${made.source}/debugger`)
    await page.getByText('No event has come yet').waitFor()
    await page.getByText('Live: waiting for events.').waitFor()

    await send([
      track('Order Completed', { messageId: 'order-1', properties: { revenue: 42 } }),
      track('Kept Back', { integrations: { Webhooks: false } }),
      { type: 'track', userId: 'user-42' },
    ])
    await page.getByText('To 1 of 1').waitFor()
    await page.getByText('To 0 of 1, 1 filtered').waitFor()
    await page.getByText('a track without the name of its event').first().waitFor()
    expect(await rows(page).count()).toBe(3)
    expect(await page.getByText('No event has come yet').isVisible()).toBe(false)

    // What came live and what the server writes read the same.
    const words = () => page.locator('.events').innerText()
    for (const summary of await page.locator('.events summary').all()) await summary.click()
    const live = await words()
    expect(live).toContain('properties.revenue')
    await page.reload()
    await page.getByText('Live: waiting for events.').waitFor()
    for (const summary of await page.locator('.events summary').all()) await summary.click()
    expect(await words()).toBe(live)

    await page.getByLabel('Raw').check()
    await page.getByText('"messageId": "order-1"').waitFor()
    await page.getByLabel('Pretty').check()

    await page.getByRole('searchbox').fill('ORDER-1')
    expect(await rows(page).count()).toBe(1)
    await page.getByRole('searchbox').fill('')
    await page.getByLabel('Which events').selectOption('rejected')
    expect(await rows(page).count()).toBe(1)
    await page.getByLabel('Which events').selectOption('')

    await page.getByRole('button', { name: 'Pause' }).click()
    await send([track('While Paused')])
    const archived = async () => {
      const { counters } = await run.api<{ counters: { archived: number } }>(
        'GET',
        `/api/sources/${made.source}/counters`,
      )
      return counters.archived
    }
    await expect.poll(archived, { timeout: 60_000 }).toBe(3)
    expect(await page.getByText('While Paused').count()).toBe(0)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('While Paused').first().waitFor()

    await page.getByText('Order Completed').first().scrollIntoViewIfNeeded()
    await page.locator('.events li', { hasText: 'order-1' }).getByRole('link', { name: 'Where did it go?' }).click()
    await page.getByText('Delivered', { exact: true }).first().waitFor()
    expect(faults).toEqual([])
    await page.close()
  })

  it('says that it shows a sample when more comes than anybody can read, and holds five hundred', async () => {
    const page = await chromium.browser.newPage()
    await page.goto(`${run.url}/sources/${made.source}/debugger`)
    await page.getByText('Live: waiting for events.').waitFor()
    await send(Array.from({ length: 400 }, (_, n) => track(`Many ${n}`)))
    await page.getByText(/Live: a sample, \d+ of the last 400 events/).waitFor()
    expect(await rows(page).count()).toBeLessThanOrEqual(500)
    await page.close()
  })

  it('comes back when the connection is gone', async () => {
    const page = await chromium.browser.newPage()
    await page.routeWebSocket(/\/debugger\/live$/, (socket) => {
      if (first) void socket.close({ code: 1011 })
      else socket.connectToServer()
      first = false
    })
    let first = true
    await page.goto(`${run.url}/sources/${made.source}/debugger`)
    await page.getByText('Not live: the connection is gone.').waitFor()
    await page.getByText('Live: waiting for events.').waitFor()
    expect(first).toBe(false)
    await page.close()
  })
})

it(
  'a destination says how it fares, through a failure and a recovery, and looks right',
  { timeout: 400_000 },
  async () => {
    const findings: Finding[] = []
    const path = `/destinations/${made.destination}`
    const page = await chromium.browser.newPage()
    const says = async (words: RegExp) => {
      await expect
        .poll(async () => (await page.goto(run.url + path)) && (await page.locator('main').innerText()), {
          timeout: 60_000,
        })
        .toMatch(words)
    }
    await says(/All that came is settled|Nothing has come yet/)
    status = 503
    await send(Array.from({ length: 9 }, (_, n) => track(`Fails ${n}`)))
    await says(/Paused for .*: the endpoint answered 503 \w+ times/)
    findings.push(...(await look(chromium.browser, run.url, 'destination-broken', path)))
    findings.push(...(await look(chromium.browser, run.url, 'destination-broken-7d', `${path}?period=7d`)))
    findings.push(
      ...(await look(chromium.browser, run.url, 'destination-table', path, async (shown) => {
        await shown.getByText('The same as a table').click()
        await shown.getByText('By reason').click()
      })),
    )
    status = 200
    await says(/All that came is settled/)
    findings.push(...(await look(chromium.browser, run.url, 'destination-mended', path)))
    findings.push(
      ...(await look(chromium.browser, run.url, 'debugger', `/sources/${made.source}/debugger`, async (shown) => {
        await shown.locator('.events summary').first().click()
      })),
    )
    findings.push(
      ...(await look(
        chromium.browser,
        run.url,
        'debugger-raw',
        `/sources/${made.source}/debugger?status=rejected`,
        async (shown) => {
          await shown.locator('.events summary').first().click()
          await shown.getByLabel('Raw').check()
        },
      )),
    )
    findings.push(
      ...(await look(chromium.browser, run.url, 'debugger-nothing', `/sources/${made.source}/debugger?q=zzzz`)),
    )
    findings.push(...(await look(chromium.browser, run.url, 'event', `/sources/${made.source}/debugger/1.0`)))
    findings.push(...(await look(chromium.browser, run.url, 'event-filtered', `/sources/${made.source}/debugger/1.1`)))
    expect(findings).toEqual([])
    await page.close()
  },
)
