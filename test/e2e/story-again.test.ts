import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase, type TestDatabase } from '../postgres/database.ts'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { patient, type Received, startReceiver } from './local.ts'
import { picture } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

const EVENTS = 30
const PANEL_URL = 'https://panel.example.com'
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, yes').toString('base64')}`
/** So slow that a person can pause a replay of so many. */
const RATE = 5

let run: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
let status = 200
let database: TestDatabase | undefined

beforeAll(async () => {
  receiver = await startReceiver(({ path }) => (path === '/hook' ? status : 200))
  run = await startPanel({ PANEL_URL, MAIL_WEBHOOK: `${receiver.url}/mail` })
  chromium = await openBrowser()
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await receiver?.close()
  await database?.end()
})

const ids = Array.from({ length: EVENTS }, (_, n) => `order-${n}`)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const follow = (page: Page, name: string | RegExp) => page.getByRole('link', { name }).first().click()

/** Reloads until the page says so, as somebody does who waits for something. */
async function says(page: Page, words: RegExp): Promise<void> {
  const text = async () => (await page.reload()) && (await page.locator('main').innerText())
  await expect.poll(text, { timeout: patient(150_000), interval: 1_000 }).toMatch(words)
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
  { timeout: 1_500_000 },
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
    await expect.poll(() => times('/hook'), { timeout: patient(60_000) }).toEqual(ids.map(() => 2))
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
    await expect.poll(() => times('/new').some((n) => n > 0), { timeout: patient(60_000) }).toBe(true)
    await press(page, 'Pause')
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: patient(60_000) })
    // What was under way when it was told to pause ends within its window.
    await page.waitForTimeout(8_000)
    const paused = times('/new')
    expect(paused).toContain(0)
    await page.reload()
    const through = page.getByRole('progressbar', { name: 'How many of the events are through' })
    const sent = paused.filter((n) => n > 0).length
    expect(Number(await through.getAttribute('value'))).toBeCloseTo(sent / EVENTS)
    await page.waitForTimeout(3_000)
    expect(times('/new')).toEqual(paused)
    await press(page, 'Resume')
    await expect.poll(() => times('/new'), { timeout: patient(90_000) }).toEqual(ids.map(() => 1))
    await says(page, /Done/)
    await picture(page, 'story-replay-done')
    const replays = receiver.received.filter(({ path }) => path === '/new').map(({ event }) => event.context)
    expect(replays.every((one) => typeof (one as { replay?: unknown }).replay === 'string')).toBe(true)
    expect(faults).toEqual([])
    await context.close()
  },
)

/** What a webhook of alerts gets. */
interface Notice {
  type: string
  data: { rule: string; subject: { id: string }; url: string; path: string }
}

/** Notices and mails of what happened to alerts since the run began. */
const posted = () => receiver.received.filter(({ path }) => path === '/alerts')
const noticeOf = ({ event }: Received) => event as unknown as Notice
const told = () => posted().map((one) => `${noticeOf(one).type} ${noticeOf(one).data.rule}`)
const mailed = () =>
  receiver.received.filter(({ path }) => path === '/mail').map(({ event }) => event as { to: string; text: string })
async function areMailed(...words: string[]): Promise<void> {
  const unsaid = () => words.filter((some) => !mailed().some(({ text }) => text.includes(some)))
  await expect.poll(unsaid, { timeout: patient(30_000) }).toEqual([])
}
async function isTold(what: string): Promise<void> {
  await expect.poll(told, { timeout: patient(150_000), interval: 500 }).toContain(what)
}

