import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LaunchedBrowser } from './browser.ts'
import { openBrowser } from './shared-browser.ts'
import { freePort, type LocalRun, npmStart, temporaryDir } from './local.ts'
import { type Finding, look } from './panel-look.ts'
import { codeOf } from './totp.ts'

const PASSWORD = 'correct horse battery'

let dir: Awaited<ReturnType<typeof temporaryDir>>
let run: LocalRun
let chromium: LaunchedBrowser
let url: string
let link: string

beforeAll(async () => {
  dir = await temporaryDir()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'], { SLUICE_OPEN_SIGN_UP: '1' })
  link = /Panel +(http\S+)/.exec(await run.until('Ctrl-C stops it'))?.[1] ?? ''
  chromium = await openBrowser()
}, 120_000)

afterAll(async () => {
  await chromium?.close()
  await run?.interrupt()
  await dir?.remove()
})

/** A browser of its own that runs no scripts: every form has to work without. */
async function somebody(): Promise<{ page: Page; context: BrowserContext }> {
  const context = await chromium.browser.newContext({ javaScriptEnabled: false })
  return { context, page: await context.newPage() }
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

it('signs in by the printed link, invites, joins, sets up an app, signs in with it: without a script', async () => {
  const { page: owner } = await somebody()
  await owner.goto(link)
  await press(owner, 'Sign in')
  expect(owner.url()).toBe(`${url}/`)

  await owner.getByRole('link', { name: 'Members' }).click()
  await owner.getByLabel('E-mail address').fill('ada@example.com')
  await owner.getByLabel('Role').selectOption('member')
  await press(owner, 'Invite')
  const invitation = (await owner.locator('code').filter({ hasText: '/invites/' }).textContent()) ?? ''

  const { page: ada } = await somebody()
  await ada.goto(invitation.trim())
  await ada.getByLabel('Your name').fill('Ada Lovelace')
  await ada.getByLabel('Choose a password').fill('short')
  await press(ada, 'Join')
  await ada.getByText('A password has at least 10 characters.').waitFor()
  expect(await ada.getByLabel('Your name').inputValue()).toBe('Ada Lovelace')
  await ada.getByLabel('Choose a password').fill(PASSWORD)
  await press(ada, 'Join')
  expect(ada.url()).toBe(`${url}/`)
  expect(await ada.getByRole('link', { name: 'API tokens' }).count()).toBe(0)

  await ada.goto(`${url}/profile/two-factor`)
  await ada.getByLabel('Password').fill(PASSWORD)
  await press(ada, 'Show the QR code')
  const secret = ((await ada.locator('code.mono').first().textContent()) ?? '').replaceAll(' ', '')
  expect(await ada.locator('.qr svg').boundingBox()).toMatchObject({ width: expect.any(Number) as number })
  await ada.getByRole('textbox', { name: 'Code' }).fill(codeOf(secret))
  await press(ada, 'Switch it on')
  await ada.getByText('From now on signing in takes a code').waitFor()
  await press(ada, 'Sign out')

  // A code is good once, so it is the next one, which is good already.
  await ada.goto(`${url}/sources?q=web`)
  await ada.getByLabel('E-mail address').fill('ada@example.com')
  await ada.getByLabel('Password').fill(PASSWORD)
  await press(ada, 'Sign in')
  await ada.getByRole('textbox', { name: 'Code' }).fill(codeOf(secret, Date.now() + 30_000))
  await press(ada, 'Sign in')
  expect(ada.url()).toBe(`${url}/sources?q=web`)

  await owner.goto(`${url}/audit`)
  for (const type of ['Invite Created', 'Invite Accepted', 'Second Step Enabled']) {
    expect(await owner.getByText(type).count()).toBeGreaterThan(0)
  }
})

it('signs up, where the deployment allows it', async () => {
  const { page } = await somebody()
  await page.goto(`${url}/sign-in`)
  await page.getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Your name').fill('Grace Hopper')
  await page.getByLabel('E-mail address').fill('grace@example.com')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Name of the workspace').fill('Compilers Ltd')
  await press(page, 'Sign up')
  expect(page.url()).toBe(`${url}/`)
  await page.getByText('Compilers Ltd').first().waitFor()
})

it('looks right on every screen', async () => {
  const findings: Finding[] = []
  const at = async (name: string, path: string, act?: (page: Page) => Promise<unknown>) =>
    findings.push(...(await look(chromium.browser, url, `people-${name}`, path, act)))
  const enter = async (page: Page) => {
    await page.getByLabel('E-mail address').fill('grace@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    await press(page, 'Sign in')
  }
  await at('sign-in', '/sign-in')
  await at('sign-in-refused', '/sign-in', async (page) => {
    await page.getByLabel('E-mail address').fill(`nobody-${Math.random()}@example.com`)
    await page.getByLabel('Password').fill('wrong password')
    await press(page, 'Sign in')
  })
  await at('code', '/sign-in/code')
  await at('sign-up', '/sign-up')
  await at('sign-up-refused', '/sign-up', async (page) => {
    await page.getByLabel('Your name').fill('Grace')
    await page.getByLabel('E-mail address').fill('grace@example.com')
    await page.getByLabel('Password').fill('short')
    await page.getByLabel('Name of the workspace').fill('Compilers Ltd')
    await press(page, 'Sign up')
  })
  await at('forgot', '/forgot')
  await at('reset', '/reset/some-token')
  await at('link-spent', '/sign-in/some-token')
  await at('invitation-spent', '/invites/some-token')
  await at('members', '/sign-in?next=/people', enter)
  await at('invited', '/sign-in?next=/people', async (page) => {
    await enter(page)
    await page.getByLabel('E-mail address').fill(`invited-${Math.floor(Math.random() * 1e6)}@example.com`)
    await press(page, 'Invite')
  })
  await at('profile', '/sign-in?next=/profile', enter)
  await at('two-factor', '/sign-in?next=/profile/two-factor', async (page) => {
    await enter(page)
    await page.getByLabel('Password').fill(PASSWORD)
    await press(page, 'Show the QR code')
  })
  await at('tokens', '/sign-in?next=/tokens', async (page) => {
    await enter(page)
    await page.getByLabel('Name', { exact: true }).fill('CI')
    await press(page, 'Make the token')
  })
  await at('token-revoke', '/sign-in?next=/tokens', async (page) => {
    await enter(page)
    await page.getByRole('link', { name: 'Revoke CI' }).first().click()
  })
  await at('member', '/sign-in?next=/people', async (page) => {
    await enter(page)
    await page.getByRole('link', { name: 'Change Grace Hopper' }).click()
  })
  await at('audit', '/sign-in?next=/audit', async (page) => {
    await enter(page)
    await page.locator('summary').first().click()
  })
  await at('workspace', '/sign-in?next=/workspace', enter)
  expect(findings).toEqual([])
})
