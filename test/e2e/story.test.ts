import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LaunchedBrowser, serveOnLoopback, watchForeignRequests } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { freePort, type LocalRun, npmStart, patient, startReceiver, temporaryDir } from './local.ts'

let dir: Awaited<ReturnType<typeof temporaryDir>>
let run: LocalRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
let url: string
let status = 200

beforeAll(async () => {
  dir = await temporaryDir()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'], { SLUICE_OPEN_SIGN_UP: '1' })
  await run.until('Ctrl-C stops it')
  receiver = await startReceiver(() => status)
  chromium = await openBrowser()
}, 120_000)

afterAll(async () => {
  await chromium?.close()
  await run?.interrupt()
  await receiver?.close()
  await dir?.remove()
})

/** A page of the customer's, with the snippet that the panel showed in its head; `visit` makes one call more. */
async function openShop(snippet: string) {
  const shop = await serveOnLoopback((_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><html lang="en"><head><title>Shop</title>${snippet}</head><body>Shop</body></html>`)
  })
  const context = await chromium.browser.newContext()
  const page = await context.newPage()
  const foreign = watchForeignRequests(page)
  await page.goto(`http://localhost:${shop.port}/`)
  const order = (name: string) =>
    page.evaluate(`window.analytics.track(${JSON.stringify(name)}, { total: 12.5 })`).then(() => undefined)
  const close = async () => {
    await context.close()
    await shop.close()
  }
  return { order, foreign, close }
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** Reloads until the page says so, as somebody does who waits for something. */
async function says(page: Page, words: RegExp): Promise<void> {
  const text = async () => (await page.reload()) && (await page.locator('main').innerText())
  await expect.poll(text, { timeout: patient(90_000), interval: 1_000 }).toMatch(words)
}

it('from signing up to a receiver that broke and recovered', async () => {
  const context = await chromium.browser.newContext()
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))

  await page.goto(`${url}/sign-in`)
  await page.getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Your name').fill('Mary Jackson')
  await page.getByLabel('E-mail address').fill('mary@example.com')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByLabel('Name of the workspace').fill('Wind Tunnel Ltd')
  await press(page, 'Sign up')
  await page.getByText('Wind Tunnel Ltd').first().waitFor()

  await page.goto(`${url}/sources`)
  await page.getByRole('link', { name: 'Add source' }).first().click()
  await page.getByRole('radio', { name: /^JavaScript / }).check()
  await page.getByLabel('Name', { exact: true }).fill('Web shop')
  await press(page, 'Add source')
  await page.getByRole('heading', { name: 'Waiting for the first event' }).waitFor()
  const shown = page.locator('figure.code', { hasText: 'head of every page' }).locator('code')
  const shop = await openShop((await shown.textContent()) ?? '')
  await page.getByRole('heading', { name: 'Events arrive' }).waitFor({ timeout: patient(60_000) })

  await page.getByRole('link', { name: 'Debugger' }).click()
  await page.getByText('Live: waiting for events.').waitFor()
  await shop.order('Order Placed')
  await page
    .locator('.events')
    .getByText('Order Placed')
    .first()
    .waitFor({ timeout: patient(60_000) })

  await page.getByRole('link', { name: 'Overview', exact: true }).last().click()
  await page.getByRole('link', { name: 'Add destination' }).click()
  await page.getByRole('link', { name: 'Webhooks' }).click()
  await page.getByRole('link', { name: 'Connect Webhooks' }).click()
  await page.getByLabel('URLs, 1').fill(`${receiver.url}/in`)
  await press(page, 'Enable')
  await page.getByText('Enabled. Events flow within 15 seconds.').waitFor()
  const enabledAt = Date.now()
  for (let n = 0; receiver.received.length === 0 && Date.now() - enabledAt < 15_000; n++) {
    await shop.order(`Order ${n}`)
    await page.waitForTimeout(500)
  }
  // What was accepted within the promised time arrives; how fast is not what this machine is asked.
  await expect.poll(() => receiver.received.length, { timeout: patient(30_000) }).toBeGreaterThan(0)
  await says(page, /All that came is settled/)

  status = 503
  for (let n = 0; n < 8; n++) await shop.order(`Refused ${n}`)
  await says(page, /Failing for .*: the endpoint answered 503 \w+ times/)
  await page.getByText('More', { exact: true }).click()
  await page.getByText('The endpoint answered 503').first().waitFor()
  await page.getByText('What was sent').first().waitFor()

  status = 200
  await says(page, /All that came is settled/)
  const events = receiver.received.map(({ event }) => event.event)
  for (let n = 0; n < 8; n++) expect(events).toContain(`Refused ${n}`)

  expect(faults).toEqual([])
  expect(shop.foreign).toEqual([])
  await shop.close()
  await context.close()
})
