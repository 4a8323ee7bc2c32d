import { isObject, type JsonObject } from './types.ts'

/** Names of one list that are read of an event. */
const MOST_NAMES = 25
/** Every SDK names itself too. */
const OURS = 'Segment.io'

/** What a device says of the tools that run on it, with an event. */
export interface DeviceTools {
  /** Whether it says anything of them at all. */
  anything: boolean
  /** Names of integrations: those that it had, those of them that it could not load, and those left to the cloud. */
  bundled: string[]
  failed: string[]
  unbundled: string[]
  /** Ids of destinations that it had. */
  ids: string[]
}

/**
 * Reads an event's `_metadata`: `bundled` (the tools that the device had), `failedInitializations` (those of them that
 * could not be loaded), `unbundled` (those that are left to the cloud), `bundledIds` (ids of destinations that it had).
 * analytics.js names in `bundled` what its settings tell it to load, Swift and Kotlin what they have loaded.
 */
export function deviceTools({ _metadata }: JsonObject): DeviceTools {
  const of = isObject(_metadata) ? _metadata : {}
  const list = (name: string) => {
    const value = of[name]
    const names = Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
    return names.filter((one) => one !== OURS).slice(0, MOST_NAMES)
  }
  return {
    anything: ['bundled', 'unbundled', 'failedInitializations'].some((name) => Array.isArray(of[name])),
    bundled: list('bundled'),
    unbundled: list('unbundled'),
    failed: list('failedInitializations'),
    ids: list('bundledIds'),
  }
}
