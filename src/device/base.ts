/**
 * Where a request reached us: at a domain of the customer's, perhaps beneath the path prefix. What devices are told to
 * fetch and send to next lies there too.
 */
export interface Base {
  /** Such as `https://in.example.com`. */
  origin: string
  /** With its port, if it is not the scheme's own. */
  host: string
  /** The path prefix if the request came beneath it, such as `/collect`; else empty. */
  prefix: string
}

/** First segments of paths that mean something here, so that no prefix may begin with them. */
const OWN = new Set(['v1', 'analytics.js', 'analytics-next', 'next-integrations', 'api', 'healthz'])

/** What may be asked beneath the prefix: all that devices fetch and send, nothing of the Public API. */
const BENEATH = /^\/(?:v1|analytics\.js|analytics-next|next-integrations)\//

const SEGMENTS = /^(?:\/[\w~-][\w.~-]*)*$/

/** The prefix in force, and why it is not the one that the variable asks for. */
export interface ReadPrefix {
  /** Such as `/collect`; empty: none. */
  prefix: string
  fault?: string
}

/** `collect/` and `/collect` are the same; empty or `/`: none. A variable without sense is no prefix, and a fault. */
export function readPrefix(variable = ''): ReadPrefix {
  const path = variable.trim().replace(/^\/+|\/+$/g, '')
  if (path === '') return { prefix: '' }
  if (!SEGMENTS.test(`/${path}`)) {
    const fault = `PATH_PREFIX is "${variable}", which is no path of letters, digits, -, ., _ and ~, such as /collect.`
    return { prefix: '', fault }
  }
  const first = path.split('/')[0] ?? ''
  if (OWN.has(first)) return { prefix: '', fault: `PATH_PREFIX begins with /${first}, where something else lies.` }
  return { prefix: `/${path}` }
}

/** @param prefix as `readPrefix` gives it */
export function baseOf(request: Request, prefix: string): Base {
  const { origin, host, pathname } = new URL(request.url)
  return { origin, host, prefix: isBeneath(onePath(pathname), prefix) ? prefix : '' }
}

/**
 * The path that is meant by one that may lie beneath the prefix. Several slashes are one: a host that was given with a slash
 * at its end makes `//v1/batch` of an SDK's path.
 */
export function withoutPrefix(asked: string, prefix: string): string {
  const path = onePath(asked)
  return isBeneath(path, prefix) ? path.slice(prefix.length) : path
}

/** Without slashes that are too many, at its end too. */
function onePath(path: string): string {
  return path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
}

function isBeneath(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && BENEATH.test(path.slice(prefix.length))
}
