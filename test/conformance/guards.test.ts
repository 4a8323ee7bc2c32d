import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedBrowser, launchBrowser, serveOnLoopback, watchForeignRequests } from '../e2e/browser.ts'
import { selfSigned } from './rig/certificate.ts'
import { openFront } from './rig/front.ts'
import { runGuarded, running } from './rig/node-process.ts'
import { documented, filledIn } from './rig/page-of-docs.ts'

/** What counts the requests to other hosts must count them, or a zero says nothing. */
describe('in Node', () => {
  const foreignOf = async (script: string, env = {}) => {
    const { foreign } = await running(runGuarded(`${script}\nprocess.exit()`, env)).stop()
    return foreign
  }

  it('each way out is refused and counted', async () => {
    const foreign = await foreignOf(`
      import dgram from 'node:dgram'; import dns from 'node:dns'; import http from 'node:http'
      import net from 'node:net'; import tls from 'node:tls'
      const failed = (emitter) => new Promise((done, fail) => emitter.on('error', done).on('connect', fail))
      await fetch('https://fetch.example').then(() => process.exit(1), () => {})
      await failed(http.get('http://http.example'))
      await failed(http.get('http://203.0.113.1'))
      await failed(tls.connect(443, 'tls.example'))
      await failed(net.connect({ host: '203.0.113.2', port: 80 }))
      await new Promise((done) => dns.lookup('lookup.example', done))
      await dns.promises.resolve4('resolve.example').catch(() => {})
      try { dgram.createSocket('udp4').send('x', 53, '203.0.113.3') } catch {}`)
    expect(foreign).toEqual([
      'fetch.example',
      'http.example',
      '203.0.113.1',
      'tls.example',
      '203.0.113.2',
      'lookup.example',
      'resolve.example',
      'udp 203.0.113.3',
    ])
  })

  it('an SDK that turns to a host of its own is caught', async () => {
    // As configured for Sluice, but over plain HTTP, which this SDK answers by going to Segment instead.
    const code = filledIn(documented('analytics-react-native'), { host: '127.0.0.1:9', path: '' }, 'key').replaceAll(
      'https:',
      'http:',
    )
    const foreign = await foreignOf(`${code}
      await new Promise((done) => setTimeout(done, 500))`)
    expect(foreign).toEqual(['cdn-settings.segment.com'])
  })
})

describe('in the browser', () => {
  let launched: LaunchedBrowser
  let dir: string
  const certificate = selfSigned()
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-guards-'))
    launched = await launchBrowser([`--ignore-certificate-errors-spki-list=${certificate.fingerprint}`])
  })
  afterAll(async () => {
    await launched.close()
    await rm(dir, { recursive: true })
  })

  it('each way out is refused and counted', async () => {
    const site = await serveOnLoopback((_, response) =>
      response.setHeader('content-type', 'text/html').end('<title>x</title>'),
    )
    const page = await launched.browser.newPage()
    const foreign = watchForeignRequests(page)
    await page.goto(`http://localhost:${site.port}/`)
    const failures: (string | undefined)[] = []
    page.on('requestfailed', (request) => failures.push(request.failure()?.errorText))
    const wanted = ['https://fetch.example/', 'http://203.0.113.1/', 'https://[2001:db8::1]/']
    await page.evaluate((urls) => Promise.all(urls.map((url) => fetch(url).catch(() => undefined))), wanted)
    expect(foreign).toEqual(wanted)
    expect(failures).toEqual(wanted.map(() => 'net::ERR_NAME_NOT_RESOLVED'))
    await page.close()
    await site.close()
  })

  it('the certificate of the tests is trusted, and no other', async () => {
    const site = await serveOnLoopback((_, response) => response.end())
    const mine = await openFront(`http://127.0.0.1:${site.port}`, certificate)
    const other = await openFront(`http://127.0.0.1:${site.port}`, selfSigned())
    await writeFile(join(dir, 'authority.pem'), certificate.cert)
    const page = await launched.browser.newPage()
    expect((await page.goto(mine.url))?.status()).toBe(200)
    await expect(page.goto(other.url)).rejects.toThrow('ERR_CERT')
    const script = `for (const url of ${JSON.stringify([mine.url, other.url])})
      await fetch(url).then((reply) => console.log(reply.status), (error) => console.log(error.cause.code))`
    const child = runGuarded(script, { NODE_EXTRA_CA_CERTS: join(dir, 'authority.pem') })
    let output = ''
    child.stdout?.on('data', (part: Buffer) => (output += part.toString()))
    await running(child).stop()
    expect(output.split('\n').slice(0, 2)).toEqual(['200', 'DEPTH_ZERO_SELF_SIGNED_CERT'])
    await Promise.all([page.close(), mine.close(), other.close(), site.close()])
  })
})
