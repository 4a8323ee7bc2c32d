import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  ADMIN_TOKEN,
  apiOf,
  connect,
  freePort,
  ledger,
  npmStart,
  patient,
  startReceiver,
  temporaryDir,
} from './local.ts'

const ROOT = join(import.meta.dirname, '..', '..')

async function track(url: string, writeKey: string, event: string): Promise<Response> {
  return fetch(`${url}/v1/track`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${writeKey}:`)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId: 'u1', event }),
  })
}

async function eventually<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + patient(60_000); ; await sleep(200)) {
    const answer = await ask()
    if (done(answer) || Date.now() > end) return answer
  }
}

describe('what the shell happens to have set', () => {
  it('changes nothing: the same state, the same destinations, the token as it is', async () => {
    const dir = await temporaryDir()
    onTestFinished(() => dir.remove())
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const args = ['--port', String(port), '--data', dir.path, '--no-demo']
    let up = false
    const receiver = await startReceiver(() => (up ? 200 : 500))
    onTestFinished(() => receiver.close())

    const plain = npmStart(args, { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN })
    await plain.until('Ctrl-C stops it')
    const { writeKey, webhook } = await connect(apiOf(url), receiver.url, 'kept')
    expect((await track(url, writeKey, 'Kept')).status).toBe(200)
    await eventually(
      () => ledger(apiOf(url), webhook),
      ({ pending }) => pending === 1,
    )
    await plain.interrupt()

    // Each of these stopped, misled or renamed something of the run below.
    const token = `pa$word-'"\`\\#{HOME}-0123`
    const strange = npmStart(args, {
      SLUICE_ADMIN_TOKEN: token,
      ADMIN_TOKEN: 'the-token-of-something-else',
      ENCRYPTION_KEYS: 'k9:AAAA',
      PATH_PREFIX: '/elsewhere',
      ACCEPT: 'queue',
      CLOUDFLARE_ENV: 'staging',
      CLOUDFLARE_API_TOKEN: 'x',
      CLOUDFLARE_ACCOUNT_ID: 'x',
      CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true',
      CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'false',
      WRANGLER_LOG: 'debug',
      WRANGLER_LOG_PATH: '/proc/nowhere',
      WRANGLER_BUILD_CONDITIONS: 'browser',
      WRANGLER_BUILD_PLATFORM: 'node',
      WRANGLER_OUTPUT_FILE_PATH: '/proc/nowhere',
      MINIFLARE_WORKERD_PATH: '/nonexistent',
      MINIFLARE_CACHE_DIR: '/proc/nowhere',
      ESBUILD_BINARY_PATH: '/nonexistent',
      XDG_CONFIG_HOME: '/proc/nowhere',
      XDG_CACHE_HOME: '/proc/nowhere',
      TMPDIR: '/nonexistent',
      NODE_ENV: 'production',
      NODE_OPTIONS: '--conditions=browser',
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: 'http://127.0.0.1:1',
      HTTPS_PROXY: 'http://127.0.0.1:1',
      ALL_PROXY: 'http://127.0.0.1:1',
      http_proxy: 'http://127.0.0.1:1',
      NO_PROXY: '',
      PORT: '1',
      CI: '1',
      DEBUG: '*',
      FORCE_COLOR: '3',
      TZ: 'Pacific/Kiritimati',
      VSCODE_INSPECTOR_OPTIONS: '{}',
    })
    await strange.until('Ctrl-C stops it')
    onTestFinished(() => strange.interrupt())
    up = true
    const asToken = async () => {
      const reply = await fetch(`${url}/api/destinations/${webhook}/ledger`, {
        headers: { Authorization: `Bearer ${token}` },
      })
      const { data } = (await reply.json()) as { data?: { ledger: { delivered: number } } }
      return { status: reply.status, delivered: data?.ledger.delivered }
    }
    expect(await eventually(asToken, ({ delivered }) => delivered === 1)).toEqual({ status: 200, delivered: 1 })
    expect((await track(url, writeKey, 'New')).status).toBe(200)
    expect((await eventually(asToken, ({ delivered }) => delivered === 2)).delivered).toBe(2)
    expect((await fetch(`${url}/elsewhere/v1/projects/${writeKey}/settings`, { redirect: 'manual' })).status).not.toBe(
      200,
    )
  })

  it('nor do .env and .dev.vars in the folder', async () => {
    const files = ['.env', '.dev.vars', '.env.local'].map((name) => join(ROOT, name))
    const dir = await temporaryDir()
    onTestFinished(() => dir.remove())
    const port = await freePort()
    for (const file of files)
      writeFileSync(file, 'ADMIN_TOKEN=from-a-file-of-the-folder\nCLOUDFLARE_ENV=staging\nPATH_PREFIX=/x\n', {
        flag: 'wx',
      })
    onTestFinished(() => files.forEach((file) => rmSync(file, { force: true })))
    const run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'], { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN })
    onTestFinished(() => run.interrupt())
    await run.until('Ctrl-C stops it')
    expect(await apiOf(`http://127.0.0.1:${port}`)('GET', '/api/sources')).toMatchObject({ sources: [] })
  })
})

