import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { freePort, temporaryDir } from './local.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** `npm run` in a fresh clone, with this registry and nothing in npm's cache. */
async function startFresh(registry: string, script = 'start') {
  const dir = await temporaryDir()
  onTestFinished(() => dir.remove())
  mkdirSync(join(dir.path, 'scripts'))
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'scripts/setup.mjs'])
    cpSync(join(ROOT, name), join(dir.path, name))
  const began = Date.now()
  const child = spawn('npm', ['run', script], {
    cwd: dir.path,
    env: { ...process.env, npm_config_registry: registry, npm_config_cache: join(dir.path, 'cache') },
  })
  let output = ''
  let ms = 0
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString()
      if (!ms && output.includes('does not answer')) ms = Date.now() - began
    })
  const [code] = (await once(child, 'close')) as [number]
  return { code, output, ms }
}

it('says within ten seconds that there is no network and nothing installed', async () => {
  const { code, output, ms } = await startFresh(`http://127.0.0.1:${await freePort()}/`)
  expect([code, output]).toEqual([1, expect.stringContaining('The registry does not answer (ECONNREFUSED)')])
  expect(output).toContain('once they are installed, none is needed.')
  expect(ms).toBeLessThan(10_000)
})

it('does so, too, when nobody refuses and nobody answers', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { code, output, ms } = await startFresh(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  expect([code, output]).toEqual([
    1,
    expect.stringMatching(/The registry does not answer \((?:ETIMEDOUT|FETCH_ERROR)\)/),
  ])
  expect(ms).toBeLessThan(10_000)
})

it('comes before every command that needs packages', async () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const commands = Object.keys(scripts).filter((name) => !name.startsWith('pre'))
  const without = commands.filter((name) => scripts[`pre${name}`] !== 'node scripts/setup.mjs')
  expect(without).toEqual(['build', 'db:generate', 'deploy'])
  const { code, output } = await startFresh(`http://127.0.0.1:${await freePort()}/`, 'test:one')
  expect([code, output]).toEqual([1, expect.stringContaining('The registry does not answer (ECONNREFUSED)')])
})
