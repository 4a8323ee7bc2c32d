import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright-core'

/** Where pictures of the pages go when `PICTURES=1` asks for them: for people to look at, not for git. */
const PICTURES = join(import.meta.dirname, '..', '..', 'pictures')
const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The screens that every page is looked at on; the narrowest is a phone too, for what does not fit. */
const SCREENS = {
  desktop: { width: 1280, height: 800, mobile: false },
  phone: { width: 390, height: 844, mobile: true },
  narrowest: { width: 320, height: 640, mobile: true },
} as const

type Screen = keyof typeof SCREENS

export interface Finding {
  page: string
  what: string
}

/** What is done on a page before it is looked at. */
export type Act = (page: Page) => Promise<unknown>

const nothing: Act = () => Promise.resolve()

/**
 * What is wrong with a page on every screen: all that axe finds, a scrollbar sideways, texts that lie over each other, what the
 * browser complains of. It is opened and acted upon once and then becomes a phone, as somebody turns a tablet: a page is the same
 * document everywhere, and to bring axe into another one takes longer than to ask it. `onPhone`: what is done there besides.
 */
export async function look(
  browser: Browser,
  url: string,
  name: string,
  path: string,
  act = nothing,
  onPhone = nothing,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const find = (at: string, faults: readonly string[]) =>
    findings.push(...faults.map((what) => ({ page: `${name} (${at})`, what })))
  const page = await emptyPage(browser)
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) find('console', [message.text()])
  })
  page.on('pageerror', (error) => find('console', [String(error)]))
  await page.goto(url + path)
  for (const screen of ['desktop', 'phone'] as const) {
    await show(page, screen)
    await (screen === 'phone' ? onPhone : act)(page)
    // What was done last may have led to another page.
    await page.waitForLoadState()
    // A theme changes colours and nothing else, so of the other one only those are looked at.
    await picture(page, `${name}-${screen}-light`)
    find(`${screen}, light`, await faults(page))
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture(page, `${name}-${screen}-dark`)
    find(`${screen}, dark`, await violations(page, COLOUR_RULES))
    await page.emulateMedia({ colorScheme: 'light' })
  }
  await show(page, 'narrowest')
  // Laid out as before, with less room.
  find('320 px', [...(await layoutFaults(page)), ...(await violations(page, SIZE_RULES))])
  page.removeAllListeners()
  return findings
}

/** A page of a browser, kept because a third of a look is the start of another one. */
const kept = new WeakMap<Browser, Page>()

/** A page that nobody has been at: light, on a desktop, knowing nothing. */
async function emptyPage(browser: Browser): Promise<Page> {
  const known = kept.get(browser)
  if (known) {
    await known.evaluate('localStorage.clear(), sessionStorage.clear()')
    await known.context().clearCookies()
    await show(known, 'desktop')
    return known
  }
  // Its size is told to the debugger: Playwright's own cannot become a phone.
  const options = { viewport: null, colorScheme: 'light', reducedMotion: 'reduce', bypassCSP: false } as const
  const page = await (await browser.newContext(options)).newPage()
  kept.set(browser, page)
  return page
}

async function show(page: Page, screen: Screen): Promise<void> {
  const session = await debuggerOf(page)
  const enabled = SCREENS[screen].mobile
  await session.send('Emulation.setDeviceMetricsOverride', { ...SCREENS[screen], deviceScaleFactor: 1 })
  await session.send('Emulation.setTouchEmulationEnabled', { enabled })
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
  await (await debuggerOf(page)).send('Runtime.evaluate', { expression: `${expression}\n;0` })
}

/** A page's debugger, kept because to attach it takes as long as what it is for. */
const debuggers = new WeakMap<Page, Promise<CDPSession>>()

function debuggerOf(page: Page): Promise<CDPSession> {
  const known = debuggers.get(page) ?? page.context().newCDPSession(page)
  debuggers.set(page, known)
  return known
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
