import { accessSync, constants, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Why it does not start, in one sentence for the person who started it. */
export class Failure extends Error {}

const USAGE = 'Usage: npm start -- [--port N] [--data DIR] [--path-prefix PATH] [--no-demo]'

/** @param {string[]} args */
export function readOptions(args) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 12)) {
    throw new Failure(
      `The platform needs Node 22.12 or newer; this is ${process.version}. Start it with "npm start", which brings its own on Linux.`,
    )
  }
  const options = { port: 8787, data: resolve(root, '.sluice'), pathPrefix: '', demo: true }
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--no-demo') options.demo = false
    else if (args[at] === '--port') options.port = readPort(args[++at])
    else if (args[at] === '--data' && args[at + 1]) options.data = resolve(args[++at])
    else if (args[at] === '--path-prefix') options.pathPrefix = readPathPrefix(args[++at])
    else throw new Failure(`Unknown option ${args[at]}. ${USAGE}`)
  }
  return options
}

/** @param {string | undefined} text */
function readPort(text) {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Failure(`--port needs a number from 1 to 65535. ${USAGE}`)
  return port
}

/** @param {string | undefined} text */
function readPathPrefix(text) {
  if (text === undefined || !/^\/[\w.~/-]+$/.test(text))
    throw new Failure(`--path-prefix needs a path such as /collect. ${USAGE}`)
  return text
}

/** @param {string} dir */
export function ensureWritable(dir) {
  try {
    mkdirSync(dir, { recursive: true })
    accessSync(dir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Failure(
      `The data directory ${dir} cannot be written (${error.code}). Choose another: npm start -- --data DIR`,
    )
  }
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
