import { type Channel, isObject, type JsonObject } from './types.ts'

const MOBILE = /(?:^|[^a-z])(?:ios|android|swift|kotlin|react-native)(?:[^a-z]|$)/i

/**
 * Where an event comes from: what the client says, else by the name of its library: analytics.js in a page, the mobile
 * SDKs on a device, everything else on a server. `browser` is an old name of `client`.
 */
export function channelOf(given: unknown, context: JsonObject, fallback: Channel): Channel {
  if (given === 'client' || given === 'server' || given === 'mobile') return given
  if (given === 'browser') return 'client'
  const library = isObject(context.library) ? context.library.name : undefined
  if (typeof library !== 'string') return fallback
  if (library.startsWith('analytics.js')) return 'client'
  return MOBILE.test(library) ? 'mobile' : 'server'
}
