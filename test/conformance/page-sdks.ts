import type { Browser } from 'playwright-core'
import { BY_SNIPPET, IN_PAGE } from './calls.ts'
import { bundled, snippetPage, startInPage } from './rig/browser-page.ts'
import { documented } from './rig/page-of-docs.ts'
import { installed, type Sdk, UUID } from './sdk.ts'

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
