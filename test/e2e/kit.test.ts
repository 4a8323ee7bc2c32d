import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { partner } from '../node/certify/partner.ts'
import { freePort, patient, temporaryDir } from './local.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { 'sluice-kit': string } }

it('the kit starts from an empty folder: a shop sends, the endpoint gets it, a page shows it', async () => {
  await using endpoint = await partner()
  const dir = await temporaryDir()
  const port = await freePort()
  const manifest = {
    manifestVersion: 1,
    name: 'Acme <b>Kit</b>',
    slug: 'acme-kit',
    endpoint: endpoint.endpoint,
    supportedMethods: ['identify', 'track', 'page', 'group'],
    settings: [{ name: 'region', label: 'Region', type: 'string', default: 'eu' }],
  }
  writeFileSync(join(dir.path, 'manifest.json'), JSON.stringify(manifest))
  const { INIT_CWD: _, npm_lifecycle_event: __, ...env } = process.env
  const args = [join(ROOT, bin['sluice-kit']), 'manifest.json', '--port', String(port), '--api-key', 'right-key']
  const child = spawn(process.execPath, args, { cwd: dir.path, env, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGINT')
    await exited
    await dir.remove()
  })
  const until = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    for (const end = Date.now() + patient(60_000); Date.now() < end; await sleep(100)) {
      const found = await look()
      if (found !== undefined) return found
      if (child.exitCode !== null) break
    }
    throw new Error(`waited in vain:\n${output}`)
  }
  const url = await until(() => /What arrives +(http\S+)/.exec(output)?.[1])
  expect(url).toBe(`http://127.0.0.1:${port + 1}/`)
  const html = await until(async () => {
    const page = await (await fetch(url)).text()
    return page.includes('<b class="good">200</b>') ? page : undefined
  })
  expect(html).toContain('What arrives at Acme &lt;b&gt;Kit&lt;/b&gt;')
  expect(html).toContain('{&quot;region&quot;:&quot;eu&quot;}')
  expect(html).not.toContain('<b>Kit')
  expect(endpoint.requests()).toBeGreaterThan(0)
  // All that it keeps is in one folder.
  expect(readdirSync(dir.path).toSorted()).toEqual(['.sluice-kit', 'manifest.json'])
  process.kill(-(child.pid ?? 0), 'SIGINT')
  const [code] = (await exited) as [number | null]
  expect(code).toBe(0)
})

it('what it cannot use is said before anything is started', async () => {
  const dir = await temporaryDir()
  onTestFinished(() => dir.remove())
  writeFileSync(join(dir.path, 'manifest.json'), '{"manifestVersion": 1, "name": "Acme"}')
  const env = { ...process.env, INIT_CWD: dir.path, npm_lifecycle_event: 'kit' }
  const child = spawn(process.execPath, [join(ROOT, bin['sluice-kit']), 'manifest.json'], { env })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  expect(said).toContain('manifest.json: slug: This is required.')
  expect(code).toBe(2)
})
