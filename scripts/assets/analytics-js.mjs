// The script that pages load: Segment's standalone build, made to know no host but the one that it is loaded from.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuseForeignHosts } from './hosts.mjs'
import { withoutSourceMap } from './public.mjs'

const BUNDLES = '"/analytics-next/bundles/"'

/** What `prelude.js` knows, in the places of what the standalone build takes for granted. Each is there `times` times. */
const CHANGES = [
  {
    what: 'where settings and chunks are, asked before anything else',
    from: /var (\w+)=\(0,\w\.\w+\)\(\);(\(0,\w\.\w+\)\(\1\),\w\.p=)\1\?\1\+"\/analytics-next\/bundles\/":"https:\/\/cdn\.segment\.com\/analytics-next\/bundles\/"/g,
    to: `var $1=sluice.base;$2$1+${BUNDLES}`,
  },
  { what: 'the host of settings', from: /"https:\/\/cdn\.segment\.com"/g, to: 'sluice.base' },
  {
    what: 'the host of the classic script',
    from: /"https:\/\/cdn\.segment\.com(\/analytics\.js\/v1\/)"/g,
    to: 'sluice.base+"$1"',
  },
  { what: 'the host of events', from: /"api\.segment\.io\/v1"/g, to: 'sluice.host+"/v1"' },
  { what: 'the protocol of events', from: /"https"/g, to: 'sluice.protocol', times: 3 },
  { what: 'the write key', from: /"__WRITE_KEY__"/g, to: 'sluice.writeKey' },
  { what: "the page's name of it", from: /var (\w)="analytics";/g, to: 'var $1=sluice.name;' },
  {
    what: 'that name, from the first snippet of the page',
    from: /null===\((\w+)=document\.querySelector\("script\[data-global-segment-analytics-key\]"\)\)\|\|void 0===\1\?void 0:\1\.dataset\.globalSegmentAnalyticsKey/g,
    to: 'sluice.name',
  },
  {
    what: 'the polyfill that Internet Explorer, Firefox 46 and Edge 13 would load from a foreign host',
    from: /if\((\w+&&\(0,\w+\.\w+\)\(\w+\)),function\(\)\{var \w=\{Firefox:46,Edge:13\}.+?\}\(\)\)\{var .+?\}else (?=\w+\(\w+\)\}\(\))/g,
    to: '$1;',
  },
  {
    what: 'the way back to analytics.js 1.0, which is this script again',
    from: /\w\.blockedURI\.includes\("cdn\.segment"\)/g,
    to: '!1',
  },
]

/** What is left of foreign hosts in it, and why it is harmless. */
const HARMLESS = new Map([
  ['segment.com', 'a link to documentation, in a message'],
  ['cdn.segment.', 'the pattern by which the host in the URL of a remote plugin is replaced by ours'],
])

/**
 * `{version, etag, parts}`: the script is `parts[0]`, the write key, `parts[1]`, the URL that the request was made to,
 * `parts[2]`; key and URL as string literals.
 * @param {string} dir of the package
 * @param {string} prelude the text of `prelude.js`
 */
export function buildAnalyticsJs(dir, prelude) {
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
  let code = withoutSourceMap(readFileSync(join(dir, 'dist', 'umd', 'standalone.js'), 'utf8'))
  for (const change of CHANGES) code = replace(code, change)
  refuseForeignHosts('analytics.min.js', code, HARMLESS)
  const template = prelude
    .replace(/^\s*\/\/.*\n/gm, '')
    .replace('__VERSION__', version)
    .replace('__ANALYTICS_JS__', () => code)
  const parts = template.split(/__WRITE_KEY__|__REQUESTED__/)
  if (parts.length !== 3) throw new Error('prelude.js has not one place for the write key and one for the URL.')
  const etag = `"${createHash('sha256').update(template).digest('hex').slice(0, 20)}"`
  return { version, etag, parts }
}

function replace(code, { what, from, to, times = 1 }) {
  const found = code.match(from)?.length ?? 0
  if (found !== times) {
    throw new Error(`The standalone build has ${what} in ${found} places instead of ${times}: its format has changed.`)
  }
  return code.replace(from, to)
}
