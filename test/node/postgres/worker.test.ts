import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Check, Loaded, PostgresSettings } from '../../../src/connectors/index.ts'
import { selfSigned } from '../../conformance/rig/certificate.ts'
import { openDatabase, type TestDatabase } from '../../postgres/database.ts'
import type { Order } from '../../postgres/worker.ts'
import { settingsOf } from './sync.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** A Worker as wrangler builds and runs it, which trusts one more authority. */
interface Run {
  url: string
  output(): string
  stop(): Promise<void>
}

let database: TestDatabase
let run: Run
beforeAll(async () => {
  database = await openDatabase()
  run = await startWorker(database)
})
afterAll(async () => {
  await run?.stop()
  await database?.end()
})

async function startWorker({ ca, user, password, host, port, database }: TestDatabase): Promise<Run> {
  const url = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}?sslmode=disable`
  const dir = mkdtempSync(join(tmpdir(), 'sluice-warehouse-'))
  const [, date] = /^compatibility_date = "(.*)"/m.exec(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')) ?? []
  writeFileSync(
    join(dir, 'wrangler.toml'),
    `name = "warehouse"
main = ${JSON.stringify(join(ROOT, 'test/postgres/worker.ts'))}
compatibility_date = "${date}"
[[durable_objects.bindings]]
name = "OBJECT"
class_name = "Warehouse"
[[hyperdrive]]
binding = "SHOP"
id = "of-the-tests"
localConnectionString = ${JSON.stringify(url)}
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Warehouse"]
`,
  )
  writeFileSync(join(dir, 'ca.crt'), ca)
  const { ADMIN_TOKEN: _, ENCRYPTION_KEYS: __, ...outer } = process.env
  const env = { ...outer, NODE_EXTRA_CA_CERTS: join(dir, 'ca.crt'), CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1' }
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const where = ['--config', join(dir, 'wrangler.toml'), '--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0']
  const child = spawn(process.execPath, [wrangler, 'dev', ...where, '--show-interactive-dev-session=false'], {
    cwd: dir,
    env: { ...env, WRANGLER_SEND_METRICS: 'false' },
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  const exited = once(child, 'exit')
  const stop = async () => {
    // With the runtime underneath.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await exited
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  for (const end = Date.now() + 60_000; Date.now() < end && child.exitCode === null; await sleep(50)) {
    const [, url] = /Ready on (http:\S+)/.exec(output) ?? []
    if (url !== undefined) return { url, output: () => output, stop }
  }
  await stop()
  throw new Error(`the Worker does not start:\n${output}`)
}

interface Told<T> {
  answer: T | null
  made: number
}

async function told<T>(): Promise<Told<T>> {
  return (await (await fetch(run.url)).json()) as Told<T>
}

/** Has it done in an alarm, and waits for it. */
async function done<T>(order: Order): Promise<T> {
  await fetch(run.url, { method: 'POST', body: JSON.stringify(order) })
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const { answer } = await told<T>()
    if (answer !== null) return answer
  }
  throw new Error(`no answer: ${run.output()}`)
}

const lastOf = async (more: Partial<PostgresSettings>) =>
  (await done<Check[]>({ do: 'check', settings: settingsOf(database, more) })).at(-1)

describe('the driver in a Worker', () => {
  it('is built without a warning', () => {
    expect(run.output()).not.toMatch(/warning/i)
  })

  it.each(['disable', 'verify-full'] as const)('loads in an alarm, sslmode %s', async (sslmode) => {
    const columns = [
      { name: 'id', type: 'text' as const },
      { name: 'n', type: 'bigint' as const },
    ]
    const rows = Array.from({ length: 3_000 }, (_, n) => [`m${n}`, n === 1_234 ? 'none' : String(n)])
    const tables = [{ table: 't', columns, rows }]
    const cursor = { reader: 'sync', from: null, to: { seq: 1, index: 0 } }
    const load = { schema: sslmode, tables, upserts: [], cursor }
    const settings = settingsOf(database, { sslmode })
    expect(await done<Loaded>({ do: 'load', settings, load })).toMatchObject({
      state: 'loaded',
      inserted: { t: 2_999 },
      notices: [{ code: 'row_refused', column: 'n', count: 1, samples: [{ id: 'm1234' }] }],
    })
    expect(await done<Loaded>({ do: 'load', settings, load })).toEqual({ state: 'moved', to: { seq: 1, index: 0 } })
    expect(await database.query(`select count(*)::int as n from "${sslmode}".t`)).toEqual([{ n: 2_999 }])
  })

  it('says what is wrong', async () => {
    expect(
      await done<Check[]>({ do: 'check', settings: settingsOf(database, { sslmode: 'verify-full' }) }),
    ).toMatchObject(Array.from({ length: 10 }, () => ({ ok: true })))
    expect(await lastOf({ password: 'wrong' })).toMatchObject({ code: 'password', ok: false })
    expect(await lastOf({ database: 'none', sslmode: 'verify-full' })).toMatchObject({ code: 'database', ok: false })
    expect(await lastOf({ host: '10.0.0.8' })).toMatchObject({ code: 'host', ok: false })
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const port = portOf(closed)
    await new Promise((end) => closed.close(end))
    expect(await lastOf({ port })).toMatchObject({ code: 'port', ok: false })
    expect(await lastOf({ port, sslmode: 'verify-full' })).toMatchObject({ code: 'port', ok: false })
  })

  it('goes through a Hyperdrive too', async () => {
    const { checks, loaded } = await done<{ checks: Check[]; loaded: Loaded }>({ do: 'check-hyperdrive' })
    expect(loaded).toEqual({ state: 'loaded', inserted: { t: 1 }, notices: [] })
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  })

  it('says that nobody known has signed a certificate', async () => {
    const { ca: _, ...other } = database
    const { startPostgres } = await import('../../postgres/server.ts')
    const server = await startPostgres(['max_connections=10'])
    onTestFinished(() => server.stop())
    expect(server.ca).not.toBe(selfSigned().cert)
    const settings = settingsOf({ ...other, ...server, database: 'postgres' }, { sslmode: 'verify-full' })
    const checks = await done<Check[]>({ do: 'check', settings })
    expect(checks.at(-1)).toMatchObject({ code: 'tls', ok: false })
    expect(checks.at(-1)?.words).toMatch(/not good.*use Hyperdrive/)
  })

  it('holds few pieces of what a slow server has not taken yet', async () => {
    const slow = createServer((socket) => {
      const server = connect(database.port, database.host)
      let taken = 0
      socket.on('data', (bytes) => {
        taken += bytes.length
        server.write(bytes)
        // 64 KB, and then nothing more is read for a while.
        if (taken > 65_536) socket.pause()
      })
      server.pipe(socket)
      for (const one of [socket, server]) one.on('error', () => undefined)
      release = () => {
        socket.removeAllListeners('data')
        socket.pipe(server)
      }
    }).listen(0, '127.0.0.1')
    let release: () => void = () => undefined
    await once(slow, 'listening')
    onTestFinished(() => void slow.close())
    const settings = settingsOf(database, { port: portOf(slow) })
    const order: Order = { do: 'copy', settings, pieces: 200, characters: 300_000 }
    await fetch(run.url, { method: 'POST', body: JSON.stringify(order) })
    const made = async () => (await told()).made
    await expect.poll(made, { timeout: 20_000 }).toBeGreaterThan(0)
    for (let before = 0; before < (before = await made());) await sleep(500)
    await sleep(1_000)
    // Of 60 MB: half a megabyte of ours, and what the two sockets between take.
    expect(await made()).toBeLessThan(40)
    release()
    await expect.poll(async () => (await told()).answer, { timeout: 30_000 }).toEqual([{ n: '200' }])
  })
})

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
