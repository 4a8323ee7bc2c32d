import { modesOf, type Integration, type Mode } from '../integrations/index.ts'

/**
 * When a change counts, as every page says it. From here: an isolate looks for changes every ten seconds. On devices: ten
 * as well, and twice the twenty that their settings are kept (`device/settings.ts`), at the edge and by the device.
 */
export const IN_FORCE = 'within 15 seconds'
export const ON_DEVICES = 'within a minute'

/** When a change of a destination counts: the later of the two times where both apply. */
export function delayOf(integration: Integration, mode: Mode | null): string {
  const onDevice = mode === 'device' || (modesOf(integration).length > 0 && isLoaded(integration))
  return onDevice ? ON_DEVICES : IN_FORCE
}

/** A plugin that only adds to events is loaded by the page whatever the mode. */
function isLoaded({ device }: Integration): boolean {
  return device?.plugin.type === 'remote' && device.plugin.enriches === true
}
