import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { launchBrowser, serveOnLoopback, watchForeignRequests, type LaunchedBrowser } from './browser.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 })

const TEXT = 'a text that needs a font'

let launched: LaunchedBrowser
let page: Page
let pageOrigin: string
const cleanups: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  launched = await launchBrowser()
})

afterAll(() => launched.close())

beforeEach(async () => {
  const { port } = await serve(() => ({ headers: { 'content-type': 'text/html' }, body: PAGE }))
  pageOrigin = `http://localhost:${port}`
  // A page of its own has a context of its own, and so a preflight cache of its own.
  page = await launched.browser.newPage()
  cleanups.push(() => page.close())
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

const PAGE = `<!doctype html><p id="text"></p><script>
  document.querySelector('#text').textContent = ${JSON.stringify(TEXT)} + ' on ' + location.hostname
</script>`

interface Answer {
  status?: number
  headers?: OutgoingHttpHeaders
  body?: string
}

interface Served {
  port: number
  seen: IncomingMessage[]
}

async function serve(answer: (request: IncomingMessage) => Answer, host?: string): Promise<Served> {
  const seen: IncomingMessage[] = []
  const server = await serveOnLoopback((request, response) => {
    seen.push(request)
    const { status = 200, headers = {}, body = '' } = answer(request)
    response.writeHead(status, headers).end(body)
  }, host)
  cleanups.push(() => server.close())
  return { port: server.port, seen }
}

/** The body that the page's own script can read, or the error it gets. */
function fetchInPage(url: string, init: RequestInit = {}): Promise<string> {
  return page.evaluate(([url, init]) => fetch(url, init).then((response) => response.text(), String), [
    url,
    init,
  ] as const)
}

function methods({ seen }: Served): (string | undefined)[] {
  return seen.map(({ method }) => method)
}

describe('the browser', () => {
  test("runs a page's script and draws its text", async () => {
    await page.goto(pageOrigin)
    expect(await page.innerText('#text')).toBe(`${TEXT} on localhost`)
    expect((await page.locator('#text').boundingBox())?.height).toBeGreaterThan(0)
  })

  test('runs on the libraries of the package, not on those of the machine', async () => {
    const libraries = readFileSync(`/proc/${await browserPid(launched)}/maps`, 'utf8').match(
      /\/\S+\/lib(nss3|expat)\.so/g,
    )
    expect(libraries?.length).toBeGreaterThan(1)
    for (const library of libraries ?? []) expect(library).toContain('/node_modules/.cache/')
  })

  test('leaves neither process nor profile behind', async () => {
    const other = await launchBrowser()
    const pid = await browserPid(other)
    const directories = directoriesOf(pid)
    expect(directories.map((directory) => existsSync(directory))).toEqual([true, true])

    await other.close()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    expect(directories.map((directory) => existsSync(directory))).toEqual([false, false])
  })
})

describe('web security', () => {
  const BASIC = { headers: { authorization: 'Basic d3JpdGVLZXk6' } }
  const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization' }

  async function serveApi(headers: { preflight: OutgoingHttpHeaders; answer: OutgoingHttpHeaders }): Promise<Served> {
    return serve(({ method }) =>
      method === 'OPTIONS' ? { status: 204, headers: headers.preflight } : { headers: headers.answer, body: 'secret' },
    )
  }

  test('lets a cross-origin request with an Authorization header through when the API allows it', async () => {
    const api = await serveApi({ preflight: CORS, answer: CORS })
    await page.goto(pageOrigin)
    expect(await fetchInPage(`http://127.0.0.1:${api.port}/`, BASIC)).toBe('secret')
    expect(methods(api)).toEqual(['OPTIONS', 'GET'])
    expect(api.seen[0]?.headers).toMatchObject({
      origin: pageOrigin,
      'access-control-request-headers': 'authorization',
    })
    expect(api.seen[1]?.headers.authorization).toBe(BASIC.headers.authorization)
  })

  test.for([
    ['has no CORS headers', {}],
    ['does not name the header', { 'access-control-allow-origin': '*' }],
    ['names another origin', { ...CORS, 'access-control-allow-origin': 'http://localhost:1' }],
  ] as const)('holds the request back when the preflight answer %s', async ([, preflight]) => {
    const api = await serveApi({ preflight, answer: CORS })
    await page.goto(pageOrigin)
    expect(await fetchInPage(`http://127.0.0.1:${api.port}/`, BASIC)).toBe('TypeError: Failed to fetch')
    expect(methods(api)).toEqual(['OPTIONS'])
  })

  test('hides the answer when it has no CORS headers', async () => {
    const api = await serveApi({ preflight: CORS, answer: {} })
    await page.goto(pageOrigin)
    expect(await fetchInPage(`http://127.0.0.1:${api.port}/`, BASIC)).toBe('TypeError: Failed to fetch')
    expect(methods(api)).toEqual(['OPTIONS', 'GET'])
  })
})

// The foreign hosts of these tests lead back to this machine, so that it is the browser that refuses them and not the
// lack of a network.
describe('foreign hosts', () => {
  const NO_CORS = { mode: 'no-cors' } as unknown as RequestInit

  test('are refused and recorded by name', async () => {
    const { port, seen } = await serve(() => ({}))
    const foreign = watchForeignRequests(page)
    await page.goto(pageOrigin)
    const url = `http://foreign.localhost:${port}/by-name`
    expect(await fetchInPage(url, NO_CORS)).toBe('TypeError: Failed to fetch')
    expect(foreign).toEqual([url])
    expect(seen).toEqual([])
  })

  test('are refused and recorded by address, over whatever carries the request', async () => {
    const { port, seen } = await serve(() => ({}), '127.0.0.2')
    const foreign = watchForeignRequests(page)
    await page.goto(pageOrigin)
    const address = `127.0.0.2:${port}`
    expect(await fetchInPage(`http://${address}/fetch`, NO_CORS)).toBe('TypeError: Failed to fetch')
    await page.evaluate(
      (url) => new Promise((resolve) => new WebSocket(url).addEventListener('error', resolve)).then(() => undefined),
      `ws://${address}/socket`,
    )
    const popup = page.waitForEvent('popup')
    await page.evaluate(`void open('http://${address}/popup')`)
    await popup
    await vi.waitFor(
      () => expect(foreign).toEqual([`http://${address}/fetch`, `ws://${address}/socket`, `http://${address}/popup`]),
      10_000,
    )
    expect(seen).toEqual([])
  })

  test('are not recorded when there are none', async () => {
    const { port, seen } = await serve(() => ({}))
    const foreign = watchForeignRequests(page)
    await page.goto(pageOrigin)
    await fetchInPage(`http://127.0.0.1:${port}/`, NO_CORS)
    await fetchInPage('data:text/plain,inline')
    expect(seen.length).toBe(1)
    expect(foreign).toEqual([])
  })

  test('are not reached by STUN', async () => {
    const stun = createSocket('udp4').bind(0, '127.0.0.2')
    await once(stun, 'listening')
    cleanups.push(() => new Promise<void>((resolve) => stun.close(resolve)))
    let packets = 0
    stun.on('message', () => packets++)
    await page.goto(pageOrigin)
    await page.evaluate(`(async () => {
      const connection = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.2:${stun.address().port}' }] })
      const gathered = new Promise((resolve) => {
        connection.onicecandidate = ({ candidate }) => candidate || resolve()
        setTimeout(resolve, 2000)
      })
      connection.createDataChannel('any')
      await connection.setLocalDescription(await connection.createOffer())
      await gathered
    })()`)
    expect(packets).toBe(0)
  })

  test('are not reached through a proxy of the environment', async () => {
    const proxy = await serve(() => ({}))
    vi.stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`)
    const other = await launchBrowser().finally(() => vi.unstubAllEnvs())
    cleanups.push(() => other.close())
    page = await other.browser.newPage()
    await page.goto(pageOrigin)
    expect(await fetchInPage('http://foreign.invalid/', NO_CORS)).toBe('TypeError: Failed to fetch')
    expect(proxy.seen).toEqual([])
  })
})

async function browserPid({ browser }: LaunchedBrowser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const pid = processInfo.find(({ type }) => type === 'browser')?.id
  if (pid === undefined) throw new Error('the browser does not name its process')
  return pid
}

/** The profile and the home of the browser with process id `pid`. */
function directoriesOf(pid: number): string[] {
  const read = (file: string, prefix: string): string[] =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8')
      .split('\0')
      .filter((entry) => entry.startsWith(prefix))
      .map((entry) => entry.slice(prefix.length))
  return [...read('cmdline', '--user-data-dir='), ...read('environ', 'HOME=')]
}
