/** What runs on customers' devices: for now the settings that the client SDKs ask for before they send. */
import { Hono } from 'hono'
import { cors } from '../ingest/index.ts'
import { type SettingsCache, SettingsUnavailable } from '../settings/index.ts'
import { baseOf } from './base.ts'

export { readPrefix, withoutPrefix } from './base.ts'

export interface DeviceDeps {
  settings: SettingsCache
  /** Beneath which all of this lies as well, such as `/collect`; empty: none. */
  pathPrefix: string
}

export function device({ settings, pathPrefix }: DeviceDeps): Hono {
  const app = new Hono({ strict: false })
  app.use('/v1/projects/*', cors)
  app.get('/v1/projects/:writeKey/settings', async (c) => {
    const writeKey = c.req.param('writeKey')
    if (!(await isKnown(writeKey, settings))) {
      const message = 'No source has this write key, or it was revoked.'
      return c.json({ success: false, error: message, code: 'unknown_source', message }, 404)
    }
    const { host, prefix } = baseOf(c.req.raw, pathPrefix)
    return c.json(clientSettings(writeKey, `${host}${prefix}/v1`))
  })
  return app
}

/** When that cannot be told the answer is yes: nothing in the settings is a secret, and the page keeps working. */
async function isKnown(writeKey: string, settings: SettingsCache): Promise<boolean> {
  try {
    return (await settings.ownerOfKey(writeKey)) !== null
  } catch (error) {
    if (error instanceof SettingsUnavailable) return true
    throw error
  }
}

/**
 * The shape that analytics.js, Swift and Kotlin read: no key is null, `apiHost` names this deployment, and `httpConfig`
 * makes clients wait the way our replies ask for.
 */
function clientSettings(writeKey: string, apiHost: string) {
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost,
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
        unbundledIntegrations: [],
        addBundledMetadata: true,
        retryQueue: true,
        maybeBundledConfigIds: {},
        httpConfig: HTTP_CONFIG,
      },
    },
    plan: { track: { __default: { enabled: true, integrations: {} } } },
    edgeFunction: {},
    middlewareSettings: { routingRules: [] },
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    analyticsNextEnabled: true,
    remotePlugins: [],
    autoInstrumentationSettings: { sampleRate: 0 },
  }
}

/** Seconds; the client SDKs' own defaults, written out because some only honour Retry-After when it is there. */
const HTTP_CONFIG = {
  rateLimitConfig: { enabled: true, maxRetryCount: 10, maxRetryInterval: 300, maxRateLimitDuration: 43_200 },
  backoffConfig: {
    enabled: true,
    maxRetryCount: 10,
    baseBackoffInterval: 0.5,
    maxBackoffInterval: 60,
    maxTotalBackoffDuration: 43_200,
    jitterPercent: 10,
    default4xxBehavior: 'drop',
    default5xxBehavior: 'retry',
    statusCodeOverrides: {
      408: 'retry',
      410: 'retry',
      429: 'retry',
      460: 'retry',
      501: 'drop',
      505: 'drop',
      511: 'drop',
    },
  },
}
