#!/usr/bin/env node
// `npm run kit -- MANIFEST`: the whole platform on this machine with a partner's integration in it, a customer whose synthetic
// shop sends to it, and a page that shows what arrives.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { manifestText, stop } from './manifest-file.mjs'

const HELP = `npm run kit -- MANIFEST [options]

MANIFEST             a JSON file, as docs/certification.md has it
  --api-key KEY      what the customer has for a key of yours; kit-key without it
  --endpoint URL     instead of the manifest's, on this machine too
  --take             the kit takes everything itself, as if it were your endpoint
  --port N           the platform listens on 127.0.0.1:N, the page on the next one; 8790 without it
  --data DIR         keeps all of its state in DIR; .sluice-kit without it`

const { values, positionals } = read()
if (values.help) stop(HELP, 0, console.log)
if (positionals.length !== 1) stop(HELP, 2)
const from = process.env.INIT_CWD ?? process.cwd()
const port = Number(values.port ?? 8790)
if (!Number.isInteger(port) || port < 1 || port > 65_534) stop('--port needs a number from 1 to 65534.', 2)
const path = resolve(from, positionals[0])
const data = resolve(from, values.data ?? '.sluice-kit')
const text = manifestText(path)

// What npm would have done; started as a program by itself, nobody has.
if (process.env.npm_lifecycle_event === undefined && process.env.HOME !== join(data, 'home')) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'setup.mjs')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
// In the Node that the lock file names: an older one reads no TypeScript.
if (Number(process.versions.node.split('.')[0]) < 24) {
  const node = join(import.meta.dirname, '..', 'node_modules', '.bin', 'node')
  const { status } = spawnSync(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, INIT_CWD: from },
  })
  process.exit(status ?? 1)
}

// The same process goes on in an environment of its own, which does not know where this was typed.
const own = ['--endpoint', '--api-key'].flatMap((name) => (values[name.slice(2)] ? [name, values[name.slice(2)]] : []))
const given = [...own, ...(values.take ? ['--take'] : [])]
process.argv = [...process.argv.slice(0, 2), path, ...given, '--port', String(port), '--data', data]
const { enterOwnEnvironment } = await import('./local/environment.mjs')
enterOwnEnvironment(data)

const { subjectOf } = await import('../src/control/catalogue/manifest.ts')
const subject = subjectOf(text, {
  apiKey: values['api-key'] ?? 'kit-key',
  endpoint: values.endpoint ?? (values.take ? 'https://kit.example.com' : undefined),
  allowLocal: true,
})
if (!subject.ok)
  stop(subject.problems.map(({ field, message }) => `${path}: ${field ? `${field}: ` : ''}${message}`).join('\n'), 2)

const { run } = await import('./local/run.mjs')
const { kit } = await import('./local/kit.mjs')
const order = { manifest: JSON.parse(text), subject: subject.value, takes: values.take === true, pagePort: port + 1 }
await run({ port, data, pathPrefix: '', dev: false }, (platform, options, onBegun) =>
  kit(platform, options, onBegun, order),
)

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        'api-key': { type: 'string' },
        endpoint: { type: 'string' },
        take: { type: 'boolean' },
        port: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    return stop(`${error.message}\n\n${HELP}`, 2)
  }
}
