// The Worker in the local runtime, in a process of its own. Its starter sends one message and reads what is printed.
// wrangler as a library and not as a command, which always opens an inspector.
import { join } from 'node:path'
import { unstable_startWorker } from 'wrangler'
import { root } from './options.mjs'

process.once('message', ({ port, state, bindings, inspector }) => {
  void unstable_startWorker({
    config: join(root, 'wrangler.toml'),
    // Named, so that no .env or .dev.vars of the folder is read.
    envFiles: ['/dev/null'],
    bindings,
    dev: {
      server: { hostname: '127.0.0.1', port, secure: false },
      inspector: inspector ? { hostname: '127.0.0.1', port: inspector } : false,
      remote: false,
      persist: state,
      // As the Worker wrote them; wrangler would dress up warnings and errors.
      structuredLogsHandler: ({ message }) => console.log(message),
    },
  })
})
