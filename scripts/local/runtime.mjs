// The Worker in the local runtime, in a process of its own. Its starter sends one message and reads what is printed.
import { join } from 'node:path'
import { root } from './options.mjs'

/** What the Worker is made of. With a build command of its own wrangler looks at nothing else. */
const SOURCES = ['src', 'package.json', 'scripts/assets'].map((name) => join(root, name))

/** Seconds that the first message of a queue batch waits for others: here it costs nothing when few come. */
const BATCH_S = 0.02

process.once('message', (told) => {
  const start = told.dev || told.inspect !== undefined ? develop : serve
  start(told).catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
})

/**
 * As it was built, in the runtime alone: nothing is watched, and nothing stands before the Worker. `profiledAt`: the port of an
 * inspector, for the bench.
 */
async function serve({ port, state, bindings, main, profiledAt }) {
  const { builtWorker } = await import('./built.mjs')
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await import('miniflare')
  const { bindings: declared, ...worker } = await builtWorker(main)
  worker.queueConsumers.events.maxBatchTimeout = BATCH_S
  const ours = Object.entries(bindings).map(([name, { value }]) => [name, value])
  const options = {
    host: '127.0.0.1',
    port,
    resourcePersistencePath: join(state, 'v3'),
    log: new Log(LogLevel.INFO, { prefix: 'sluice' }),
    handleStructuredLogs: ({ message }) => console.log(message),
    telemetry: { enabled: false },
    unsafeLocalExplorer: false,
    inspectorPort: profiledAt,
    // What it is called is part of where its objects' state lies.
    workers: [{ ...worker, name: 'sluice', bindings: { ...declared, ...Object.fromEntries(ours) } }],
  }
  await new Miniflare(convertV4MiniflareOptions(options)).ready
}

/** wrangler as a library and not as a command, which always opens an inspector. */
async function develop({ port, state, bindings, dev, inspect }) {
  const { unstable_startWorker } = await import('wrangler')
  await unstable_startWorker({
    config: join(root, 'wrangler.toml'),
    // Named, so that no .env or .dev.vars of the folder is read.
    envFiles: ['/dev/null'],
    bindings,
    build: { custom: { watch: SOURCES } },
    dev: {
      server: { hostname: '127.0.0.1', port, secure: false },
      inspector: inspect === undefined ? false : { hostname: '127.0.0.1', port: inspect },
      remote: false,
      persist: state,
      watch: dev,
      // As the Worker wrote them; wrangler would dress up warnings and errors.
      structuredLogsHandler: ({ message }) => console.log(message),
    },
  })
}
