import { execFileSync } from 'node:child_process'
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import panel from '../../generated/panel.json' with { type: 'json' }
import tools from '../../generated/browser-tools.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '../..')
const ANALYTICS_NEXT = join(ROOT, 'node_modules/@segment/analytics-next')
const DESTINATIONS = join(ROOT, 'node_modules/@segment/browser-destinations')

interface Scripts {
  hostsIn(code: string): string[]
  buildAnalyticsJs(dir: string, prelude: string): { version: string; etag: string; parts: string[] }
  readBrowserTools(dir: string): Promise<unknown[]>
  writePublic(to: string, analyticsNext: string, destinations: string): void
  buildPanel(src: string): Record<string, string>
}

let scripts: Scripts
let scratch: string
beforeAll(async () => {
  const load = (name: string) => import(pathToFileURL(join(ROOT, 'scripts/assets', name)).href) as Promise<object>
  const modules = await Promise.all(
    ['hosts.mjs', 'analytics-js.mjs', 'browser-tools.mjs', 'public.mjs', 'panel.mjs'].map(load),
  )
  scripts = Object.assign({}, ...modules) as Scripts
  scratch = await mkdtemp(join(tmpdir(), 'sluice-assets-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** Not a source map, nor a compressed twin. */
const isNoCompanion = (path: string) => !/\.(?:map|gz)$/.test(path)

/** A copy of a package's files, one of them changed. */
async function changed(from: string, file: string, change: (code: string) => string): Promise<string> {
  const to = await mkdtemp(join(scratch, 'package-'))
  for (const part of ['package.json', 'dist/umd', 'dist/web']) {
    if (existsSync(join(from, part)))
      await cp(join(from, part), join(to, part), { recursive: true, filter: isNoCompanion })
  }
  await mkdir(dirname(join(to, file)), { recursive: true })
  await writeFile(join(to, file), change(await readFile(join(from, file), 'utf8')))
  return to
}

describe('the hosts that a script names', () => {
  it.each<[string, string[]]>([
    [`fetch("https://a.example.com/x")`, ['a.example.com']],
    [`x="//b.example.io/y"`, ['b.example.io']],
    [`r="api.example.io/v1"`, ['api.example.io']],
    ['`cdn.example.net:8080`', ['cdn.example.net']],
    [`"https:\\/\\/c.example.dev\\/x"`, ['c.example.dev']],
    [`"https://d."+e+".example.com"`, ['d.']],
    [`new RegExp("https://cdn.example.(com|build)")`, ['cdn.example.']],
    [`"https://a.io/1","https://a.io/2"`, ['a.io']],
    [`e.context.page.url,"context.page","a.b.c",1.5,// net`, []],
  ])('%s: %j', (code, hosts) => {
    expect(scripts.hostsIn(code)).toEqual(hosts)
  })
})

describe('what the pages of the panel load', () => {
  /** A directory of sources with these files. */
  async function sources(files: Record<string, string>): Promise<string> {
    const src = await mkdtemp(join(scratch, 'src-'))
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(src, path)), { recursive: true })
      await writeFile(join(src, path), text)
    }
    return src
  }

  it('is one style sheet, the more particular later, and a script for each file of a browser folder', async () => {
    const src = await sources({
      'control/orders/pages/list.css': '.orders{}',
      'ui/components/card.css': '.card{}',
      'ui/layout/nav.css': '.nav{}',
      'ui/common.css': '.stack{}',
      'ui/base.css': 'h1{}',
      'ui/tokens.css': ':root{}',
      'control/orders/words.ts': "export const WORDS = 'An order <came>'",
      'control/orders/pages/browser/orders.ts': "import { line } from './orders/line.tsx'\nconsole.log(line())",
      'control/orders/pages/browser/orders/line.tsx':
        "import { WORDS } from '../../../words.ts'\nexport const line = () => String(<b>{WORDS}</b>)",
    })
    // Packages are looked for above the sources.
    await symlink(join(ROOT, 'node_modules'), join(scratch, 'node_modules'), 'junction')
    const { 'panel.css': css, 'orders.js': script = '', ...others } = scripts.buildPanel(src)
    expect(css).toBe(':root{}h1{}.stack{}.nav{}.card{}.orders{}')
    expect(others).toEqual({})
    const said: string[] = []
    runInNewContext(script, { console: { log: (words: string) => said.push(words) } })
    expect(said).toEqual(['<b>An order &lt;came&gt;</b>'])
  })

  it('does not become what has a style sheet without a place, or two scripts of one name', async () => {
    const lost = await sources({ 'intake/tail.css': '.tail{}' })
    expect(() => scripts.buildPanel(lost)).toThrow('intake/tail.css has no place in the style sheet')
    const twice = await sources({ 'ui/browser/one.ts': '', 'control/a/pages/browser/one.ts': '' })
    expect(() => scripts.buildPanel(twice)).toThrow('Two browser scripts are called one.ts')
  })

  it('is made anew when a source or a page of the docs changes, and else not', async () => {
    const project = join(scratch, 'project')
    for (const part of ['scripts', 'src', 'docs', 'package-lock.json']) {
      await cp(join(ROOT, part), join(project, part), { recursive: true })
    }
    await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'), 'junction')
    const make = async () => {
      execFileSync(process.execPath, [join(project, 'scripts/assets.mjs')])
      return Promise.all(
        ['made-from', 'pages-from', 'panel.json', 'docs.json'].map((name) =>
          readFile(join(project, 'generated', name), 'utf8'),
        ),
      )
    }
    const writtenAt = async () => (await stat(join(project, 'generated/pages-from'))).mtimeMs
    const first = await make()
    const then = await writtenAt()
    expect([await make(), await writtenAt()]).toEqual([first, then])
    await appendFile(join(project, 'src/ui/common.css'), '.unheard-of{}')
    await appendFile(join(project, 'docs/operating.md'), '\nWords unheard of.\n')
    const [packages, pages, panel, docs] = await make()
    expect([packages, pages === first[1]]).toEqual([first[0], false])
    expect(panel).toContain('.unheard-of{}')
    expect(docs).toContain('Words unheard of.')
  })

  it('is, in this project, what is served', () => {
    expect(scripts.buildPanel(join(ROOT, 'src'))).toEqual(panel)
  })
})

describe('analytics.js', () => {
  const FILE = 'dist/umd/standalone.js'
  const PRELUDE = 'f(__WRITE_KEY__, __REQUESTED__)\n__ANALYTICS_JS__'

  it('has places for the key and the URL, before the script itself', () => {
    const { version, etag, parts } = scripts.buildAnalyticsJs(ANALYTICS_NEXT, PRELUDE)
    expect([version, etag]).toEqual([expect.stringMatching(/^1\.\d+\.\d+$/), expect.stringMatching(/^"[0-9a-f]{20}"$/)])
    expect(parts.map((part) => part.slice(0, 12))).toEqual(['f(', ', ', expect.stringMatching(/^\)\n!function/)])
  })

  it.each<[string, (code: string) => string, RegExp]>([
    ['asks a host that is not known', (code) => `fetch("https://new.example.com/");${code}`, /new\.example\.com/],
    ['names one without a scheme', (code) => `x="new.example.io/v2";${code}`, /new\.example\.io/],
    [
      'has another host of events',
      (code) => code.replace('api.segment.io/v1', 'api.segment.io/v2'),
      /host of events in 0/,
    ],
    ['has one more place for https', (code) => `x="https";${code}`, /protocol of events in 4 places instead of 3/],
    ['has no place for the key', (code) => code.replace('__WRITE_KEY__', ''), /write key in 0 places/],
  ])('does not become what %s', async (_, change, message) => {
    const dir = await changed(ANALYTICS_NEXT, FILE, change)
    expect(() => scripts.buildAnalyticsJs(dir, PRELUDE)).toThrow(message)
  })
})

