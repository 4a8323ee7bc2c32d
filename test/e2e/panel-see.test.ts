import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { patient, startReceiver } from './local.ts'
import { type Finding, look, overlaps, picture } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

let run: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
let status = 200
const made = { source: '', writeKey: '', destination: '' }

beforeAll(async () => {
  receiver = await startReceiver(() => status)
  run = await startPanel()
  chromium = await openBrowser()
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
const archived = async () => {
  const { counters } = await run.api<{ counters: { archived: number } }>('GET', `/api/sources/${made.source}/counters`)
  return counters.archived
}
/** What only an exact reader keeps, and what only careful writing keeps from becoming a part of the page. */
const LONG = JSON.rawJSON('9007199254740993')
const HOSTILE = `</pre><img src="/nothing" onerror='alert(1)'>&amp;`
const rows = (page: Page) => page.locator('.events > li:visible')

describe('the debugger in a browser', () => {
  it('moves by itself: accepted, filtered and rejected events as they come', async () => {
    const page = await chromium.browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${run.url}/sources/${made.source}/debugger`)
    await page.getByText('No event has come yet').waitFor()
    await page.getByText('Live: waiting for events.').waitFor()

    await send([
      track('Order Completed', { messageId: 'order-1', properties: { revenue: 42, order: LONG, note: HOSTILE } }),
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
    for (const words of ['properties.revenue', LONG.rawJSON, HOSTILE]) expect(live).toContain(words)
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
    await send([track('While Paused', { properties: { order: LONG } })])
    await expect.poll(archived, { timeout: patient(60_000) }).toBe(3)
    expect(await page.getByText('While Paused').count()).toBe(0)
    await page.getByRole('button', { name: 'Resume' }).click()
    const missed = page.locator('.events > li', { hasText: 'While Paused' })
    await missed.first().waitFor()
    expect(await missed.textContent()).toContain(LONG.rawJSON)

    await page.getByText('Order Completed').first().scrollIntoViewIfNeeded()
    await page.locator('.events li', { hasText: 'order-1' }).getByRole('link', { name: 'Where did it go?' }).click()
    await page.getByText('Delivered', { exact: true }).first().waitFor()
    expect(faults).toEqual([])
    await page.close()
  })

  it('lists the same in the same order live, after a reload, and without scripts', async () => {
    const page = await chromium.browser.newPage()
    const path = `${run.url}/sources/${made.source}/debugger`
    const ids = (of: Page) =>
      of.locator('.events > li').evaluateAll((all) => all.map((one) => (one as { dataset: { id: string } }).dataset.id))
    await page.goto(path)
    await page.getByText('Live: waiting for events.').waitFor()
    const refused = (name: string) => [1, 2, 3].map((n) => ({ type: 'track', event: `${name} ${n}`, userId: '' }))
    for (const name of ['Early', 'Late']) {
      await send([...refused(name), track(`${name} and good`)])
      await page.getByText(`${name} and good`).first().waitFor()
      await page.locator('.event-name strong', { hasText: `${name} 1` }).waitFor()
    }
    const live = await ids(page)
    expect(new Set(live).size).toBe(live.length)
    await page.reload()
    await page.getByText('Live: waiting for events.').waitFor()
    // What the page asks for when it is live again comes on top of what is there.
    await page.waitForResponse(/debugger\/events/).catch(() => undefined)
    const quiet = await chromium.browser.newContext({ javaScriptEnabled: false })
    const still = await quiet.newPage()
    await still.goto(path)
    const without = await ids(still)
    expect(await ids(page)).toEqual(without)
    expect(live).toEqual(without.slice(0, live.length))
    await quiet.close()
    await page.close()
  })

  it.each([390, 1440])('no two texts of an event lie over each other at %i px', async (width) => {
    const letters = {
      payment_method: 'card',
      shipping_address_country: 'DE',
      ['a_name_of_sixty_letters_without_any_place_to_break_it_anywhere']: 'value',
      ['W'.repeat(80)]: 'W'.repeat(200),
      כתובת_למשלוח_של_הלקוח_החוזר: 'תל אביב',
      'العنوان الكامل للشحن': 'القاهرة',
      ['👩‍👩‍👧'.repeat(20)]: '🎉'.repeat(60),
      价格信息与税费明细以及其他很长的名称: '四十二',
      nested: { list: [1, 2, { deep: 'x'.repeat(300) }] },
    }
    const name = `Letters at ${width}`
    await send([
      track(name, { properties: letters }),
      { type: 'identify', userId: 'u'.repeat(200), traits: { ...letters, email: `${'m'.repeat(60)}@example.com` } },
      { type: 'track', event: 'R'.repeat(200), userId: '', messageId: 'm'.repeat(90) },
    ])
    const context = await chromium.browser.newContext({ viewport: { width, height: 900 } })
    const page = await context.newPage()
    await page.goto(`${run.url}/sources/${made.source}/debugger`)
    await page.getByText(name).first().waitFor()
    // Live and from the server alike.
    for (const _ of ['live', 'again']) {
      const opened = page.locator('.events > li', { hasNot: page.locator('details[open]') })
      for (let n = 0; n < 3; n++) await opened.first().locator('summary').click()
      await page.getByText('shipping_address_country').first().waitFor()
      expect(await overlaps(page)).toEqual([])
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      await picture(page, `debugger-letters-${width}`)
      await page.reload()
    }
    await context.close()
  })

  it('finds what is looked for, by its address too, and says so when nothing matches', async () => {
    const page = await chromium.browser.newPage()
    const path = `${run.url}/sources/${made.source}/debugger`
    // Its value is beyond what a row shows.
    await send([track('Long', { properties: { filler: 'x'.repeat(5_000), last: 'needle-in-the-hay' } })])
    await page.goto(path)
    await page.getByText('Long', { exact: true }).first().waitFor()
    const search = page.getByRole('searchbox')
    await search.fill('needle-in-the-hay')
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(page.url()).toBe(`${path}?q=needle-in-the-hay`)
    await search.fill('no such thing')
    await page.getByText('Nothing matches “no such thing”').waitFor()
    expect(await rows(page).count()).toBe(0)
    expect(page.url()).toBe(`${path}?q=no+such+thing`)

    // Sent to somebody: the same, live and without scripts.
    const quiet = await chromium.browser.newContext({ javaScriptEnabled: false })
    for (const other of [await chromium.browser.newPage(), await quiet.newPage()]) {
      await other.goto(page.url())
      await other.getByText('Nothing matches “no such thing”').waitFor()
      expect(await other.getByRole('searchbox').inputValue()).toBe('no such thing')
      await other.goto(`${path}?q=needle-in-the-hay`)
      await other.getByText('Long', { exact: true }).first().waitFor()
      await other
        .getByRole('link', { name: 'Show all events' })
        .click({ timeout: 1_000 })
        .catch(() => undefined)
      await other.close()
    }
    await page.getByRole('link', { name: 'Show all events' }).click()
    await page.getByText('Long', { exact: true }).first().waitFor()
    expect(page.url()).toBe(path)
    await quiet.close()
    await page.close()
  })

  it('stays small and quick whatever comes, live and from the server alike', async () => {
    const page = await chromium.browser.newPage()
    const path = `${run.url}/sources/${made.source}/debugger`
    await page.goto(path)
    await page.getByText('Live: waiting for events.').waitFor()
    const before = await archived()
    const wide = Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`p${n}`, n]))
    const deep = Object.fromEntries(
      Array.from({ length: 25 }, (_, n) => [`p${n}`, JSON.parse('['.repeat(400) + ']'.repeat(400)) as unknown]),
    )
    for (const [name, properties] of Object.entries({ Wide: wide, Deep: deep })) {
      for (let n = 0; n < 3; n++) {
        await send(Array.from({ length: 9 }, (_, m) => track(`${name} ${n}.${m}`, { properties })))
      }
    }
    await expect.poll(archived, { timeout: patient(60_000) }).toBe(before + 54)
    await page.locator('.event-name strong', { hasText: 'Deep' }).first().waitFor()
    const inDocument = () => page.evaluate<number>('document.querySelector(".events").textContent.length')
    const perRow = (await inDocument()) / (await page.locator('.events > li').count())
    expect(perRow).toBeLessThan(9_000)
    const started = Date.now()
    const reply = await page.goto(path)
    const html = (await reply?.text()) ?? ''
    expect(html.length).toBeLessThan(700 * 1024)
    expect(Date.now() - started).toBeLessThan(5_000)
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

it('a destination says how it fares, through a failure and a recovery, and looks right', async () => {
  const findings: Finding[] = []
  const path = `/destinations/${made.destination}`
  const page = await chromium.browser.newPage()
  // The longer it fails, the longer until it is tried again: looks at it take their time.
  const says = async (words: RegExp) => {
    await expect
      .poll(async () => (await page.goto(run.url + path)) && (await page.locator('main').innerText()), {
        timeout: patient(60_000),
      })
      .toMatch(words)
  }
  await says(/All that came is settled|Nothing has come yet/)
  status = 503
  await send(Array.from({ length: 9 }, (_, n) => track(`Fails ${n}`)))
  await says(/Failing for .*: the endpoint answered 503 \w+ times/)
  findings.push(...(await look(chromium.browser, run.url, 'destination-broken', path)))
  findings.push(...(await look(chromium.browser, run.url, 'destination-broken-7d', `${path}?period=7d`)))
  findings.push(
    ...(await look(chromium.browser, run.url, 'destination-table', path, async (shown) => {
      await shown.getByText('More', { exact: true }).click()
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
})
