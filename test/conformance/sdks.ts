import { BY_SNIPPET, type Call, IN_PAGE, ON_PHONE, ON_SERVER } from './calls.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { RECORDED_CALLS, RECORDED_KEY, replayPython } from './recorded.ts'
import { bundled, snippetPage, startInPage } from './rig/browser-page.ts'
import type { Certificate } from './rig/certificate.ts'
import { startInNode } from './rig/node-process.ts'
import { documented } from './rig/page-of-docs.ts'
import type { Job, Session } from './rig/session.ts'

/** One SDK in one version, used in one way: a row of the table. */
export interface Sdk {
  name: string
  version: string
  slug: string
  calls: Call[]
  channel: 'server' | 'client' | 'mobile'
  library: { name: string; version: string }
  messageId: RegExp
  /** What it says of itself beside the Spec, in every event. */
  metadata: string[]
  /** Its page is left, so that nobody is there any more who could try again. */
  leaves?: boolean
  /** Its requests were recorded, with this write key. */
  recordedKey?: string
  start(job: Job): Session | Promise<Session>
}

/** The version that is installed under a name of our own. */
function installed(packageName: string): string {
  const manifest = join(import.meta.dirname, '../../node_modules', packageName, 'package.json')
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/** The older package for Node, made by this code. */
export function nodeLegacy(authority: string, code = documented('analytics-node-legacy')): Sdk {
  return {
    name: 'analytics-node',
    version: installed('analytics-node'),
    slug: 'node-legacy',
    calls: ON_SERVER,
    channel: 'server',
    library: { name: 'analytics-node', version: '6.2.0' },
    messageId: new RegExp(`^node-[0-9a-f]{32}-${UUID}$`),
    metadata: ['nodeVersion'],
    start: (job) => startInNode({ code, flush: 'await analytics.flush()', authority }, job),
  }
}

/** The SDKs that run in Node. `authority` is the PEM file of the certificate authority of the fronts. */
export function nodeSdks(authority: string): Sdk[] {
  const modern = documented('analytics-node')
  const node = {
    name: '@segment/analytics-node',
    calls: ON_SERVER,
    channel: 'server' as const,
    messageId: new RegExp(`^node-next-\\d+-${UUID}$`),
    metadata: ['nodeVersion', 'jsRuntime'],
  }
  const flush = 'await analytics.closeAndFlush()'
  return [
    {
      ...node,
      version: installed('@segment/analytics-node'),
      slug: 'node-3',
      library: { name: '@segment/analytics-node', version: '3.1.0' },
      start: (job) => startInNode({ code: modern, flush, authority }, job),
    },
    {
      ...node,
      version: installed('analytics-node-2'),
      slug: 'node-2',
      library: { name: '@segment/analytics-node', version: '2.3.0' },
      start: (job) =>
        startInNode({ code: modern.replace('@segment/analytics-node', 'analytics-node-2'), flush, authority }, job),
    },
    nodeLegacy(authority),
    {
      name: '@segment/analytics-react-native',
      version: installed('@segment/analytics-react-native'),
      slug: 'react-native',
      calls: ON_PHONE,
      channel: 'mobile',
      // The package was published with the version of another one in it.
      library: { name: 'analytics-react-native', version: '2.21.4' },
      messageId: new RegExp(`^${UUID}$`),
      metadata: ['bundled', 'unbundled', 'bundledIds'],
      start: (job) =>
        startInNode({ code: documented('analytics-react-native'), flush: PHONE_FLUSH, authority, endless: true }, job),
    },
  ]
}

/** Its own timer sends every 30 s; this one asks it to more often, until the test has what it waits for. */
const PHONE_FLUSH = `
  const timer = setInterval(() => void analytics.flush(), 250)
  process.stdin.on('end', () => process.exit()).resume()`

/** SDKs that do not run here, as their requests were recorded. */
export function recordedSdks(certificate: Certificate): Sdk[] {
  return [
    {
      name: 'analytics-python, recorded',
      version: '2.3.4',
      slug: 'python',
      calls: RECORDED_CALLS,
      channel: 'server',
      library: { name: 'analytics-python', version: '2.3.4' },
      messageId: new RegExp(`^${UUID}$`),
      metadata: [],
      recordedKey: RECORDED_KEY,
      start: ({ front }) => ({
        idle: replayPython(front, certificate),
        stop: () => Promise.resolve({ foreign: [] }),
      }),
    },
  ]
}

/** analytics.js in a browser: as the snippet loads it from the platform, and as a site bundles it from npm. */
export async function pageSdks(browser: Browser): Promise<Sdk[]> {
  return [...snippetSdks(browser), ...(await npmSdks(browser))]
}

const ANALYTICS_JS = {
  channel: 'client' as const,
  messageId: new RegExp(`^ajs-next-\\d+-${UUID}$`),
  metadata: ['bundled', 'unbundled', 'bundledIds'],
}

function snippetSdks(browser: Browser): Sdk[] {
  const load = documented('snippet-batching')
  const ways = [
    { way: 'one by one', slug: 'single' },
    { way: 'in batches', slug: 'batches', load },
    { way: 'in batches, page left', slug: 'batches-left', load, leave: 'batched' },
  ] as const
  return ways.map(({ way, slug, ...rest }) => {
    const { load, leave } = { load: undefined, leave: undefined, ...rest }
    return {
      ...ANALYTICS_JS,
      name: `analytics.js, snippet, ${way}`,
      version: installed('@segment/analytics-next'),
      slug: `snippet-${slug}`,
      calls: BY_SNIPPET,
      library: { name: 'analytics.js', version: 'next-1.84.3' },
      leaves: leave !== undefined,
      start: (job) => startInPage({ browser, leave, ...snippetPage({ page: job.calls === BY_SNIPPET, load }) }, job),
    }
  })
}

async function npmSdks(browser: Browser): Promise<Sdk[]> {
  const ways = [
    { way: 'one by one', slug: 'single', code: documented('analytics-next') },
    { way: 'in batches', slug: 'batches', code: documented('analytics-next-batching') },
    {
      way: 'one by one, page left',
      slug: 'single-left',
      code: documented('analytics-next-keepalive'),
      leave: 'asking',
    },
    {
      way: 'in batches, page left',
      slug: 'batches-left',
      code: documented('analytics-next-batching'),
      leave: 'batched',
    },
  ] as const
  const versions = [
    { version: '1.84.3', packageName: '@segment/analytics-next' },
    { version: '1.70.0', packageName: 'analytics-next-1.70' },
  ]
  return Promise.all(
    versions.flatMap(({ version, packageName }) =>
      ways.map(async ({ way, slug, code, ...rest }): Promise<Sdk> => {
        const leave = 'leave' in rest ? rest.leave : undefined
        const page = await bundled(code, packageName)
        return {
          ...ANALYTICS_JS,
          name: `@segment/analytics-next, npm, ${way}`,
          version: installed(packageName),
          slug: `next-${version.split('.')[1]}-${slug}`,
          calls: IN_PAGE,
          library: { name: 'analytics.js', version: `npm:next-${version}` },
          leaves: leave !== undefined,
          start: (job) => startInPage({ browser, leave, ...page }, job),
        }
      }),
    ),
  )
}
