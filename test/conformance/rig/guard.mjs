// Runs in a process before its SDK does. Refuses and counts every way out of this machine, and sets the clock as told.
// Prints what it counted as the last line of the output.
import dgram from 'node:dgram'
import dns from 'node:dns'
import { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/** Where this process wanted to go, in order. */
const foreign = []

const isLocal = (host) => host === '127.0.0.1' || host === 'localhost'

function refuse(host) {
  foreign.push(host)
  return Object.assign(new Error(`${host} is not on this machine`), { code: 'ECONNREFUSED' })
}

const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  // As `net` itself does it: either what it has normalised already, or (options), (path), (port, host).
  const [given, second] = Array.isArray(args[0]) ? args[0] : args
  const options = typeof given === 'object' ? given : { port: given, host: second }
  const host = options.host ?? 'localhost'
  // A path is that of a pipe on this machine; http says null for none.
  if (typeof options.path === 'string' || isLocal(host)) return connect.apply(this, args)
  const error = refuse(host)
  // Later, when whoever asked is listening.
  setImmediate(() => this.destroy(error))
  return this
}

dgram.Socket.prototype.send = (...args) => {
  throw refuse(`udp ${args.findLast((arg) => typeof arg === 'string') ?? ''}`)
}
dgram.Socket.prototype.connect = (_port, host) => {
  throw refuse(`udp ${host}`)
}

/** Asking a resolver is a request to it. */
for (const [place, names] of [
  [dns, ['lookup', ...Object.keys(dns).filter((name) => name.startsWith('resolve') || name === 'reverse')]],
  [dns.promises, Object.keys(dns.promises).filter((name) => /^(?:lookup|resolve|reverse)/.test(name))],
  [dns.Resolver.prototype, ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'resolveCname']],
]) {
  for (const name of names) {
    const original = place[name]
    place[name] = function (host, ...rest) {
      if (isLocal(host)) return original.call(this, host, ...rest)
      const error = refuse(host)
      const callback = rest.at(-1)
      if (typeof callback !== 'function') return Promise.reject(error)
      process.nextTick(callback, error)
    }
  }
}
syncBuiltinESMExports()

const aheadMs = Number(process.env.CLOCK_AHEAD_MS ?? 0)
if (aheadMs !== 0) {
  const now = () => RealDate.now() + aheadMs
  const RealDate = Date
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args) => (args.length > 0 ? new target(...args) : new target(now())),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : target[name]),
  })
}

process.on('exit', () => writeSync(1, `\n${JSON.stringify({ foreign })}\n`))
