import { type Sdk, SDKS } from './device.ts'
import type { Integration } from './integration.ts'

/** What runs on the devices of a source, by its platform; of one that is not here it is not known. */
const SDKS_OF: Record<string, readonly Sdk[]> = {
  javascript: ['browser'],
  swift: ['ios'],
  kotlin: ['android'],
  'react-native': ['ios', 'android'],
  // A picture loads no scripts.
  pixel: [],
  node: [],
  python: [],
  ruby: [],
  go: [],
  php: [],
  java: [],
  dotnet: [],
}

/**
 * Whether events of a source of this platform can get to the integration at all: a tool that runs on devices, and has no
 * way through the cloud, needs a device that it runs on.
 */
export function fits({ device, endpoint }: Pick<Integration, 'device' | 'endpoint'>, platform: string): boolean {
  if (!device || endpoint !== undefined) return true
  const there = Object.hasOwn(SDKS_OF, platform) ? SDKS_OF[platform] : SDKS
  return device.sdks.some((sdk) => there?.includes(sdk))
}

const WHERE: Record<Sdk, string> = { browser: 'web pages', ios: 'iOS apps', android: 'Android apps' }

/** `web pages`, `iOS apps and Android apps`. */
export function whereRuns({ device }: Pick<Integration, 'device'>): string {
  return (device?.sdks ?? []).map((sdk) => WHERE[sdk]).join(' and ')
}
