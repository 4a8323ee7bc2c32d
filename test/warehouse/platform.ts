import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { builtinModules } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { build, type Plugin } from 'esbuild'
import type { Job, JobOrder, SourceReport, WarehouseReport } from '../../src/warehouse/index.ts'
import type { ProcessOrder } from './platform-process.ts'
import type { PlatformTerms } from './platform-worker.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export interface PlatformStatus {
  report: WarehouseReport
  sources: SourceReport[]
  jobs: Job[]
}

/**
 * The platform's part of a sync as a process of its own: the objects of a source and of a warehouse and the archive in
 * workerd, all that they store on disk. It may be killed at any moment, and goes on when it is started again.
 */
export class WarehousePlatform {
  readonly #dir = mkdtempSync(join(tmpdir(), 'sluice-warehouse-'))
  readonly #terms: PlatformTerms
  #child: ChildProcess | undefined
  #url = ''
  #batches = 0

  constructor(terms: PlatformTerms) {
    this.#terms = terms
  }

  /** Starts it, the first time or after `kill`. */
  async start(): Promise<void> {
    const script = join(this.#dir, 'worker.js')
    if (this.#url === '') await bundle(script)
    const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
    const [, compatibilityDate = ''] = /^compatibility_date = "(.*)"/m.exec(toml) ?? []
    const order: ProcessOrder = { script, compatibilityDate, state: join(this.#dir, 'state'), terms: this.#terms }
    const file = join(import.meta.dirname, 'platform-process.ts')
    // In a group of its own, which is killed as a whole.
    const child = spawn(process.execPath, [file, JSON.stringify(order)], { cwd: ROOT, detached: true })
    this.#child = child
    let said = ''
    child.stderr.on('data', (text) => (said = `${said}${String(text)}`.slice(0, 10_000)))
    const line = once(createInterface({ input: child.stdout }), 'line')
    const [first] = (await Promise.race([line, once(child, 'exit')])) as unknown[]
    if (typeof first !== 'string') throw new Error(`the platform does not start:\n${said}`)
    this.#url = first
    await this.#ask('/changed')
  }

  /** Ends all of it in the middle of what it does, without a word. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 10 })
  }

  /** A row of the source's log. */
  async append(lines: readonly string[]): Promise<void> {
    const batch = `${Date.now()}-${String(++this.#batches).padStart(8, '0')}`
    await this.#ask(`/append?batch=${batch}`, lines.join('\n'))
  }

  sync(): Promise<PlatformStatus> {
    return this.#ask('/sync')
  }

  status(): Promise<PlatformStatus> {
    return this.#ask('/')
  }

  order(id: string, order: JobOrder): Promise<PlatformStatus> {
    return this.#ask(`/order?id=${id}`, JSON.stringify(order))
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    process.kill(-child.pid, signal)
    await exited
  }

  async #ask(path: string, body?: string): Promise<PlatformStatus> {
    const reply = await fetch(this.#url + path, { method: 'POST', ...(body !== undefined && { body }) })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${path}: ${text}`)
    return JSON.parse(text) as PlatformStatus
  }
}

/** Asks until it is so; whoever is killed meanwhile does not answer. */
export async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean, ms = 100): Promise<T> {
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined && isSo(answer)) return answer
    await sleep(ms)
  }
}

/** Packages that require Node's own modules get those that the runtime has to import. */
const NODE_MODULES: Plugin = {
  name: 'node-modules',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join('|')})$`) }, ({ path, kind }) => {
      const name = path.replace('node:', '')
      return kind === 'require-call' ? { path: name, namespace: 'required' } : { path: `node:${name}`, external: true }
    })
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `import all from 'node:${path}'\nmodule.exports = all`,
    }))
  },
}

async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'platform-worker.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*'],
    plugins: [NODE_MODULES],
    logLevel: 'error',
  })
}
