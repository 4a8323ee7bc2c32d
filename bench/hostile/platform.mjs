// The local platform, limited as a deployed one is: `platform.mjs <port> <inspector port> <data> <megabytes>`. Prints its
// address and token, ends with its input.
import { enterOwnEnvironment } from '../../scripts/local/environment.mjs'

const [port, inspector, data, megabytes] = process.argv.slice(2)
enterOwnEnvironment(data)
// An isolate whose heap would be larger ends, and its process with it. V8 knows no limit otherwise, and so hardly collects.
process.env.MINIFLARE_WORKERD_V8_FLAGS = `--max-heap-size=${megabytes}`
const { startPlatform } = await import('../../scripts/local/platform.mjs')

/** What is running, to be ended with this process: last begun, first ended. */
const running = []
process.stdin.once('end', () => void stop(0)).resume()
try {
  // As wrangler.toml has them; a local run sets both otherwise.
  const vars = { ACCEPT: '', SOURCE_EVENTS_PER_SECOND: '1000' }
  const options = { port: Number(port), data, pathPrefix: '', vars, inspect: Number(inspector) }
  const { url, adminToken, ended } = await startPlatform(options, (end) => running.push(end))
  process.stdout.write(`${JSON.stringify({ url, adminToken })}\n`)
  process.stderr.write(`${await ended}\n`)
  await stop(1)
} catch (error) {
  process.stderr.write(`${String(error)}\n`)
  await stop(1)
}

async function stop(code) {
  for (const end of running.splice(0).toReversed()) await end()
  process.exit(code)
}
