// The Worker in the local runtime, in a process of its own. Its starter sends one message and reads what is printed.
// wrangler as a library and not as a command, which always opens an inspector.
import { join } from 'node:path'
import { unstable_startWorker } from 'wrangler'
import { root } from './options.mjs'

/** What the Worker is made of. With a build command of its own wrangler looks at nothing else. */
const SOURCES = ['src', 'package.json', 'scripts/assets'].map((name) => join(root, name))

process.once('message', ({ port, state, bindings, dev, inspect }) => {
  void unstable_startWorker({
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
})
