import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchedBrowser, serveOnLoopback } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { patient, startReceiver } from './local.ts'
import { faults } from './panel-look.ts'
import { type PanelRun, startPanel } from './panel-platform.ts'

const run = promisify(execFile)
const SCRATCH = join(import.meta.dirname, '..', '..', 'node_modules', '.cache')

let platform: PanelRun
let chromium: LaunchedBrowser
let receiver: Awaited<ReturnType<typeof startReceiver>>
let page: Page
let scratch: string

beforeAll(async () => {
  await mkdir(SCRATCH, { recursive: true })
  // Inside the project, so that the packages that the code names are found.
  scratch = await mkdtemp(join(SCRATCH, 'sluice-snippet-'))
  receiver = await startReceiver()
  platform = await startPanel()
  chromium = await openBrowser()
  page = await chromium.browser.newPage()
}, 120_000)

afterAll(async () => {
  await chromium?.close()
  await platform?.stop()
  await receiver?.close()
  await rm(scratch, { recursive: true, force: true })
})

/** Adds a source by its form; the page that follows waits for a first event. */
async function addSource(kind: string, name: string): Promise<void> {
  await page.goto(`${platform.url}/sources`)
  await page.getByRole('link', { name: 'Add source' }).click()
  await page.getByRole('radio', { name: new RegExp(`^${kind} `) }).check()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Add source' }).click()
  await page.getByRole('heading', { name: 'Waiting for the first event' }).waitFor()
}

/** The code as somebody copies it. */
async function code(title: string): Promise<string> {
  return (await page.locator('figure.code', { hasText: title }).locator('code').textContent()) ?? ''
}

/** Without a reload. */
async function expectWorks(): Promise<void> {
  await page.getByRole('heading', { name: 'Events arrive' }).waitFor({ timeout: patient(60_000) })
}

describe('the code that a source shows runs as it stands, and the page says that it works', () => {
  it('HTTP', async () => {
    await addSource('HTTP API', 'By hand')
    expect((await run('sh', ['-c', await code('from a terminal')])).stdout).toContain('"success":true')
    await expectWorks()
    expect((await run('sh', ['-c', await code('several at once')])).stdout).toContain('"success":true')
  })

  it('Node.js', async () => {
    await addSource('Node.js', 'Orders')
    const file = join(scratch, 'index.mjs')
    await writeFile(file, await code('Send an event'))
    await run(process.execPath, [file])
    await expectWorks()
  })

  it('JavaScript, from npm', async () => {
    await addSource('JavaScript', 'Web shop')
    const { outputFiles } = await build({
      stdin: { contents: await code('from npm'), resolveDir: scratch },
      bundle: true,
      format: 'iife',
      write: false,
      logLevel: 'error',
    })
    await expectWorksFrom({
      '/': '<!doctype html><title>Shop</title><script src="/app.js"></script>',
      '/app.js': outputFiles[0]?.text ?? '',
    })
  })

  it('JavaScript, as a snippet in the page', async () => {
    await addSource('JavaScript', 'Blog')
    await expectWorksFrom({
      '/': `<!doctype html><head><title>Blog</title>${await code('head of every page')}</head>`,
    })
  })

  it('Pixel', async () => {
    await addSource('Pixel', 'Newsletter')
    await expectWorksFrom({ '/': `<!doctype html><title>Mail</title>${await code('Put this image')}` })
  })
})

/**
 * A customer's own page, on another origin. It stays open until its event has arrived: on a slow processor half a
 * second can pass between two requests of an SDK, and a page that is closed then sends nothing more.
 */
async function expectWorksFrom(files: Record<string, string>): Promise<void> {
  const shop = await serveOnLoopback((request, response) => {
    const path = new URL(request.url ?? '/', 'http://shop').pathname
    response.setHeader('Content-Type', path.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(files[path] ?? '')
  })
  const visitor = await chromium.browser.newPage()
  await visitor.goto(`http://127.0.0.1:${shop.port}/`)
  await expectWorks()
  await visitor.close()
  await shop.close()
}

describe('a destination from the catalogue', () => {
  it('is tried out, enabled, and gets events within 15 seconds', async () => {
    await addSource('HTTP API', 'Shop server')
    const send = await code('from a terminal')
    await page.getByRole('link', { name: 'Overview', exact: true }).last().click()
    await page.getByRole('link', { name: 'Add destination' }).click()
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByRole('link', { name: 'Connect Webhooks' }).click()

    await page.getByLabel('URLs, 1').fill('http://10.0.0.1/')
    await page.getByRole('button', { name: 'Add a line' }).first().click()
    await page.getByLabel('URLs, 1').last().fill(`${receiver.url}/in`)
    await page.getByRole('button', { name: 'Save, enable later' }).click()
    await page.getByText('The address must begin with https').waitFor()
    expect(await faults(page)).toEqual([])
    await page.getByRole('button', { name: 'Remove this line' }).first().click()
    await page.getByRole('button', { name: 'Save, enable later' }).click()
    await page.getByText('The destination is there, and disabled.').waitFor()

    await page.getByRole('link', { name: 'Test', exact: true }).first().click()
    await page.getByRole('button', { name: 'Send it' }).click()
    await page.getByText('The receiver answered 200').waitFor()
    expect(receiver.received.map(({ event }) => (event.context as { sluice?: unknown }).sluice)).toEqual([
      { test: true },
    ])
    expect(await faults(page)).toEqual([])

    await page.getByRole('link', { name: 'Overview', exact: true }).last().click()
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await page.getByText('Enabled. Events flow within 15 seconds.').waitFor()
    const began = Date.now()
    for (; receiver.received.length < 2 && Date.now() - began < 15_000; await page.waitForTimeout(500)) {
      await run('sh', ['-c', send])
    }
    await expect.poll(() => receiver.received.length, { timeout: patient(30_000) }).toBeGreaterThan(1)
  })

  it('all of it works without scripts too', async () => {
    const context = await chromium.browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(`${platform.url}/sources/new`)
    await plain.getByLabel('Name', { exact: true }).fill('Without scripts')
    await plain.getByRole('button', { name: 'Add source' }).click()
    await plain.getByRole('link', { name: 'Look again' }).waitFor()
    await plain.getByRole('link', { name: 'Overview', exact: true }).last().click()
    await plain.getByRole('link', { name: 'Add destination' }).click()
    await plain.getByLabel('Search the catalogue').fill('hook')
    await plain.getByRole('button', { name: 'Search' }).click()
    await plain.getByRole('link', { name: 'Webhooks' }).click()
    await plain.getByRole('link', { name: 'Connect Webhooks' }).click()
    await plain.getByLabel('URLs, 1').fill(`${receiver.url}/one`)
    await plain.getByRole('button', { name: 'Add a line' }).first().click()
    await plain.getByLabel('URLs, 2').fill(`${receiver.url}/two`)
    await plain.getByRole('button', { name: 'Enable', exact: true }).click()
    await plain.getByText('Enabled. Events flow').waitFor()
    await plain.getByRole('link', { name: 'Settings' }).last().click()
    expect(await plain.getByLabel('URLs, 2').inputValue()).toBe(`${receiver.url}/two`)
    await context.close()
  })
})

it('is found by keyboard: the first key leads past the navigation, and what has the focus shows it', async () => {
  await page.goto(`${platform.url}/sources`)
  await page.keyboard.press('Tab')
  expect(await page.evaluate<string>('document.activeElement.textContent.trim()')).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.evaluate<boolean>('document.querySelector("main").contains(document.activeElement)')).toBe(true)
  expect(await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
})
