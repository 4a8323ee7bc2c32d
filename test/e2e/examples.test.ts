import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { OutgoingRequest } from '../../src/context.ts'
import { type Receiver, runProgram, startProcess } from '../node/receivers.ts'
import { watchForeignRequests } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { ADMIN_TOKEN, patient, startPlatform } from './local.ts'

const example = (name: string) => join(import.meta.dirname, '../../examples', name)
const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

let platform: Awaited<ReturnType<typeof startPlatform>>
let [receiver, partner, page] = [] as unknown as [Receiver, Receiver, Receiver]
/** What the platform sent to the receiver, and what that answered. */
const delivered: { request: OutgoingRequest; status: number }[] = []
/** The commands that set-up.mjs offers. */
let printed = ''
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  platform = await startPlatform()
  ends.push(platform.stop)
  receiver = await startProcess(process.execPath, [example('receiver.mjs')], { SIGNING_SECRET })
  partner = await startProcess(process.execPath, [example('partner.mjs')], {})
  const wire = await recordTo(receiver)
  printed = await runProgram(process.execPath, [example('set-up.mjs')], {
    TOKEN: ADMIN_TOKEN,
    SLUICE: platform.url,
    RECEIVER: wire,
    PARTNER: partner.url,
    SIGNING_SECRET,
  })
  const WRITE_KEY = /WRITE_KEY=(\w+) node examples\/page\.mjs/.exec(printed)?.[1] ?? ''
  page = await startProcess(process.execPath, [example('page.mjs')], { WRITE_KEY, SLUICE: platform.url })
  ends.push(receiver.stop, partner.stop, page.stop)
})
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

/** An address that hands on to the receiver what comes, byte for byte, and keeps it. */
async function recordTo(receiver: Receiver): Promise<string> {
  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part as Buffer)
    const names = ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature']
    const headers = Object.fromEntries(names.map((name) => [name, String(incoming.headers[name])]))
    const request = { method: 'POST', url: '', headers, body: Buffer.concat(parts).toString() }
    const status = await receiver.post(request)
    delivered.push({ request, status })
    response.writeHead(status).end()
  }
  const server = createServer((incoming, response) => void forward(incoming, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const said = (program: Receiver, text: string | RegExp) =>
  vi.waitFor(() => expect(program.lines).toContainEqual(expect.stringMatching(text)), { timeout: patient(30_000) })

it('the page loads the snippet, and what is done on it comes to receiver and partner', async () => {
  expect(printed).toContain(`SIGNING_SECRET='${SIGNING_SECRET}' node examples/receiver.mjs\n`)
  const { browser, close } = await openBrowser()
  ends.push(close)
  const tab = await browser.newPage()
  const foreign = watchForeignRequests(tab)
  await tab.goto(page.url)
  await tab.getByRole('button', { name: 'Sign up' }).click()
  await tab.getByRole('button', { name: 'Buy a book' }).click()

  await said(receiver, /^handled page /)
  await said(receiver, /^handled identify /)
  await vi.waitFor(() => expect(receiver.lines.filter((line) => line.startsWith('handled track '))).toHaveLength(2))
  await said(partner, /^Acme \(us\): identify of ada@example\.com .*"email":"ada@example\.com"/)
  await said(partner, /^Acme \(us\): track of ada@example\.com .*"events":2/)
  expect(foreign).toEqual([])
})

it('the receiver takes what the platform signed, once, and nothing that was changed', async () => {
  expect(delivered.length).toBeGreaterThanOrEqual(4)
  expect(new Set(delivered.map(({ status }) => status))).toEqual(new Set([204]))
  const one = delivered.find(({ request }) => request.body.includes('Order Completed'))?.request
  if (!one) throw new Error('The order never came.')
  const handled = receiver.lines.length
  expect(await receiver.post(one)).toBe(204)
  expect(await receiver.post({ ...one, body: one.body.replace('12.5', '0.01') })).toBe(401)
  const later = { ...one.headers, 'webhook-timestamp': String(Number(one.headers['webhook-timestamp']) - 600) }
  expect(await receiver.post({ ...one, headers: later })).toBe(401)
  const { 'webhook-signature': _, ...unsigned } = one.headers
  expect(await receiver.post({ ...one, headers: unsigned })).toBe(401)
  expect(receiver.lines).toHaveLength(handled)
})

it('the partner knows its customers, and says what it does not take', async () => {
  const event = { type: 'identify', messageId: 'm-1', projectId: 'src_1', userId: 'u-1', traits: { plan: 'pro' } }
  const post = (key: string, change: object = {}) =>
    partner.post({
      method: 'POST',
      url: '',
      headers: { Authorization: `Basic ${btoa(`${key}:`)}`, 'X-Segment-Settings': btoa('{"region":"eu"}') },
      body: JSON.stringify({ ...event, ...change }),
    })
  const statuses = [await post('acme-key'), await post('acme-key'), await post('other-key')]
  expect(statuses).toEqual([200, 200, 401])
  expect(await post('acme-key', { type: 'page' })).toBe(501)
  expect(await post('acme-key', { userId: null })).toBe(400)
  expect(await post('acme-key', { type: 'delete', messageId: 'm-2' })).toBe(200)
  expect(partner.lines.filter((line) => line.startsWith('Acme (eu)'))).toEqual([
    'Acme (eu): identify of u-1 {"events":0,"plan":"pro"}',
    'Acme (eu): delete of u-1 undefined',
  ])
})
