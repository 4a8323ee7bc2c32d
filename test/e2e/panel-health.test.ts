import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { patient, startReceiver } from './local.ts'
import { type Finding, look } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

let run: PanelRun
let chromium: LaunchedBrowser
const receivers: Awaited<ReturnType<typeof startReceiver>>[] = []
const made: Record<string, string> = {}
/** What the receiver of each destination answers. */
const STATUS: Record<string, number> = {
  'Order hooks': 200,
  'A warehouse with a long name that no phone has room for': 503,
  'Partner feed': 400,
  'Old endpoint': 410,
}
let failing = 503

beforeAll(async () => {
  run = await startPanel()
  chromium = await openBrowser()
  const source = async (name: string, slug: string) =>
    (await run.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', { name, slug })).source
  const [shop, server] = [await source('Web shop', 'shop'), await source('Billing server', 'billing')]
  Object.assign(made, { shop: shop.id, shopKey: shop.writeKeys[0], serverKey: server.writeKeys[0] })
  const destination = async (name: string, sourceId: string, url: string) => {
    const body = { sourceId, metadataId: 'webhooks', name, settings: { urls: [`${url}/in`] } }
    made[name] = (await run.api<{ destination: { id: string } }>('POST', '/api/destinations', body)).destination.id
  }
  for (const [name, status] of Object.entries(STATUS)) {
    const receiver = await startReceiver(() => (status === 503 ? failing : status))
    receivers.push(receiver)
    await destination(name, name === 'Partner feed' ? server.id : shop.id, receiver.url)
  }
  await destination('Nothing yet', (await source('Quiet app', 'quiet')).id, receivers[0]?.url ?? '')
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  for (const receiver of receivers) await receiver.close()
})

async function send(writeKey: string | undefined, count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, n) => ({ type: 'track', userId: `u${n}`, event: 'Order Completed' }))
  const reply = await fetch(`${run.url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ writeKey, batch }),
  })
  expect(await reply.json()).toEqual({ success: true })
}

interface Health {
  state: string
  label: string
}
const healthOf = async (name: string) =>
  (await run.api<{ destination: { health: Health } }>('GET', `/api/destinations/${made[name]}`)).destination.health

describe('how everything fares, in a browser', { timeout: 180_000 }, () => {
  it('is told by itself within a minute', async () => {
    await send(made['shopKey'], 60)
    await send(made['serverKey'], 12)
    const states = async () => Promise.all(Object.keys(STATUS).map(async (name) => (await healthOf(name)).state))
    await expect
      .poll(states, { timeout: patient(90_000), interval: 1_000 })
      .toEqual(['ok', 'failing', 'giving_up', 'disabled_by_receiver'])
    const open = async () => (await run.api<{ alerts: { rule: string }[] }>('GET', '/api/alerts?state=open')).alerts
    await expect
      .poll(async () => (await open()).map(({ rule }) => rule).toSorted(), {
        timeout: patient(90_000),
        interval: 1_000,
      })
      .toEqual(expect.arrayContaining(['dead_letters', 'disabled_by_receiver']))
  })

  it('looks as it should: home, lists, alerts and pages, on every screen', async () => {
    const findings: Finding[] = []
    const at = async (name: string, path: string) =>
      findings.push(
        ...(await look(chromium.browser, run.url, `health-${name}`, path, async (page) => {
          for (const summary of await page.locator('#main > details > summary').all()) await summary.click()
        })),
      )
    await at('home', '/')
    await at('destinations', '/destinations')
    await at('needs-you', '/destinations?health=needs-you&sort=worst')
    await at('source', `/sources/${made['shop']}`)
    await at('failing', `/destinations/${made['A warehouse with a long name that no phone has room for']}`)
    await at('gone', `/destinations/${made['Old endpoint']}`)
    await at('empty', `/destinations/${made['Nothing yet']}`)
    await at('alerts', '/alerts')
    await at('alert-rules', '/alerts/rules')
    expect(findings).toEqual([])
  })

  it('leads from the picture to what is wrong, by mouse and by keyboard, and moves by itself', async () => {
    const page = await chromium.browser.newPage()
    await page.goto(run.url)
    expect(await page.locator('.flow-destinations li').count()).toBe(5)
    await page.locator('.flow-destinations a', { hasText: 'A warehouse' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/Failing for .*: the endpoint answered 503/).waitFor()
    expect(await page.locator('#state').innerText()).toMatch(/Failing, \d+ wait/)
    failing = 200
    await page.getByRole('button', { name: 'Try one now' }).click()
    // Nobody reloads it.
    await page.locator('#state', { hasText: /Delivering|Late/ }).waitFor({ timeout: patient(60_000) })
    await page.close()
  })
})