describe('where analytics.js finds everything', () => {
  const NAME = 'data-global-segment-analytics-key'
  const SCRIPT = 'https://cdn.shop.example/analytics.js/v1/key-1/analytics.min.js'

  interface Tag {
    src: string
    [NAME]?: string
  }

  const element = (tag: Tag) => ({
    src: tag.src,
    hasAttribute: () => tag[NAME] !== undefined,
    getAttribute: () => tag[NAME],
  })

  /** What the prelude knows on a page with these script elements, of which the last one runs; none: a module. */
  async function known(tags: Tag[], page: Record<string, unknown> = {}): Promise<Record<string, string>> {
    const prelude = await readFile(join(ROOT, 'scripts/assets/prelude.js'), 'utf8')
    const code = prelude
      .replace('__WRITE_KEY__', '"key-1"')
      .replace('__REQUESTED__', '"https://in.example/collect"')
      .replace('__ANALYTICS_JS__', 'known(sluice)')
    const scripts = tags.map(element)
    let found: Record<string, string> = {}
    const document = {
      currentScript: scripts.at(-1) ?? null,
      createElement: () => element({ src: '' }),
      querySelector: () => scripts.find((script) => script.hasAttribute()) ?? null,
    }
    runInNewContext(code, { document, window: page, known: (facts: typeof found) => (found = facts) })
    return found
  }

  it.each<[string, string, string, string, Record<string, unknown>?]>([
    ['its own URL', SCRIPT, 'https', 'cdn.shop.example'],
    ['its own URL, over plain http', SCRIPT.replace('https', 'http'), 'http', 'cdn.shop.example'],
    [
      'its own URL, beneath any path',
      `https://shop.example:8443/a/b${new URL(SCRIPT).pathname}?v=1`,
      'https',
      'shop.example:8443/a/b',
    ],
    ['its own URL, the first of two in it', `${SCRIPT}?from=/analytics.js/v1/`, 'https', 'cdn.shop.example'],
    [
      'its own URL, whatever the page says',
      SCRIPT,
      'https',
      'cdn.shop.example',
      { analytics: { _cdn: 'https://cdn.segment.com' } },
    ],
    [
      'what the page says, when it was put elsewhere',
      'https://shop.example/a.js',
      'https',
      'proxy.example/x',
      { analytics: { _cdn: 'https://proxy.example/x' } },
    ],
    ['where it was asked for, when nothing tells', 'https://shop.example/a.js', 'https', 'in.example/collect'],
    ['where it was asked for, when it has no URL', '', 'https', 'in.example/collect', { analytics: [] }],
  ])('%s', async (_, src, protocol, host, page) => {
    const base = `${protocol}://${host}`
    expect(await known([{ src }], page)).toEqual({ writeKey: 'key-1', name: 'analytics', base, protocol, host })
  })

  it('where it was asked for, as a module', async () => {
    expect(await known([])).toMatchObject({ base: 'https://in.example/collect', name: 'analytics' })
  })

  it('under the name of its own snippet, else that of the first', async () => {
    const other = { src: 'https://cdn.segment.com/x.js', [NAME]: 'other' }
    const page = { own: { _cdn: 'https://own.example' }, other: { _cdn: 'https://other.example' } }
    expect(await known([other, { src: '/a.js', [NAME]: 'own' }], page)).toMatchObject({
      name: 'own',
      host: 'own.example',
    })
    expect(await known([other, { src: '/a.js' }], page)).toMatchObject({ name: 'other', host: 'other.example' })
  })
})

