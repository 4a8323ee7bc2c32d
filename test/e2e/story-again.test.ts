import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser, type LaunchedBrowser } from './browser.ts'
import { startReceiver } from './local.ts'
import { picture } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

const EVENTS = 30
/** So slow that a person can pause a replay of so many. */
const RATE = 5

let run: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
let status = 200

beforeAll(async () => {
  run = await startPanel()
  chromium = await launchBrowser()
  receiver = await startReceiver(({ path }) => (path === '/hook' ? status : 200))
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await receiver?.close()
})

const ids = Array.from({ length: EVENTS }, (_, n) => `order-${n}`)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const follow = (page: Page, name: string | RegExp) => page.getByRole('link', { name }).first().click()

/** Reloads until the page says so, as somebody does who waits for something. */
async function says(page: Page, words: RegExp): Promise<void> {
  const text = async () => (await page.reload()) && (await page.locator('main').innerText())
  await expect.poll(text, { timeout: 150_000, interval: 1_000 }).toMatch(words)
}

async function send(writeKey: string): Promise<void> {
  const batch = ids.map((messageId) => ({ type: 'track', userId: 'u', event: 'Order Completed', messageId }))
  const reply = await fetch(`${run.url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ writeKey, batch }),
  })
  expect(reply.status).toBe(200)
}

/** What came to a path with a 200, by id, in the order of `ids`. */
function times(path: string): number[] {
  const came = receiver.received.filter((one) => one.path === path).map(({ event }) => event.messageId)
  return ids.map((id) => came.filter((one) => one === id).length)
}

it(
  'from events that were given up to all of them delivered, and to a new destination that gets the past',
  { timeout: 600_000 },
  async () => {
    const { source } = await run.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
      slug: 'shop',
      name: 'Web shop',
    })
    const connect = (name: string, path: string, more: object = {}) =>
      run.api<{ destination: { id: string } }>('POST', '/api/destinations', {
        sourceId: source.id,
        metadataId: 'webhooks',
        name,
        settings: { urls: [`${receiver.url}${path}`] },
        ...more,
      })
    await connect('Order hook', '/hook')
    const context = await chromium.browser.newContext()
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))

    // It breaks, and somebody is told.
    status = 400
    await send(source.writeKeys[0] ?? '')
    await page.goto(`${run.url}/alerts`)
    await says(page, /Order hook gives events up/)
    await picture(page, 'story-alert')
    await page.goto(run.url)
    await says(page, /1 needs? you/)
    await picture(page, 'story-home')

    // From the alert to what was given up; it is mended, and sent again.
    await page.goto(`${run.url}/alerts`)
    await follow(page, 'See what is wrong')
    await page.getByText(`${EVENTS} events`).first().waitFor()
    expect(times('/hook')).toEqual(ids.map(() => 1))
    status = 200
    await follow(page, 'Send all again…')
    await press(page, 'Send them again')
    await expect.poll(() => times('/hook'), { timeout: 60_000 }).toEqual(ids.map(() => 2))
    await says(page, /Order hook/)
    await picture(page, 'story-sent-again')
    await page.goto(`${run.url}/alerts`)
    await says(page, /No alert is open/)

    // A new destination gets what it has missed: counted first, started, paused, resumed.
    const { destination } = await connect('New tool', '/new', { rate: RATE })
    await page.goto(`${run.url}/destinations/${destination.id}`)
    await follow(page, 'Replay…')
    await page.getByLabel('Share of the destination’s pace, in percent').fill('100')
    await press(page, 'Count what it has')
    await says(page, new RegExp(`${EVENTS} events to send, at ${RATE} requests a second`))
    expect(times('/new')).toEqual(ids.map(() => 0))
    await picture(page, 'story-replay-ready')
    await press(page, 'Start')
    await expect.poll(() => times('/new').some((n) => n > 0), { timeout: 60_000 }).toBe(true)
    await press(page, 'Pause')
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 60_000 })
    // What was under way when it was told to pause ends within its window.
    await page.waitForTimeout(8_000)
    const paused = times('/new')
    expect(paused).toContain(0)
    await page.waitForTimeout(3_000)
    expect(times('/new')).toEqual(paused)
    await press(page, 'Resume')
    await expect.poll(() => times('/new'), { timeout: 90_000 }).toEqual(ids.map(() => 1))
    await says(page, /Done/)
    await picture(page, 'story-replay-done')
    const replays = receiver.received.filter(({ path }) => path === '/new').map(({ event }) => event.context)
    expect(replays.every((one) => typeof (one as { replay?: unknown }).replay === 'string')).toBe(true)
    expect(faults).toEqual([])
    await context.close()
  },
)