it('reaches a receiver on localhost that listens on ::1 only', async () => {
  const dir = await temporaryDir()
  onTestFinished(() => dir.remove())
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    request.resume().on('end', () => response.end())
  }).listen(0, '::1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const run = npmStart(['--port', String(port), '--data', dir.path, '--no-demo'], { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN })
  onTestFinished(() => run.interrupt())
  await run.until('Ctrl-C stops it')
  const receiver = `http://localhost:${(server.address() as AddressInfo).port}`
  const { writeKey, webhook, direct } = await connect(apiOf(url), receiver, 'six')
  await track(url, writeKey, 'Six')
  for (const destination of [webhook, direct]) {
    const figures = await eventually(
      () => ledger(apiOf(url), destination),
      ({ delivered }) => delivered === 1,
    )
    expect(figures).toMatchObject({ delivered: 1, pending: 0, dead: 0 })
  }
  expect(paths.toSorted()).toEqual(['/direct/six', '/webhook/six'])
})

// Needs a disk of its own, which not every system lets a test have.
describe('a full disk', () => {
  it.skipIf(spawnSync('unshare', ['-rm', 'true']).status !== 0)(
    'is said by start, health page, API and ingest; work goes on when there is room again',
    async () => {
      const dir = await temporaryDir()
      onTestFinished(() => dir.remove())
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const disk = join(dir.path, 'disk')
      mkdirSync(disk)
      // A disk of its own for the run, in a namespace of its own, seen from here by way of /proc.
      const start = `npm start -- --port ${port} --data ${disk}/data --no-demo`
      const script = `mount -t tmpfs -o size=24m tmpfs ${disk} && echo mounted && read _ && ${start}; ${start}`
      const shell = spawn('unshare', ['-rm', 'sh', '-c', script], {
        cwd: ROOT,
        env: { ...process.env, SLUICE_ADMIN_TOKEN: ADMIN_TOKEN },
        detached: true,
      })
      let output = ''
      for (const stream of [shell.stdout, shell.stderr])
        stream.on('data', (part: Buffer) => (output += part.toString()))
      const said = async (text: string) => {
        await eventually(
          () => Promise.resolve(output),
          (output) => output.includes(text),
        )
        expect(output).toContain(text)
      }
      const ended = once(shell, 'exit')
      onTestFinished(async () => {
        if (shell.exitCode === null && shell.pid) process.kill(-shell.pid, 'SIGTERM')
        await ended
      })
      await said('mounted')
      const seen = join(`/proc/${shell.pid}/root`, disk)
      shell.stdin.write('\n')
      await said('Ctrl-C stops it')
      const api = apiOf(url)
      const receiver = await startReceiver()
      onTestFinished(() => receiver.close())
      const { writeKey, webhook } = await connect(api, receiver.url, 'full')
      expect((await track(url, writeKey, 'Before')).status).toBe(200)
      await eventually(
        () => ledger(api, webhook),
        ({ delivered }) => delivered === 1,
      )

      const filler = join(seen, 'filler')
      const fill = () => {
        const { bavail, bsize } = statfsSync(seen)
        expect(() => writeFileSync(filler, Buffer.alloc(bavail * bsize + 1))).toThrow('ENOSPC')
      }
      fill()
      const refused = await track(url, writeKey, 'While')
      expect([refused.status, await refused.json()]).toEqual([
        503,
        expect.objectContaining({ error: 'The events could not be stored. Send them again.' }),
      ])
      await said('cannot be written (ENOSPC). Nothing can be accepted until there is room.')
      // A report is kept for ten seconds.
      const health = await eventually(
        async () => {
          const reply = await fetch(`${url}/healthz`, { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } })
          return [reply.status, await reply.text()] as const
        },
        ([status]) => status === 503,
      )
      expect(health).toEqual([503, expect.stringContaining('the disk that holds the data directory is full')])
      const create = await fetch(`${url}/api/sources`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
        body: '{"slug":"more"}',
      })
      expect([create.status, await create.text()]).toEqual([
        503,
        expect.stringContaining('the disk that holds the data directory is full'),
      ])

      rmSync(filler)
      expect((await track(url, writeKey, 'After')).status).toBe(200)
      const figures = await eventually(
        () => ledger(api, webhook),
        ({ delivered }) => delivered === 2,
      )
      expect(figures).toMatchObject({ accepted: 2, delivered: 2, dead: 0 })
      // As above: what was said while there was no room is kept for as long.
      const well = await eventually(
        async () => (await fetch(`${url}/healthz`)).status,
        (status) => status === 200,
      )
      expect(well).toBe(200)
      await said('There is room in')

      // The second start of the script finds no room from the beginning.
      fill()
      output = ''
      const { pid } = JSON.parse(readFileSync(join(seen, 'data', 'running.json'), 'utf8')) as { pid: number }
      process.kill(pid, 'SIGTERM')
      await said('is full. Make room there and start again.')
      await ended
    },
  )
})