describe('the packaged tools', () => {
  it('are all there, each with something to do', () => {
    expect(tools).toHaveLength(25)
    for (const { slug, name, script, libraryName, subscriptions } of tools) {
      expect([slug, name]).toEqual([expect.stringMatching(/^[a-z0-9-]+$/), expect.stringMatching(/\w/)])
      expect(libraryName).toBe(`${slug}Destination`)
      expect([script, existsSync(join(ROOT, 'generated/public', script))]).toEqual([script, true])
      expect(subscriptions.length).toBeGreaterThan(0)
    }
  })

  it.each([
    ['has no name', (code: string) => code.replace('name:"Sabil"', 'nome:"Sabil"'), /sabil has no name/],
    ['does not run', (code: string) => `throw new Error('too new');${code}`, /sabil does not tell what it is: too new/],
    ['hands nothing over', (code: string) => code.replaceAll('sabilDestination', 'other'), /sabil does not tell/],
  ])('stop the build when one %s', async (_, change, message) => {
    const file = 'dist/web/sabil/8127ad4776840319522f.js'
    const dir = await changed(DESTINATIONS, file, change)
    await expect(scripts.readBrowserTools(join(dir, 'dist/web'))).rejects.toThrow(message)
  })

  it('never lead to polyfill.io', async () => {
    const file = 'dist/web/commandbar/17b704d53b71c538ac35.js'
    expect(await readFile(join(DESTINATIONS, file), 'utf8')).toContain('https://polyfill.io')
    const again = await changed(DESTINATIONS, file, (code) => code.replace('polyfill.io/', 'polyfill.io:443/'))
    expect(() => scripts.writePublic(join(scratch, 'public'), ANALYTICS_NEXT, again)).toThrow(
      /still loads from polyfill/,
    )
  })
})

describe('the chunks of analytics.js', () => {
  it('stop the build when one names a host that is not known', async () => {
    const file = 'dist/umd/schemaFilter.bundle.a6a77355d52c20e3a83d.js'
    const dir = await changed(ANALYTICS_NEXT, file, (code) => `fetch("//new.example.com/");${code}`)
    expect(() => scripts.writePublic(join(scratch, 'public'), dir, DESTINATIONS)).toThrow(
      /^schemaFilter\.bundle\.\w+\.js names foreign hosts.*new\.example\.com/,
    )
  })
})
