import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { chromium, type Browser, type LaunchOptions, type Page } from 'playwright-core'

export interface LaunchedBrowser {
  browser: Browser
  /** Ends the browser and removes all that it wrote. */
  close(): Promise<void>
}

export interface LoopbackServer {
  port: number
  close(): Promise<void>
}

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/sluice-chromium')

const ARCHIVES = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br']

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost'])

// Playwright sets some of these by itself; that the browser stays on this machine must not hang on its defaults.
// The package's own `chromium.args` are left out on purpose: they switch web security off.
const LOOPBACK_ONLY = [
  '--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  // A proxy would resolve the names in the browser's stead.
  '--no-proxy-server',
  // STUN to an IP address goes past the resolver rules.
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

/**
 * Pages live for a second or two. Machine code that is made at once pays there; what V8 makes of a function that is called often
 * does not: without it a page that axe looks at takes half of the time.
 */
const SHORT_LIVED = '--js-flags=--always-sparkplug --no-maglev --no-opt'

/**
 * A headless Chromium, from the npm packages alone, that reaches nothing but 127.0.0.1 and localhost.
 *
 * Web security is on. Leave `page.route` and `context.route` alone where CORS matters: with any route at all Playwright
 * answers the preflights itself, and the API never sees one. `switches` come last.
 */
export async function launchBrowser(switches: string[] = []): Promise<LaunchedBrowser> {
  const [browser, close] = await launch((options) => chromium.launch(options), switches)
  return { browser, close }
}

/** The same browser for others, who connect to `wsEndpoint` with contexts of their own. */
export async function serveBrowser(): Promise<{ wsEndpoint: string; close(): Promise<void> }> {
  const [server, close] = await launch((options) => chromium.launchServer({ ...options, host: '127.0.0.1' }))
  return { wsEndpoint: server.wsEndpoint(), close }
}

/** What `start` starts, and what ends it. */
async function launch<B extends { close(): Promise<void> }>(
  start: (options: LaunchOptions) => Promise<B>,
  switches: string[] = [],
): Promise<[B, () => Promise<void>]> {
  const unpacked = await unpackChromium()
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-browser-'))
  try {
    const started = await start({
      executablePath: join(unpacked, 'chromium'),
      headless: true,
      chromiumSandbox: false,
      args: [...LOOPBACK_ONLY, '--disable-gpu', SHORT_LIVED, ...switches],
      env: browserEnvironment(unpacked, scratch),
      timeout: 30_000,
    })
    const close = async () => {
      await started.close()
      await removeDirectory(scratch)
    }
    return [started, close]
  } catch (cause) {
    await removeDirectory(scratch)
    throw new Error(`Chromium did not start; if ${unpacked} is damaged, delete it. ${startFailure(cause)}`, { cause })
  }
}

/**
 * The URLs, in order and live, that `page` and the popups of its context ask of any host but 127.0.0.1 and localhost.
 * Call it before the page goes anywhere.
 */
export function watchForeignRequests(page: Page): readonly string[] {
  const foreign: string[] = []
  const record = (url: string): void => {
    if (isForeign(url)) foreign.push(url)
  }
  // A popup's first request comes before the popup can be listened to, so the context is.
  page.context().on('request', (request) => record(request.url()))
  page.on('websocket', (socket) => record(socket.url()))
  return foreign
}

/** An HTTP server on a free port of the only network the browser can reach. */
export async function serveOnLoopback(handler: RequestListener, host = '127.0.0.1'): Promise<LoopbackServer> {
  const server = createServer(handler)
  server.listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function isForeign(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname !== '' && !LOOPBACK_HOSTS.has(hostname)
}

/** The directory of the unpacked browser. It appears whole or not at all, so concurrent runs can share it. */
async function unpackChromium(): Promise<string> {
  const packageDir = dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')))
  const unpacked = join(CACHE, await packageVersion(packageDir))
  if (existsSync(unpacked)) return unpacked

  assertSupportedMachine()
  await mkdir(CACHE, { recursive: true })
  const staging = await mkdtemp(join(CACHE, 'unpacking-'))
  try {
    await inflateInto(staging, packageDir)
    await writeFile(join(staging, 'fonts.conf'), FONTS_CONF)
    await rename(staging, unpacked)
  } catch (cause) {
    await removeDirectory(staging)
    // Another run may have been first to put it in place.
    if (!existsSync(unpacked)) throw new Error(`Could not unpack Chromium. ${reason(cause)}`, { cause })
  }
  return unpacked
}

async function packageVersion(packageDir: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}

function assertSupportedMachine(): void {
  if (process.platform === 'linux' && process.arch === 'x64') return
  throw new Error(`@sparticuz/chromium holds a browser for linux x64, not for ${process.platform} ${process.arch}`)
}

// `inflate` writes to the TMPDIR of its process and takes what it finds there for already unpacked, hence a process
// with an empty one.
async function inflateInto(directory: string, packageDir: string): Promise<void> {
  const script = `import { inflate } from '@sparticuz/chromium'
    await Promise.all(process.argv.slice(1).map((archive) => inflate(archive)))`
  const archives = ARCHIVES.map((archive) => join(packageDir, 'bin', archive))
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, ...archives], {
    cwd: packageDir,
    env: { ...process.env, TMPDIR: directory },
  })
}

// Without any font Chromium crashes at the first text, and the package's own fonts.conf knows fixed paths only.
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`

// Nothing is inherited: neither a proxy or a library path of the machine, nor its user's home.
function browserEnvironment(unpacked: string, scratch: string): Record<string, string> {
  return {
    LD_LIBRARY_PATH: join(unpacked, 'al2023', 'lib'),
    FONTCONFIG_FILE: join(unpacked, 'fonts.conf'),
    HOME: scratch,
    TMPDIR: scratch,
  }
}

// A dying child of the browser may still write while its directory is being removed.
async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

// Playwright puts what the browser said below its long command line. The cause still has all of it.
function startFailure(cause: unknown): string {
  const [firstLine = ''] = reason(cause).split('\n')
  const said = reason(cause).match(/(?<=^\[pid=\d+\]\[err\] ).+/gm) ?? []
  return [firstLine, ...said].join('\n')
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
