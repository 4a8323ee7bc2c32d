import type { Random } from './random.ts'

type Json = Record<string, unknown>

/** A device or a server of somebody, as its SDK describes it. */
export interface Sender {
  sdk: 'web' | 'ios' | 'android' | 'server'
  /** The context of each of its events; a page adds where it is. */
  context: Json
  /** Begins each message id. */
  prefix: string
  ip: string
  userAgent: string
}

const LOCALES = ['en-US', 'en-GB', 'nb-NO', 'de-DE', 'ja-JP']
const ZONES = ['Europe/Oslo', 'America/New_York', 'Asia/Tokyo', 'UTC']

/** analytics.js in a browser. */
export function browser(random: Random): Sender {
  const version = String(120 + random.below(20))
  const userAgent = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/${version}.0.0.0 Safari/537.36`
  const brands = [
    { brand: 'Not:A-Brand', version: '8' },
    { brand: 'Chromium', version },
  ]
  return {
    sdk: 'web',
    prefix: 'ajs-next-',
    ip: `203.0.113.${random.below(256)}`,
    userAgent,
    context: {
      userAgent,
      userAgentData: { brands, mobile: random.chance(0.3), platform: random.of(['macOS', 'Windows', 'Android']) },
      locale: random.of(LOCALES),
      library: { name: 'analytics.js', version: 'npm:next-1.84.3' },
      timezone: random.of(ZONES),
    },
  }
}

/** analytics-swift on an iPhone; it writes doubles with all their digits. */
export function iphone(random: Random, appVersion: string): Sender {
  const at = (degrees: number) => JSON.rawJSON((degrees + random.next()).toPrecision(17))
  return {
    sdk: 'ios',
    prefix: '',
    ip: `198.51.100.${random.below(256)}`,
    userAgent: 'Shop/1 CFNetwork/1568.200.51 Darwin/24.1.0',
    context: {
      app: { build: '42', name: 'Shop', namespace: 'com.example.shop', version: appVersion },
      device: {
        id: random.uuid().toUpperCase(),
        manufacturer: 'Apple',
        model: 'iPhone15,3',
        name: 'iPhone',
        type: 'ios',
      },
      instanceId: random.uuid(),
      library: { name: 'analytics-swift', version: '1.7.3' },
      locale: random.of(LOCALES),
      location: { latitude: at(59), longitude: at(10) },
      network: { bluetooth: false, cellular: random.chance(0.4), wifi: random.chance(0.6) },
      os: { name: 'iOS', version: '18.1' },
      screen: { height: 852, width: 393 },
      timezone: random.of(ZONES),
    },
  }
}

/** analytics-kotlin on Android. */
export function android(random: Random, appVersion: string): Sender {
  return {
    sdk: 'android',
    prefix: '',
    ip: `192.0.2.${random.below(256)}`,
    userAgent: 'okhttp/4.12.0',
    context: {
      app: { name: 'Shop', version: appVersion, namespace: 'com.example.shop', build: '42' },
      device: { id: random.uuid(), manufacturer: 'Google', model: 'Pixel 8', name: 'shiba', type: 'android' },
      library: { name: 'analytics-kotlin', version: '1.19.1' },
      locale: random.of(LOCALES),
      network: {
        wifi: random.chance(0.6),
        bluetooth: false,
        cellular: random.chance(0.4),
        carrier: random.of(['Telia', '']),
      },
      os: { name: 'Android', version: '15' },
      screen: { density: 2.75, height: 2154, width: 1080 },
      timezone: random.of(ZONES),
      traits: {},
      userAgent: 'Dalvik/2.1.0 (Linux; U; Android 15; Pixel 8)',
    },
  }
}

/** analytics-node in the shop's backend. */
export function server(): Sender {
  return {
    sdk: 'server',
    prefix: 'node-next-',
    ip: '10.0.0.5',
    userAgent: 'analytics-node-next/latest',
    context: { library: { name: '@segment/analytics-node', version: '3.1.0' } },
  }
}
