import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { declarationOf } from '../../../src/accounts/index.ts'
import { newSource, recordingQueue } from '../world.ts'
import { Browser, freshPanel, ownerOf } from './browser.ts'
import { ROUTES } from './routes.ts'
import { type World, worldIn } from './world.ts'

const { queue, sent } = recordingQueue()
const at = freshPanel({ env: { EVENTS: queue } })
const KEY = 'key-of-safe-requests'

let world: World
let owner: Browser
beforeAll(async () => {
  world = await worldIn('ws_first')
  owner = await ownerOf(at)
  await newSource(at, KEY)
  sent.length = 0
})

/** Everything that is kept anywhere: all rows of all tables, all objects, what was queued, what is known to have gone astray. */
async function everything(): Promise<string> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
  ).all<{ name: string }>()
  const rows = await env.DB.batch(results.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}" ORDER BY 1`)))
  const objects = await env.ARCHIVE.list()
  const stub = env.SWEEP.getByName('inbox') as unknown as { strays(): Promise<object[]> }
  return JSON.stringify([
    rows.map((table) => table.results),
    objects.objects.map(({ key }) => key),
    sent,
    await stub.strays(),
  ])
}

/** Every GET of the router, with ids of what is there, and addresses that are not set. */
function paths(): string[] {
  const routed = at.http.routes
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => ROUTES[`GET ${path}`]?.path?.(world) ?? path)
    .map((path) =>
      path
        .replace('/v1/pixel/:type', `/v1/pixel/track?writeKey=${KEY}&userId=u&event=E`)
        .replace(':writeKey', KEY)
        .replaceAll(/:\w+(?:\{[^}]*\})?/g, 'nothing')
        .replaceAll('*', 'nothing.js'),
    )
  return [
    ...new Set([...routed, `/pixel/track?writeKey=${KEY}&userId=u&event=E`, `/batch?writeKey=${KEY}`, '/nothing']),
  ]
}

const PREVIEWS: [string, string, Record<string, string>][] = [
  ['a HEAD', 'HEAD', {}],
  ['a prefetch', 'GET', { 'Sec-Purpose': 'prefetch', Purpose: 'prefetch' }],
  ['an older prefetch', 'GET', { 'X-Moz': 'prefetch' }],
  ['a link preview', 'GET', { Purpose: 'preview', 'Sec-Fetch-Mode': 'no-cors', Accept: '*/*' }],
]

/** By somebody signed in and by a stranger. */
async function askBoth(path: string, method: string, headers: Record<string, string>): Promise<void> {
  for (const who of [owner, new Browser(at)]) {
    const cookies = new Map(who.cookies)
    const page = await who.send(path, {
      method,
      headers: { 'Sec-Fetch-Site': 'none', Accept: 'text/html', ...headers },
    })
    expect([path, page.status < 500, page.headers.getSetCookie()]).toEqual([path, true, []])
    expect([path, who.cookies]).toEqual([path, cookies])
    await Promise.all(who.later)
  }
}

/** Which of these addresses change something, each asked by itself. */
async function changing(all: string[], method: string, headers: Record<string, string>): Promise<string[]> {
  const moved: string[] = []
  let before = await everything()
  for (const path of all) {
    await askBoth(path, method, headers)
    const after = await everything()
    if (after !== before) moved.push(path)
    before = after
  }
  return moved
}

describe.each(PREVIEWS)('%s of any address', (_, method, headers) => {
  it('by somebody signed in and by a stranger changes nothing, counts nothing, hands out nothing', async () => {
    const all = paths()
    expect(all.length).toBeGreaterThan(60)
    const before = await everything()
    for (const path of all) await askBoth(path, method, headers)
    if ((await everything()) === before) return
    throw new Error(
      `Something has changed; when each is asked again, by ${(await changing(all, method, headers)).join(', ')}`,
    )
  }, 120_000)
})

it('no GET says that it changes something', () => {
  const changing = at.http.routes
    .filter(({ method }) => method === 'GET')
    .filter(({ handler }) => {
      const declaration = declarationOf(handler)
      return declaration !== undefined && 'change' in declaration
    })
  expect(changing.map(({ path }) => path)).toEqual([])
})
