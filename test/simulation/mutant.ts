/**
 * One mutation in a process of its own: `node mutant.ts <name> <seeds>`. Changes `src/` as it is loaded, runs what is aimed
 * at it, or else seeds, and prints a line of JSON: the first violation, after how many runs. Where something is aimed no
 * seed is run: one that happens to hit would hide that it has to be aimed anew.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MUTATIONS } from './mutations/all.ts'
import { aimedOf, mutate } from './mutations/mutation.ts'
import type { Source } from './choices.ts'

const SRC = join(import.meta.dirname, '..', '..', 'src')

const [name, seeds] = process.argv.slice(2)
const mutation = MUTATIONS.find((one) => one.name === name)
if (!mutation) throw new Error(`there is no mutation ${name}`)
const { edits, aimed } = mutation
const texts = new Map<string, string>()
for (const file of new Set(edits.map((edit) => edit.file))) {
  const path = join(SRC, file)
  const own = edits.filter((edit) => edit.file === file)
  texts.set(path, mutate(readFileSync(path, 'utf8'), own))
}
registerHooks({
  load: (url, context, next) => {
    const source = url.startsWith('file:') ? texts.get(fileURLToPath(url)) : undefined
    return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true }
  },
})

const { run } = await import('./run.ts')
const sources: Source[] =
  aimed === undefined
    ? Array.from({ length: Number(seeds) }, (_, at) => ({ seed: at + 1 }))
    : [{ schedule: aimedOf(aimed) }]
let runs = 0
let violation: string | null = null
for (const source of sources) {
  runs++
  violation = (await run(source)).violation
  if (violation !== null) break
}
process.stdout.write(`${JSON.stringify({ violation, runs })}\n`)
process.exit(0)
