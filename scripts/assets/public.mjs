// The files that lie on the edge as they are: what analytics.js loads when it needs it, and the packaged tools.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuseForeignHosts } from './hosts.mjs'

const CHUNK = /^[\w-]+\.bundle\.[0-9a-f]+\.js$/

/** Hosts that chunks may name. */
const HARMLESS = new Map([
  ['www.w3.org', 'the name of an XML namespace'],
  [
    'www.googleapis.com',
    "the video plugins ask it about the page's videos, with the page's own key, when it uses them",
  ],
  ['api.vimeo.com', 'the same'],
])

/** Their names hold a hash of what is in them. */
const HEADERS = ['/analytics-next/bundles/*', '/next-integrations/actions/*'].map(
  (path) => `${path}
  Cache-Control: public, max-age=31536000, immutable
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
`,
)

/**
 * @param {string} to a directory that is not there yet
 * @param {string} analyticsNext the package's directory
 * @param {string} destinations the package's directory
 */
export function writePublic(to, analyticsNext, destinations) {
  const umd = join(analyticsNext, 'dist', 'umd')
  for (const name of readdirSync(umd).filter((name) => CHUNK.test(name))) {
    const code = withoutSourceMap(readFileSync(join(umd, name), 'utf8'))
    refuseForeignHosts(name, code, HARMLESS)
    write(join(to, 'analytics-next', 'bundles', name), code)
  }
  const web = join(destinations, 'dist', 'web')
  // Beside each tool lies its twin under the base64 of its name, which analytics.js asks for only to hide the name.
  const tools = Object.keys(JSON.parse(readFileSync(join(web, 'manifest-latest.json'), 'utf8')))
  for (const tool of [SHARED, ...tools]) {
    for (const name of readdirSync(join(web, tool)).filter((name) => name.endsWith('.js'))) {
      const code = toolScript(tool, readFileSync(join(web, tool, name), 'utf8'))
      write(join(to, 'next-integrations', 'actions', tool, name), code)
    }
  }
  write(join(to, '_headers'), HEADERS.join(''))
}

/** The chunk that the tools share. */
const SHARED = '688'

/** A tool's bundle as we serve it. */
export function toolScript(tool, code) {
  const script = withoutSourceMap(code)
  if (tool !== 'commandbar') return script
  // A host that was sold and served malware. Only browsers older than Object.assign would be sent there.
  const safe = script.replace(/=(\w),\w\("https:\/\/polyfill\.io\/[^"]*"\+\w\)/, '=$1,$1()')
  if (safe.includes('polyfill.io')) throw new Error('The packaged tool commandbar still loads from polyfill.io.')
  return safe
}

/** Nothing that is served has its source map beside it. */
export function withoutSourceMap(code) {
  return code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '')
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
