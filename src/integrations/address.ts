import { Memo } from './memo.ts'

/** A destination's addresses are asked about before each of its requests. */
const known = new Memo<string | undefined>(500)

/**
 * The one guard for outgoing addresses: used when settings are saved and again before every request.
 * It decides on the host as the URL parser reads it (`0x7f.1`, `2130706433` and `127.1` are all 127.0.0.1 by then).
 * Returns why `url` is refused, or `undefined` when it may be sent to.
 *
 * `allowLocal` is for the local run only: it adds loopback hosts, over http or https, and nothing else; not the platform
 * itself, nor what local runtimes keep for their own pages and tools.
 * A public name that resolves to a private address is the platform's business: the edge cannot reach private networks.
 */
export function refuseAddress(url: string, allowLocal: AllowLocal): string | undefined {
  const asked = `${allowLocal} ${url}`
  return known.has(asked) ? known.get(asked) : known.keep(asked, problemOf(url, allowLocal))
}

function problemOf(url: string, allowLocal: AllowLocal): string | undefined {
  if (!URL.canParse(url)) return 'is not a URL'
  const { protocol, hostname, port, pathname, username, password } = new URL(url)
  if (username || password) return 'must not carry a user name or password; use a header instead'
  // One dot at the end is the root of the DNS; a host with more is no name (`0x7f.1..` must not pass for one).
  const host = hostname.replace(/\.$/, '').toLowerCase()
  if (allowLocal && isLoopback(host) && (protocol === 'http:' || protocol === 'https:')) {
    if (Number(port || (protocol === 'http:' ? 80 : 443)) === allowLocal) return 'is the platform’s own'
    return RUNTIME_PATH.test(decoded(pathname)) ? 'belongs to a local runtime, not to a receiver' : undefined
  }
  if (protocol !== 'https:') return 'must begin with https://'
  return isPublic(host) ? undefined : 'must be a public host: private, local and reserved addresses are refused'
}

/** Why a host, by name or address, is refused; `undefined`: it may be connected to. As with addresses, private ones never are. */
export function refuseHost(host: string, allowLocal: AllowLocal): string | undefined {
  const url = `https://${host}`
  if (!URL.canParse(url)) return 'is not a host name'
  const { hostname, host: withPort, pathname, search, hash, username } = new URL(url)
  if (withPort !== hostname || pathname !== '/' || search || hash || username || /[/@?#]/.test(host))
    return 'must be a host name alone: port, user and path have fields of their own'
  const name = hostname.replace(/\.$/, '').toLowerCase()
  if (allowLocal && isLoopback(name)) return undefined
  return isPublic(name) ? undefined : 'must be a public host: private, local and reserved addresses are refused'
}

/** Whether loopback hosts may be sent to; a number: they may, except for this port, which the platform listens on. */
export type AllowLocal = boolean | number

/** Beneath it workerd's local runs answer about their state to whoever asks. */
const RUNTIME_PATH = /^\/+cdn-cgi(?:\/|$)/i

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Two labels or more, none of them empty. */
const NAME = /^[^.]+(?:\.[^.]+)+$/
const LOCAL_NAMES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|arpa|test|invalid|onion)$/

function isPublic(host: string): boolean {
  if (host.startsWith('[')) return isPublicV6(host.slice(1, -1))
  const v4 = parseV4(host)
  if (v4 !== undefined) return isPublicV4(v4)
  return NAME.test(host) && !LOCAL_NAMES.test(host)
}

/** Whether an address, or a host, is on this machine. */
export function isLocal(value: string): boolean {
  const url = value.includes('://') ? value : `https://${value}`
  return URL.canParse(url) && isLoopback(new URL(url).hostname)
}

function isLoopback(host: string): boolean {
  const v4 = parseV4(host)
  return host === 'localhost' || host === '[::1]' || (v4 !== undefined && v4 >>> 24 === 127)
}

/** As a number. The URL parser writes every IPv4 host as four decimal numbers. */
function parseV4(host: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number)
  return parts?.reduce((sum, part) => sum * 256 + part, 0)
}

/** First address and prefix length of what is not the public internet (IANA's special-purpose registry). */
const RESERVED_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

function isPublicV4(address: number): boolean {
  return !RESERVED_V4.some(([first, prefix]) => {
    const size = 2 ** (32 - prefix)
    return Math.floor(address / size) === Math.floor((parseV4(first) ?? 0) / size)
  })
}

/** Global unicast only, and of that neither tunnels nor documentation, which can name a private IPv4 address. */
function isPublicV6(host: string): boolean {
  const [first = 0, second = 0] = parseV6(host)
  if (first < 0x2000 || first > 0x3fff) return false
  if (first === 0x2001) return second >= 0x0200 && second !== 0x0db8
  return first !== 0x2002 && first < 0x3fff
}

/** The eight groups. The URL parser writes them in hexadecimal, without leading zeros, one run of zeros as `::`. */
function parseV6(host: string): number[] {
  const [head = '', tail] = host.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const before = groups(head)
  if (tail === undefined) return before
  const after = groups(tail)
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}