it('tells a webhook and people, once each, of what is wrong and when it is over', { timeout: 1_500_000 }, async () => {
  const { url, api } = run
  await api('PATCH', '/api/alert-rules', { webhookUrl: `${receiver.url}/alerts`, webhookSecret: SECRET })
  const mute = (muted: string) =>
    fetch(`${url}/alerts/mute`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: url },
      body: new URLSearchParams({ muted }),
    })
  const { source } = await api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    slug: 'told',
  })
  const post = async (path: string, batch: object[]) => {
    const body = JSON.stringify({ writeKey: source.writeKeys[0], batch })
    const reply = await fetch(url + path, { method: 'POST', body })
    expect(reply.status).toBe(200)
  }
  const event = (n: number) => ({ type: 'track', userId: 'u', event: 'Told', messageId: `told-${n}` })

  // A batch that could not be processed for a day, and much that is rejected.
  await post('/late/v1/batch', [event(-1)])
  const rejected = Array.from({ length: 10 }, () => ({ type: 'track', userId: 'u' }))
  await post('/v1/batch', [...Array.from({ length: 100 }, (_, n) => event(n)), ...rejected])
  // A warehouse that lets nobody in.
  database = await openDatabase()
  const { host, port, user: username, password, database: name } = database
  const settings = { host, port, username, password: 'wrong', database: name, ssl: 'disable' }
  const { warehouse } = await api<{ warehouse: { id: string } }>('POST', '/api/warehouses', {
    metadataId: 'postgres',
    settings,
  })
  await api('POST', `/api/warehouses/${warehouse.id}/connected-sources/${source.id}`)
  for (let failures = 0; failures < 5; await sleep(300)) {
    await api('POST', `/api/warehouses/${warehouse.id}/sync`).catch(() => undefined)
    const { status: of } = await api<{ status: { failures: number } }>('GET', `/api/warehouses/${warehouse.id}/status`)
    failures = of.failures
  }
  for (const rule of ['rejected_share', 'parked_message', 'sync_failed']) await isTold(`alert.opened ${rule}`)
  await areMailed('is rejected', 'A batch is parked', 'cannot be loaded')
  expect(mailed().every(({ to }) => to === 'test@example.com')).toBe(true)

  // Somebody wants to hear nothing: the webhook goes on. A replay loses its destination.
  expect((await mute('1')).status).toBe(303)
  const { destination } = await api<{ destination: { id: string } }>('POST', '/api/destinations', {
    sourceId: source.id,
    metadataId: 'webhooks',
    rate: 1,
    settings: { urls: [`${receiver.url}/slow`] },
  })
  const from = new Date(Date.now() - 3_600_000).toISOString()
  const order = { sourceId: source.id, destinationId: destination.id, from, share: 1 }
  const { replay } = await api<{ replay: { id: string } }>('POST', '/api/replays', order)
  await expect
    .poll(() => receiver.received.some(({ path }) => path === '/slow'), { timeout: patient(60_000) })
    .toBe(true)
  await api('DELETE', `/api/destinations/${destination.id}`)
  await isTold('alert.opened replay_failed')
  // A mail comes after what is posted.
  await sleep(1_000)
  expect(mailed().some(({ text }) => text.includes('The replay to'))).toBe(false)
  expect((await mute('0')).status).toBe(303)

  // Both are mended.
  const { accepts } = await api<{ accepts: string[] }>('GET', '/api/recovery/parked')
  for (const accept of accepts) await api('POST', `/api/recovery/parked/${accept}`)
  await api('PATCH', `/api/warehouses/${warehouse.id}`, { settings: { ...settings, password } })
  await api('POST', `/api/warehouses/${warehouse.id}/sync`).catch(() => undefined)
  await isTold('alert.closed sync_failed')
  // What nobody told is told hourly; a second time nothing is left.
  for (let hours = 0; hours < 2; hours++) await (await fetch(`${url}/cdn-cgi/handler/scheduled`)).text()
  await isTold('alert.closed parked_message')
  await areMailed('cannot be loaded: over', 'A batch is parked: over')

  const ids = posted().map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(ids.length)
  for (const { body, headers, event } of posted()) {
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(event)
    const { data } = event as unknown as Notice
    expect(data.url).toBe(PANEL_URL + data.path)
  }
  const failed = posted().find((one) => noticeOf(one).data.rule === 'replay_failed')
  expect(failed && noticeOf(failed).data).toMatchObject({
    subject: { id: replay.id },
    title: 'The replay to a deleted destination failed',
    text: 'Its destination was deleted. What it had sent stays sent; the rest was not.',
    path: `/replays/${replay.id}`,
  })
  expect(mailed().every(({ text }) => text.includes(`${PANEL_URL}/`))).toBe(true)
})
