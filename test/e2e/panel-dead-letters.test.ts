import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { ledger, patient, startReceiver } from './local.ts'
import { type Finding, look } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

let run: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
/** What the receiver says of an event, by its name. */
let statusOf = (event: string): number => (event.startsWith('Order') ? 400 : event === 'Signed Up' ? 422 : 200)
const made = { source: '', writeKey: '', destination: '' }

beforeAll(async () => {
  receiver = await startReceiver(({ event }) => statusOf(String(event['event'])))
  run = await startPanel()
  chromium = await openBrowser()
  const { source } = await run.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    name: 'Web shop',
    slug: 'dead',
  })
  const { destination } = await run.api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: 'webhooks',
    name: 'Order hooks',
    settings: { urls: [`${receiver.url}/in`] },
  })
  Object.assign(made, { source: source.id, writeKey: source.writeKeys[0], destination: destination.id })
  const names = ['Order Completed', 'Order Refunded', 'Signed Up', 'Looked']
  const batch = Array.from({ length: 24 }, (_, n) => ({
    type: 'track',
    event: names[n % names.length],
    userId: `user-${n % 5}`,
    properties: { revenue: n, note: n === 0 ? 'W'.repeat(300) : 'small' },
  }))
  batch.push({
    type: 'track',
    event: `Order ${'ümlautW'.repeat(30)}`,
    userId: 'u'.repeat(200),
    properties: { revenue: 1, note: '' },
  })
  const reply = await fetch(`${run.url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ writeKey: made.writeKey, batch }),
  })
  if (!reply.ok) throw new Error(await reply.text())
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await receiver?.close()
})

async function reaches(figures: object): Promise<void> {
  await expect
    .poll(() => ledger(run.api, made.destination), { timeout: patient(30_000), interval: 200 })
    .toMatchObject(figures)
}

it('is sent again by a click, without scripts too, and both ends of it are told apart', async () => {
  await reaches({ delivered: 6, dead: 19 })
  statusOf = (event) => (event === 'Order Completed' ? 200 : 500 - 60)
  const context = await chromium.browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${run.url}/destinations/${made.destination}`)
  await page.getByText('More', { exact: true }).click()
  await page.getByRole('link', { name: '13 events' }).click()
  await expect.poll(() => page.getByLabel('Reason').inputValue()).toBe('http_400')
  await page.getByLabel('Event', { exact: true }).fill('Order C*')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  const boxes = page.getByRole('checkbox', { name: 'Choose Order Completed' })
  // The page with the filter is on its way when the click has been made.
  await expect.poll(() => boxes.count()).toBe(6)
  await boxes.first().check()
  await boxes.nth(3).check()
  await page.getByRole('button', { name: 'Send the chosen again' }).click()
  await page.getByText('On their way again').waitFor()
  await reaches({ delivered: 8, dead: 17, pending: 0 })
  await page.getByRole('link', { name: 'Dead letters' }).first().click()
  await page.getByRole('link', { name: 'Order Refunded' }).first().click()
  await page.getByRole('button', { name: 'Send it again' }).click()
  await reaches({ delivered: 8, dead: 17, pending: 0 })
  await page.goto(`${run.url}/destinations/${made.destination}/dead-letters`)
  expect(await cells(page)).toEqual([
    ['1', '0', '1'],
    ['2', '2', '0'],
  ])
  await page.getByRole('link', { name: '10 events' }).click()
  await page.getByRole('link', { name: 'Send all of this filter again' }).click()
  await page.getByText('These are 10 events').waitFor()
  await page.getByRole('button', { name: 'Send them again' }).click()
  await reaches({ delivered: 12, pending: 0 })
  await context.close()
})

/** Events, delivered and failed again of each redrive, the newest first. */
async function cells(page: Page): Promise<string[][]> {
  const rows = page.getByRole('table', { name: 'What was sent again' }).locator('tbody tr')
  const texts = await rows.evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
  )
  return texts.map((row) => row.slice(0, 3))
}

it('looks right on every screen', { timeout: 300_000 }, async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string) => {
    findings.push(...(await look(chromium.browser, run.url, name, path)))
  }
  const path = `/destinations/${made.destination}`
  await at('dead-overview', path)
  await at('delivery-overview', `${path}/delivery-overview`)
  await at('delivery-overview-filtered', `${path}/delivery-overview?period=1h&eventName=Order+Completed`)
  await at('dead-letters', `${path}/dead-letters`)
  await at('dead-letters-filtered', `${path}/dead-letters?event=Order+*&userId=user-1&reason=http_440`)
  await at('dead-letters-refused', `${path}/dead-letters?from=2026-02-01T00:00&until=2026-01-01T00:00`)
  await at('dead-letters-redrive', `${path}/dead-letters/redrive?reason=http_422`)
  const { deadLetters } = await run.api<{ deadLetters: { id: number; events: number[]; sample?: object }[] }>(
    'GET',
    `/api${path}/dead-letters`,
  )
  const letter = deadLetters.find(({ sample }) => sample) ?? deadLetters[0]
  await at('dead-letter', `${path}/dead-letters/${letter?.id}/${letter?.events[0]}`)
  const order = { sourceId: made.source, destinationId: made.destination, from: '2020-01-01T00:00:00Z', share: 1 }
  const { replay } = await run.api<{ replay: { id: string } }>('POST', '/api/replays', order)
  const state = async () =>
    (await run.api<{ replay: { state: string } }>('GET', `/api/replays/${replay.id}`)).replay.state
  await expect.poll(state, { timeout: patient(60_000), interval: 300 }).toBe('done')
  await at('dead-replay', `/replays/${replay.id}`)
  await at('dead-replay-letters', `/replays/${replay.id}/dead-letters`)
  expect(findings).toEqual([])
})
