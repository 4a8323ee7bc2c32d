// Writes the pictures of the README anew: `node test/e2e/readme-pictures.ts`. Takes a quarter of an hour, so that the figures
// of a destination have a past.
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchBrowser } from './browser.ts'
import { startPlatform } from './local.ts'

const PICTURES = join(import.meta.dirname, '../../docs/pictures')
const MINUTES = Number(process.env.MINUTES ?? 15)
const WIDTH = 1320

/** A shop's visitor, from the first page to the order. */
const JOURNEY = [
  { type: 'page', name: 'Pricing', properties: { path: '/pricing', referrer: 'https://news.example' } },
  { type: 'track', event: 'Product Viewed', properties: { sku: 'lamp-2', price: 49.5, currency: 'EUR' } },
  { type: 'track', event: 'Signed Up', properties: { plan: 'pro', trial: true } },
  { type: 'identify', traits: { email: 'ada@example.com', plan: 'pro' } },
  { type: 'group', groupId: 'acme', traits: { name: 'Acme', seats: 12 } },
  { type: 'track', event: 'Order Completed', properties: { orderId: 'o-1024', total: 148.5, currency: 'EUR' } },
]
const USERS = ['ada', 'grace', 'linus', 'barbara', 'edsger', 'margaret']

const receiver = createServer((request, response) => {
  request.resume()
  const fails = Math.random() < 0.03
  setTimeout(
    () => response.writeHead(fails ? 503 : 204).end(fails ? '{"message":"The queue is full"}' : ''),
    20 + Math.random() * 200,
  )
}).listen(0, '127.0.0.1')
const platform = await startPlatform()
const { browser, close } = await launchBrowser()
try {
  const hooks = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`
  const { source } = await platform.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    slug: 'web-shop',
    name: 'Web shop',
    metadataId: 'javascript',
  })
  const connect = (name: string) =>
    platform.api<{ destination: { id: string } }>('POST', '/api/destinations', {
      sourceId: source.id,
      metadataId: 'webhooks',
      name,
      settings: { urls: [hooks], sharedSecret: 'only-for-a-picture' },
    })
  const { destination } = await connect('Order hooks')
  await connect('Data team')

  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 1090 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  await page.goto(/Panel +(http\S+)/.exec(platform.output())?.[1] ?? '')
  await page.getByRole('button').first().click()

  const send = (events: object[]) =>
    fetch(`${platform.url}/v1/batch`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ writeKey: source.writeKeys[0], batch: events }),
    })
  for (const end = Date.now() + MINUTES * 60_000; Date.now() < end; await sleep(1_000 + Math.random() * 4_000)) {
    const userId = USERS[Math.floor(Math.random() * USERS.length)]
    await send(JOURNEY.slice(0, 1 + Math.floor(Math.random() * JOURNEY.length)).map((one) => ({ ...one, userId })))
  }
  await mkdir(PICTURES, { recursive: true })
  await page.goto(`${platform.url}/destinations/${destination.id}`)
  await page.screenshot({ path: join(PICTURES, 'destination.png') })
  await page.setViewportSize({ width: WIDTH, height: 800 })
  await page.goto(`${platform.url}/sources/${source.id}/debugger`)
  for (const [index, one] of JOURNEY.entries()) {
    await send([{ ...one, userId: USERS[index % USERS.length] }])
    await sleep(1_500)
  }
  await send([{ type: 'track', event: 'Nobody did this' }])
  await sleep(4_000)
  await page.locator('summary').nth(1).click()
  await page.screenshot({ path: join(PICTURES, 'debugger.png') })
} finally {
  await close()
  await platform.stop()
  receiver.close()
  receiver.closeAllConnections()
}
