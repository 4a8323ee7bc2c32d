import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Why it does not start, in one sentence for the person who started it. */
export class Failure extends Error {}

/** What it can be told. `value` stands for what follows the name; without one the name is all. */
const OPTIONS = {
  port: { value: 'N', what: 'listens on 127.0.0.1:N; 8787 without it', read: (text) => readPort('--port', text) },
  data: { value: 'DIR', what: 'keeps all of its state in DIR; .sluice without it', read: readDir },
  'path-prefix': { value: 'PATH', what: 'serves devices beneath PATH too, such as /collect', read: readPathPrefix },
  'no-demo': { what: 'starts without the demo' },
  dev: { what: 'takes up each change of src, and shows the whole log here (npm run dev)' },
  inspect: {
    value: 'N',
    what: 'lets a debugger attach at 127.0.0.1:N',
    read: (text) => readPort('--inspect', text),
  },
  help: { what: 'shows this' },
}
const SHORT = { '-h': '--help', '-p': '--port' }

const LINES = Object.entries(OPTIONS).map(([name, { value, what }]) => [`--${name}${value ? ` ${value}` : ''}`, what])
const WIDTH = Math.max(...LINES.map(([left]) => left.length))

export const HELP = `Starts the whole platform on this machine.

Usage: npm start -- [options]

${LINES.map(([left, what]) => `  ${left.padEnd(WIDTH)}   ${what}`).join('\n')}

  SLUICE_ADMIN_TOKEN=…     the API token, instead of one that is made and kept in DIR
  SLUICE_OPEN_SIGN_UP=1    lets anybody sign up
`

const SEE_HELP = 'All options: npm start -- --help'

/**
 * @param {string[]} args `--name value` or `--name=value`, a later one overrides
 * @param {NodeJS.ProcessEnv} env of npm, which takes options that stand before `--` for its own
 * @returns {{port: number, data: string, pathPrefix: string, demo: boolean, dev: boolean, inspect?: number, help: boolean}}
 */
export function readOptions(args, env = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 18)) {
    throw new Failure(
      `The platform needs Node 22.18 or newer; this is ${process.version}. Start it with "npm start", which brings its own on Linux.`,
    )
  }
  refuseSwallowed(args, env)
  const given = {}
  for (let at = 0; at < args.length; at++) {
    const [text, inline] = cut(SHORT[args[at]] ?? args[at])
    const name = text.slice(2)
    const option = text.startsWith('--') && Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
    if (!option) throw new Failure(unknown(args[at]))
    if (!option.read) given[name] = true
    else if (inline !== undefined) given[name] = option.read(inline)
    else given[name] = option.read(args[at + 1]?.startsWith('--') ? undefined : args[++at])
    if (!option.read && inline !== undefined) throw new Failure(`--${name} takes no value. ${SEE_HELP}`)
  }
  return {
    port: given.port ?? 8787,
    data: given.data ?? resolve(root, '.sluice'),
    pathPrefix: given['path-prefix'] ?? '',
    demo: !given['no-demo'],
    dev: given.dev === true,
    inspect: given.inspect,
    help: given.help === true,
  }
}

/** @param {string} arg */
function cut(arg) {
  const at = arg.indexOf('=')
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)]
}

function unknown(arg) {
  const [name] = cut(arg)
  const near = Object.keys(OPTIONS).find((one) => isNear(name.replace(/^-+/, ''), one))
  return `Unknown option ${name}.${near ? ` Did you mean --${near}?` : ''} ${SEE_HELP}`
}

/** The beginning of the other, or the same letters but for one or two. */
function isNear(text, name) {
  if (text.length > 1 && (name.startsWith(text) || text.startsWith(name))) return true
  const missing = (from, in_) => [...from].filter((letter) => !in_.includes(letter)).length
  return text.length > 2 && missing(text, name) + missing(name, text) + Math.abs(text.length - name.length) <= 2
}

/** `npm start --port 1` and `npm start --port=1` give the option to npm, which drops it and leaves at most the value. */
function refuseSwallowed(args, env) {
  const given = (name) => args.some((arg) => cut(arg)[0] === `--${name}`)
  const swallowed = Object.keys(OPTIONS).filter((name) => !given(name) && swallowedBy(env, name) !== undefined)
  if (swallowed.length === 0) return
  const rest = [...args]
  const meant = swallowed.map((name) => {
    if (!OPTIONS[name].value) return `--${name}`
    const kept = swallowedBy(env, name)
    return `--${name} ${kept === 'true' ? (rest.shift() ?? OPTIONS[name].value) : kept}`
  })
  throw new Failure(
    `npm keeps options to itself that stand before "--". Write: npm start -- ${[...meant, ...rest].join(' ')}`,
  )
}

function swallowedBy(env, name) {
  const variable = (key) => env[`npm_config_${key.replaceAll('-', '_')}`]
  // npm reads --no-demo as "demo is not so".
  if (name === 'no-demo') return variable('demo') === '' || variable('demo') === 'false' ? 'true' : undefined
  return name === 'help' ? undefined : variable(name) || undefined
}

/** @param {string} name @param {string | undefined} text */
function readPort(name, text) {
  if (!text || !/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    throw new Failure(`${name} needs a number from 1 to 65535, such as ${name} 8080. ${SEE_HELP}`)
  return Number(text)
}

/** @param {string | undefined} text */
function readDir(text) {
  if (!text) throw new Failure(`--data needs a directory, such as --data ./my-data. ${SEE_HELP}`)
  return resolve(text)
}

/** @param {string | undefined} text */
function readPathPrefix(text) {
  if (text === undefined || !/^\/[\w.~/-]+$/.test(text))
    throw new Failure(`--path-prefix needs a path such as /collect. ${SEE_HELP}`)
  return text
}

/** @param {number} port */
export function ensureFree(port) {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', (error) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code})`
      fail(new Failure(`Port ${port} ${why}. Choose another: npm start -- --port N`))
    })
    probe.listen(port, '127.0.0.1', () => probe.close(done))
  })
}
