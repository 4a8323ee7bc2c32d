import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ADMIN_TOKEN, freePort, npmStart, temporaryDir } from './local.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** What the platform is made of; the packages are shared. */
const PARTS = [
  'src',
  'scripts',
  'docs',
  'migrations',
  'generated',
  'package.json',
  'package-lock.json',
  'wrangler.toml',
]

/** A working copy of the project, to be changed while it runs. */
async function copy() {
  const dir = await temporaryDir()
  onTestFinished(() => dir.remove())
  for (const name of PARTS) {
    cpSync(join(ROOT, name), join(dir.path, name), { recursive: true, preserveTimestamps: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(dir.path, 'node_modules'))
  return dir.path
}

it('npm run dev takes up a change of src, says what does not build, and shows its log', async () => {
  const dir = await copy()
  const [port, inspector] = [await freePort(), await freePort()]
  const args = ['--port', String(port), '--data', join(dir, 'data'), '--no-demo', '--inspect', String(inspector)]
  const run = npmStart(args, { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN }, { cwd: dir, script: 'dev' })
  onTestFinished(() => run.interrupt())
  await run.until('Ctrl-C stops it')
  const version = async () => {
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` }
    const reply = await fetch(`http://127.0.0.1:${port}/healthz`, { headers, signal: AbortSignal.timeout(5_000) })
    return ((await reply.json()) as { version: string }).version
  }
  const until = async (wanted: string) => {
    for (const end = Date.now() + 30_000; Date.now() < end; await sleep(200)) {
      if ((await version().catch(() => undefined)) === wanted) return
    }
    throw new Error(`${wanted} never came:\n${run.output()}`)
  }
  const file = join(dir, 'src', 'version.ts')
  const code = readFileSync(file, 'utf8')

  expect(run.output()).toContain('GET /healthz 200')
  writeFileSync(file, code.replace('manifest.version', "'9.9.1'"))
  await until('9.9.1')
  writeFileSync(file, `${code}this does not build (`)
  await run.until(/version\.ts:\d+:\d+/)
  writeFileSync(file, code.replace('manifest.version', "'9.9.2'"))
  await until('9.9.2')

  const targets = (await (await fetch(`http://127.0.0.1:${inspector}/json`)).json()) as object[]
  expect(targets).toEqual([expect.objectContaining({ webSocketDebuggerUrl: `ws://127.0.0.1:${inspector}/ws` })])
})
