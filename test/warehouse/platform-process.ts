/** The process of `platform.ts`: `platform-process.ts <JSON>`. Prints where its Worker is. */
import { readFileSync } from 'node:fs'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { PlatformTerms } from './platform-worker.ts'

export interface ProcessOrder {
  /** The Worker's file. */
  script: string
  compatibilityDate: string
  /** Where everything that is stored lies. */
  state: string
  terms: PlatformTerms
}

const { script, compatibilityDate, state, terms } = JSON.parse(process.argv[2] ?? '') as ProcessOrder
const object = (className: string) => ({ className, useSQLite: true })
const runtime = new Miniflare(
  convertV4MiniflareOptions({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: readFileSync(script, 'utf8') }],
    compatibilityDate,
    compatibilityFlags: ['nodejs_compat'],
    // Or it would ask the network where it is.
    cf: false,
    host: '127.0.0.1',
    bindings: { TERMS: terms as never },
    r2Buckets: ['ARCHIVE'],
    durableObjects: { INTAKE: object('Intake'), WAREHOUSE: object('Warehouse') },
    resourcePersistencePath: state,
  }),
)
process.stdout.write(`${(await runtime.ready).origin}\n`)
// It ends with the process that started it.
process.stdin.once('end', () => void runtime.dispose().then(() => process.exit(0))).resume()
