import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Loads what an isolate loads, then what opens a connection, and tells what was loaded each time. */
const PROGRAM = `
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
  await import('./src/wiring.ts')
  await import('./src/connectors/index.ts')
  const atStart = loaded.splice(0)
  await import('./src/connectors/postgres/client.ts')
  console.log(JSON.stringify({ atStart, later: loaded }))
`
const DRIVER = /\/node_modules\/pg(?:-[\w-]+)?\//

it('costs nothing in an isolate that opens no connection', () => {
  const cwd = join(import.meta.dirname, '../../..')
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], { cwd, encoding: 'utf8' })
  expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, ''])
  const { atStart, later } = JSON.parse(run.stdout) as { atStart: string[]; later: string[] }
  expect(atStart.some((url) => url.endsWith('/src/connectors/index.ts'))).toBe(true)
  expect(atStart.filter((url) => DRIVER.test(url))).toEqual([])
  expect(later.filter((url) => DRIVER.test(url)).length).toBeGreaterThan(10)
})
