import { type Channel, isObject, type JsonObject } from './types.ts'

const MOBILE = /(?:^|[^a-z])(?:ios|android|swift|kotlin|react-native)(?:[^a-z]|$)/i

/**
 * Where an event comes from: what the client says, else by its `library`'s name: analytics.js in a page, the mobile
 * SDKs on a device, everything else on a server. `browser` is an old name of `client`.
 */
export function channelOf(given: unknown, library: unknown, fallback: Channel): Channel {
  if (given === 'client' || given === 'server' || given === 'mobile') return given
  if (given === 'browser') return 'client'
  return typeof library === 'string' ? channelOfLibrary(library) : fallback
}

/** The last library that was asked for: the events of a request have one, as a rule. */
let known: { library: string; channel: Channel } | undefined

function channelOfLibrary(library: string): Channel {
  if (known?.library === library) return known.channel
  const ofDevice = library.startsWith('analytics.js') ? 'client' : MOBILE.test(library) ? 'mobile' : undefined
  known = { library, channel: ofDevice ?? 'server' }
  return known.channel
}

/** The name of the library that made an event. */
export function libraryOf({ library }: JsonObject): unknown {
  return isObject(library) ? library.name : undefined
}
