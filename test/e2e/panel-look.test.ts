import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LaunchedBrowser, type LoopbackServer, serveOnLoopback } from './browser.ts'
import { look } from './panel-look.ts'
import { openBrowser } from './shared-browser.ts'

/** In order on a desktop; each of its faults shows on one screen or in one theme. */
const FAULTY = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Faulty</title>
<style>
  body { margin: 0; color: #111; background: #fff }
  button { width: 60px; height: 30px; margin: 0; padding: 0; border: 0 }
  @media (prefers-color-scheme: dark) { p { color: #333; background: #111 } }
  @media (max-width: 600px) { #wide { width: 400px } }
  @media (max-width: 350px) { button { width: 12px; height: 12px; overflow: hidden } }
</style>
<main><h1>Faulty</h1><p id="wide">Some words of a page.</p><button>One</button><button>Two</button></main></html>`

let chromium: LaunchedBrowser
let site: LoopbackServer

beforeAll(async () => {
  chromium = await openBrowser()
  site = await serveOnLoopback((request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end(request.url === '/' ? FAULTY : '')
  })
})

afterAll(async () => {
  await chromium?.close()
  await site?.close()
})

const put = (html: string) => `document.querySelector('main').insertAdjacentHTML('beforeend', ${JSON.stringify(html)})`

it('finds what is wrong on each screen and in each theme, and what was done there', async () => {
  const findings = await look(
    chromium.browser,
    `http://127.0.0.1:${site.port}`,
    'faulty',
    '/',
    (page) => page.evaluate(`${put('<input>')}; console.error('complains')`),
    (page) => page.evaluate(put('<img src="data:,">')),
  )
  const said = findings.map(({ page, what }) => `${page} ${what.split(':')[0]}`)
  expect(new Set(said)).toEqual(
    new Set([
      'faulty (console) complains',
      'faulty (desktop, light) label',
      'faulty (desktop, dark) color-contrast',
      'faulty (phone, light) is 10 px too wide',
      'faulty (phone, light) label',
      'faulty (phone, light) image-alt',
      'faulty (phone, dark) color-contrast',
      'faulty (320 px) is 80 px too wide',
      'faulty (320 px) target-size',
    ]),
  )
})

it('begins anew with every page: light, on a desktop', async () => {
  const url = `http://127.0.0.1:${site.port}`
  const seen: unknown[] = []
  for (let n = 0; n < 2; n++)
    await look(chromium.browser, url, 'faulty', '/', async (page) => {
      seen.push(
        await page.evaluate(
          `[innerWidth, matchMedia('(pointer: coarse)').matches, matchMedia('(prefers-color-scheme: dark)').matches, localStorage.length]`,
        ),
      )
      await page.evaluate(`localStorage.setItem('left', 'behind')`)
    })
  expect(seen).toEqual([0, 1].map(() => [1280, false, false, 0]))
})
