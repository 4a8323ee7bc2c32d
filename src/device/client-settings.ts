import type { Mode, RemotePlugin } from '../integrations/index.ts'
import type { DeviceDestination } from '../settings/index.ts'
import type { Base } from './base.ts'

/**
 * What the client SDKs fetch before they send (types of analytics.js `CDNSettings`, Swift and Kotlin `Settings`): no key
 * is null, `apiHost` names this deployment, `httpConfig` makes clients wait the way our replies ask for, and each tool
 * with a half on devices is there with what anybody may know of it.
 */
export function clientSettings(writeKey: string, base: Base, destinations: readonly DeviceDestination[]) {
  const bundled = destinations.filter(inMode('device'))
  const unbundled = destinations.filter(inMode('cloud'))
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost: `${base.host}${base.prefix}/v1`,
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
        unbundledIntegrations: unbundled.map(({ name }) => name),
        addBundledMetadata: true,
        retryQueue: true,
        maybeBundledConfigIds: {},
        httpConfig: HTTP_CONFIG,
      },
      // A tool in cloud mode is only named above: with an entry here the mobile SDKs would start its plugin.
      ...Object.fromEntries(bundled.map((one) => [one.name, integrationEntry(one)])),
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    middlewareSettings: { routingRules: [] },
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    analyticsNextEnabled: true,
    consentSettings: { allCategories: [], hasUnmappedDestinations: true },
    remotePlugins: destinations.flatMap((one) => remotePlugin(one, base)),
    autoInstrumentationSettings: { sampleRate: 0 },
  }
}

const inMode = (wanted: Mode) => (one: DeviceDestination) => one.mode === wanted

/** `browser` stays out of the component types: it makes analytics.js look for a bundle of the time before plugins. */
function integrationEntry({ device, settings }: DeviceDestination) {
  const componentTypes = device.sdks.filter((sdk) => sdk !== 'browser')
  return { ...settings, bundlingStatus: 'bundled', versionSettings: { version: '1.0.0', componentTypes } }
}

function remotePlugin({ name, mode, device, settings }: DeviceDestination, { origin, prefix }: Base) {
  const { plugin } = device
  if (plugin.type !== 'remote' || (mode === 'cloud' && !plugin.enriches)) return []
  const { libraryName, url } = plugin
  return {
    name,
    creationName: name,
    libraryName,
    url: url.startsWith('/') ? `${origin}${prefix}${url}` : url,
    settings: { ...settings, subscriptions: subscriptionsOf(plugin) },
  }
}

function subscriptionsOf({ subscriptions = [] }: RemotePlugin) {
  return subscriptions.map((one, index) => ({ ...one, id: `${index}`, enabled: true }))
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
