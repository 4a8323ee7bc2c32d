import { describe, expect, it } from 'vitest'
import { openDesk } from '../ingest/desk.ts'
import { call, freshPlatform, send } from '../world.ts'

const open = (env: { PATH_PREFIX?: string } = {}) =>
  openDesk({ env }, `key-of_script${crypto.randomUUID().slice(0, 8)}`)

/** The script at `path`, as a GET. */
async function get(desk: Awaited<ReturnType<typeof open>>, path: string, headers: Record<string, string> = {}) {
  const response = await send(desk.at, path, { method: 'GET', headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** What the script's own function is called with: the write key and the URL of last resort. */
function givenIn(script: string): unknown[] {
  const given = /\n {2}\}\)\((.*), (.*)\)\n/.exec(script)
  return given ? [JSON.parse(given[1] ?? ''), JSON.parse(given[2] ?? '')] : []
}

const NAMES = ['analytics.min.js', 'platform/analytics.min.js', 'analytics.js', 'analytics.classic.js']

describe('the script of a known key', () => {
  it.each(NAMES)('is the same at %s', async (name) => {
    const desk = await open()
    const { status, headers, text } = await get(desk, `/analytics.js/v1/${desk.writeKey}/${name}`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(givenIn(text)).toEqual([desk.writeKey, 'https://sluice.test'])
    expect(text.slice(-60)).toMatch(/window\.AnalyticsNext=\{\}\}\(\);?\n\}\)\(\)\n$/)
  })

  it('has no place left to fill in, and no host of Segment to ask', async () => {
    const desk = await open()
    const { text } = await get(desk, `/analytics.js/v1/${desk.writeKey}/analytics.min.js`)
    expect(text.match(/__(?:VERSION|WRITE_KEY|REQUESTED|ANALYTICS_JS)__|sourceMappingURL/)).toBeNull()
    const hosts = [...text.matchAll(/(?:https?:)?\/\/([a-z][\w.-]+\.[a-z]+)/g)].map(([, host]) => host)
    expect(hosts.filter((host) => host !== 'sluice.test')).toEqual(['cdn.segment', 'segment.com'])
    // A pattern that is replaced by our own URL, and a link in a message.
    expect(text.includes('new RegExp("https://cdn.segment.(com|build)")')).toBe(true)
    expect(text.includes('"https://segment.com/docs/')).toBe(true)
  })

  it('may be read by any page, and kept for a while', async () => {
    const desk = await open()
    const { headers } = await get(desk, `/analytics.js/v1/${desk.writeKey}/analytics.min.js`, {
      Origin: 'https://shop.example',
    })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('cache-control')).toBe('public, max-age=300')
    expect(headers.get('etag')).toMatch(/^"[0-9a-f]{20}"$/)
  })

  it.each(['%', 'W/%', '"other", W/%'])('is not sent again to whoever has it: If-None-Match %s', async (pattern) => {
    const desk = await open()
    const path = `/analytics.js/v1/${desk.writeKey}/analytics.min.js`
    const etag = (await get(desk, path)).headers.get('etag') ?? ''
    const again = await get(desk, path, { 'If-None-Match': pattern.replace('%', etag) })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    expect(again.headers.get('cache-control')).toBe('public, max-age=300')
    expect((await get(desk, path, { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  it('answers HEAD without the script', async () => {
    const desk = await open()
    const response = await send(desk.at, `/analytics.js/v1/${desk.writeKey}/analytics.min.js`, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it('names the origin and the prefix that it was asked at', async () => {
    const desk = await open({ PATH_PREFIX: '/collect' })
    const path = `/analytics.js/v1/${desk.writeKey}/analytics.min.js`
    expect(givenIn((await get(desk, `/collect${path}`)).text)[1]).toBe('https://sluice.test/collect')
    expect(givenIn((await get(desk, path)).text)[1]).toBe('https://sluice.test')
    const plain = await desk.at.http.fetch(new Request(`http://localhost:8787${path}`))
    expect(givenIn(await plain.text())[1]).toBe('http://localhost:8787')
  })
})

describe('a key that nobody has', () => {
  it('is 404, in JavaScript with one sentence, and is asked for again next time', async () => {
    const { status, headers, text } = await get(await open(), '/analytics.js/v1/nobodys-key/analytics.min.js')
    expect([status, headers.get('cache-control')]).toEqual([404, 'no-store'])
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(text).toMatch(/^console\.error\("No source has the write key [^"]+"\)\n$/)
  })

  it('is also one that was revoked', async () => {
    const desk = await open()
    await call(desk.at, 'DELETE', `/api/sources/${desk.source}/writekey/${desk.writeKey}`)
    const { status } = await get(desk, `/analytics.js/v1/${desk.writeKey}/analytics.min.js`)
    expect(status).toBe(404)
  })

  it.each([
    '"+alert(1)+"',
    "'-alert(1)-'",
    '\\',
    '</script>',
    '${alert(1)}',
    '\u2028',
    '\n',
    '__REQUESTED__.',
    'a'.repeat(65),
    ' ',
    '..;',
  ])('%j never gets into the script, even while keys cannot be read', async (key) => {
    const at = withoutDatabase()
    const response = await send(at, `/analytics.js/v1/${encodeURIComponent(key)}/analytics.min.js`, { method: 'GET' })
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain(key.trim() || 'analyticsWriteKey')
  })
})

describe('while D1 does not answer', () => {
  it('the script is served to whoever may be known', async () => {
    const response = await send(withoutDatabase(), '/analytics.js/v1/some-key/analytics.min.js', { method: 'GET' })
    expect(response.status).toBe(200)
    expect(givenIn(await response.text())[0]).toBe('some-key')
  })
})

describe('what else is asked there', () => {
  it.each(['analytics.min.js.map', 'other.js', 'platform/other.js', 'a/analytics.min.js', ''])(
    'nothing is found at %j',
    async (name) => {
      const desk = await open()
      expect((await get(desk, `/analytics.js/v1/${desk.writeKey}/${name}`)).status).toBe(404)
    },
  )

  it('is no POST', async () => {
    const desk = await open()
    const response = await send(desk.at, `/analytics.js/v1/${desk.writeKey}/analytics.min.js`)
    expect(response.status).toBe(404)
  })
})

function withoutDatabase() {
  const fail = () => Promise.reject(new Error('D1_ERROR: Network connection lost.'))
  const statement = { bind: () => statement, all: fail, raw: fail, run: fail, first: fail }
  const DB = { prepare: () => statement, batch: fail } as unknown as D1Database
  return freshPlatform({ env: { DB }, ctx: { log: () => undefined } })
}
