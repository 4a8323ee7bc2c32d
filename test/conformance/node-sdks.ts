import { ON_PHONE, ON_SERVER } from './calls.ts'
import { startInNode } from './rig/node-process.ts'
import { documented } from './rig/page-of-docs.ts'
import { installed, type Sdk, UUID } from './sdk.ts'

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
  return [
    {
      ...node,
      version: installed('@segment/analytics-node'),
      slug: 'node-3',
      library: { name: '@segment/analytics-node', version: '3.1.0' },
      start: (job) => startInNode({ code: modern, flush: NODE_FLUSH, authority }, job),
    },
    {
      ...node,
      version: installed('analytics-node-2'),
      slug: 'node-2',
      library: { name: '@segment/analytics-node', version: '2.3.0' },
      start: (job) =>
        startInNode(
          { code: modern.replace('@segment/analytics-node', 'analytics-node-2'), flush: NODE_FLUSH, authority },
          job,
        ),
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

const NODE_FLUSH = 'await analytics.closeAndFlush()'

/** Its own timer sends every 30 s; this one asks it to more often, until the test has what it waits for. */
const PHONE_FLUSH = `
  const timer = setInterval(() => void analytics.flush(), 250)
  process.stdin.on('end', () => process.exit()).resume()`

/** The current package for Node, told where the platform's path is. */
export function startNodeBelowPath(authority: string): Sdk['start'] {
  const code = documented('analytics-node-path')
  return (job) => startInNode({ code, flush: NODE_FLUSH, authority }, job)
}
