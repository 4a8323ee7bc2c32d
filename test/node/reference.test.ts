import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Loads what an isolate loads, then the descriptions, and tells which of our files and packages were loaded at each time. */
const PROGRAM = `
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
  await import('./src/wiring.ts')
  const atStart = loaded.splice(0)
  const { groupsOf } = await import('./src/control/reference/index.ts')
  const { FEATURES } = await import('./src/features.ts')
  await groupsOf(FEATURES)
  await import('./src/control/reference/document.ts')
  console.log(JSON.stringify({ atStart, later: loaded }))
`
const OF_THE_REFERENCE =
  /src\/control\/(?:\w+\/reference|operation|reference\/(?:document|json-schema|common))\.ts$|to-json-schema/

it('is loaded by nothing that an isolate loads when it starts', () => {
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], { cwd: root, encoding: 'utf8' })
  expect([run.status, run.status === 0 ? '' : run.stderr]).toEqual([0, ''])
  const { atStart, later } = JSON.parse(run.stdout) as { atStart: string[]; later: string[] }
  expect(atStart.length).toBeGreaterThan(100)
  expect(atStart.filter((url) => OF_THE_REFERENCE.test(url))).toEqual([])
  // The pattern finds them when they are loaded.
  expect(later.filter((url) => OF_THE_REFERENCE.test(url)).length).toBeGreaterThan(10)
})
