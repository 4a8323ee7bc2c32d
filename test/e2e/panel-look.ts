import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** Where pictures of the pages go when `PICTURES=1` asks for them: for people to look at, not for git. */
const PICTURES = join(import.meta.dirname, '..', '..', 'pictures')
const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The screens that every page is looked at on; the narrowest is for what does not fit. */
const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const satisfies Record<string, BrowserContextOptions>

type Screen = keyof typeof SCREENS

const NARROWEST = { width: 320, height: 640 }

export interface Finding {
  page: string
  what: string
}

/** What is wrong with a page on one screen: all that axe finds, a scrollbar sideways, texts that lie over each other, what the browser complains of. */
export async function look(
  browser: Browser,
  url: string,
  name: string,
  path: string,
  act: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const screen of ['desktop', 'phone'] as const) {
    const page = await emptyPage(browser, screen)
    const find = (at: string, faults: readonly string[]) =>
      findings.push(...faults.map((what) => ({ page: `${name} (${at})`, what })))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) find(screen, [message.text()])
    })
    page.on('pageerror', (error) => find(screen, [String(error)]))
    await page.goto(url + path)
    await act(page)
    // What was done last may have led to another page.
    await page.waitForLoadState()
    // A theme changes colours and nothing else, so of the other one only those are looked at.
    await picture(page, `${name}-${screen}-light`)
    find(`${screen}, light`, await faults(page))
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture(page, `${name}-${screen}-dark`)
    find(`${screen}, dark`, await violations(page, COLOUR_RULES))
    if (screen === 'phone') {
      await page.setViewportSize(NARROWEST)
      // Laid out as before, with less room.
      find('320 px', [...(await layoutFaults(page)), ...(await violations(page, SIZE_RULES))])
    }
    page.removeAllListeners()
  }
  return findings
}

/** By browser: a page for each screen, kept because a third of a look is the start of another one. */
const kept = new WeakMap<Browser, Map<Screen, Page>>()

/** A page of this screen that nobody has been at: light, of its own size, knowing nothing. */
async function emptyPage(browser: Browser, screen: Screen): Promise<Page> {
  const pages = kept.get(browser) ?? new Map<Screen, Page>()
  kept.set(browser, pages)
  const { viewport } = SCREENS[screen]
  const known = pages.get(screen)
  if (known) {
    await known.evaluate('localStorage.clear(), sessionStorage.clear()')
    await known.context().clearCookies()
    await known.emulateMedia({ colorScheme: 'light' })
    await known.setViewportSize(viewport)
    return known
  }
  const options = { ...SCREENS[screen], colorScheme: 'light', reducedMotion: 'reduce', bypassCSP: false } as const
  const page = await (await browser.newContext(options)).newPage()
  pages.set(screen, page)
  return page
}

/** A picture of the whole page, when they are asked for. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES !== '1') return
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

/** Of the page as it stands. */
export async function faults(page: Page): Promise<string[]> {
  return [...(await layoutFaults(page)), ...(await violations(page))]
}

/** A scrollbar sideways, and texts that lie over each other. */
async function layoutFaults(page: Page): Promise<string[]> {
  const sideways = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  const scroll = sideways > 0 ? [`is ${sideways} px too wide`] : []
  return [...scroll, ...(await overlaps(page))]
}

/** Texts of the page that lie over each other. */
export async function overlaps(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(await readFile(join(import.meta.dirname, 'overlaps.js'), 'utf8'))
}

/** What axe looks at that a theme can change. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']
/** What axe looks at that the width of a screen can change, between two on which the page is laid out alike. */
const SIZE_RULES = ['target-size', 'scrollable-region-focusable']

/**
 * Axe's findings, the minor ones too: of these rules, or of all. Evaluated in the page by the debugger, so that the page's
 * policy stays as it is.
 */
async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await bring(page, await axeSource)
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: Axe }
    // Not told node by node is what is in order, nor by which selector one is found, and nothing is fetched: stylesheets are
    // for an experimental rule, and no page plays anything. All that takes two thirds of the time.
    const { violations } = await axe.run({
      resultTypes: ['violations'],
      selectors: false,
      preload: false,
      ...(runOnly && { runOnly }),
    })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        (node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n').at(-1) ?? ''}`,
      ),
    )
  }, rules)
}

/** Evaluates a long script in a page. Playwright's own `evaluate` has it parsed twice. */
async function bring(page: Page, expression: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: `${expression}\n;0` })
  await session.detach()
}

interface Axe {
  run(options: AxeOptions): Promise<{ violations: AxeViolation[] }>
}

interface AxeOptions {
  resultTypes: ['violations']
  selectors: false
  preload: false
  runOnly?: readonly string[]
}

interface AxeViolation {
  id: string
  help: string
  nodes: { html: string; failureSummary?: string }[]
}
