// What each packaged tool of @segment/browser-destinations is, read from the very bundle that a browser will load.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { toolScript } from './public.mjs'

/** The chunk that every bundle loads before it makes its plugins, and the module in it that makes them. */
const SHARED_CHUNK = 688
const PLUGINS_MODULE = 8688

/**
 * Every tool of the package's manifest, in its order:
 * `{slug, name, script, libraryName, settings, subscriptions, enriches}`. `settings` are as in the tool's
 * definition; `script` is a path of ours.
 * @param {string} dir `dist/web` of the package
 */
export function readBrowserTools(dir) {
  const manifest = JSON.parse(readFileSync(join(dir, 'manifest-latest.json'), 'utf8'))
  const tools = Object.entries(manifest).map(([slug, file]) => readTool(dir, slug, file))
  return Promise.all(tools)
}

async function readTool(dir, slug, file) {
  const code = toolScript(slug, readFileSync(join(dir, slug, file), 'utf8'))
  const libraryName = `${slug}Destination`
  const {
    name,
    settings = {},
    presets = [],
    actions,
  } = await definitionIn(code, libraryName).catch((cause) => {
    throw new Error(`The packaged tool ${slug} does not tell what it is: ${cause.message}`, { cause })
  })
  if (!name || !actions) throw new Error(`The packaged tool ${slug} has no name or no actions in its definition.`)
  const script = `/next-integrations/actions/${slug}/${file}`
  const subscriptions = presets.length > 0 ? presets.map(subscription) : defaultSubscriptions(actions)
  return {
    slug,
    name,
    script,
    libraryName,
    settings,
    subscriptions,
    enriches: enriches(actions),
  }
}

function subscription({ name, subscribe, partnerAction, mapping }) {
  return { name, subscribe, partnerAction, mapping }
}

/** A tool without presets says for each action when it is meant to run, and for each field where its value comes from. */
function defaultSubscriptions(actions) {
  return Object.entries(actions).flatMap(([partnerAction, { title, defaultSubscription, fields }]) => {
    if (!defaultSubscription) return []
    const usual = Object.entries(fields ?? {}).filter(([, field]) => field.default !== undefined)
    const mapping = Object.fromEntries(usual.map(([name, field]) => [name, field.default]))
    return [{ name: title, subscribe: defaultSubscription, partnerAction, mapping }]
  })
}

/** Whether all that it does is done to events before they are sent. */
function enriches(actions) {
  return Object.values(actions).every(
    ({ lifecycleHook }) => lifecycleHook === 'enrichment' || lifecycleHook === 'before',
  )
}

/** Runs the bundle beside a stand-in for the shared chunk, whose plugin maker hands back what it is to make them of. */
async function definitionIn(code, libraryName) {
  const window = sandbox()
  const pluginMaker = (_module, exports) => (exports.generatePlugins = (definition) => definition)
  window.webpackChunk_name_Destination = [[[SHARED_CHUNK], { [PLUGINS_MODULE]: pluginMaker }]]
  runInContext(code, createContext(window), { filename: `${libraryName}.js`, timeout: 10_000 })
  // Out of the sandbox as JSON, which knows no functions.
  return JSON.parse(JSON.stringify(await window[libraryName]({})))
}

const WEB = { AbortController, AbortSignal, TextDecoder, TextEncoder, URL, URLSearchParams, atob, btoa }
const TIMERS = { clearInterval, clearTimeout, setInterval, setTimeout }

/** As little of a browser as the bundles touch while they are being read. */
function sandbox() {
  const window = {
    ...WEB,
    ...TIMERS,
    document: { currentScript: { src: 'http://localhost/tool.js' }, getElementsByTagName: () => [] },
    location: { href: 'http://localhost/', protocol: 'http:', hostname: 'localhost', search: '' },
    navigator: { userAgent: '' },
    addEventListener: () => undefined,
  }
  return Object.assign(window, { self: window, window })
}
