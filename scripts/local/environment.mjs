import { dirname, join } from 'node:path'
import { root } from './options.mjs'

/** What a person may set for this command; every other variable of the shell is left behind. */
const KEPT = ['SLUICE_ADMIN_TOKEN', 'SLUICE_OPEN_SIGN_UP', 'npm_lifecycle_event']

const COMPILED = join(root, 'node_modules', '.cache', 'sluice-compiled')

/**
 * The whole environment of the local run: the starter, wrangler, the runtime and the demo. Made here and not taken over,
 * because all of them read dozens of variables: CLOUDFLARE_ENV renames the Worker and so hides the state of its Durable
 * Objects, a proxy keeps the starter from its own platform, a missing TMPDIR stops the build. Home and temporary files lie
 * in the data directory, so that nothing kept by another run of wrangler counts either.
 * @param {NodeJS.ProcessEnv} outer
 * @param {string} data
 * @returns {Record<string, string>}
 */
export function ownEnvironment(outer, data) {
  const kept = KEPT.filter((name) => outer[name]).map((name) => [name, outer[name]])
  return {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    HOME: join(data, 'home'),
    TMPDIR: join(data, 'tmp'),
    // What Node makes of wrangler's ten megabytes of source, by their content.
    NODE_COMPILE_CACHE: COMPILED,
    // No question to the network, no colour codes in the log, no banner, no log of wrangler's own.
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    NO_COLOR: '1',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_WRITE_LOGS: 'false',
    // Its pages answer SQL over all tables to whoever asks, and it keeps a trace of every request.
    X_LOCAL_EXPLORER: 'false',
    X_LOCAL_OBSERVABILITY: 'false',
    ...Object.fromEntries(kept),
  }
}

/**
 * Goes on as the same process in the environment of `ownEnvironment`: Node reads some variables before any script runs.
 * Returns when it is in it already.
 * @param {string} data
 */
export function enterOwnEnvironment(data) {
  const own = ownEnvironment(process.env, data)
  const names = new Set([...Object.keys(own), ...Object.keys(process.env)])
  if ([...names].every((name) => own[name] === process.env[name])) return
  const flags = ['--disable-warning=ExperimentalWarning']
  process.execve(process.execPath, [process.execPath, ...flags, ...process.argv.slice(1)], own)
}
