/**
 * The simulation in a process of its own: `node mutant.ts <sources>`, a file of JSON with seeds and schedules. Runs them and
 * prints a line of JSON: the first violation, after how many runs. What is wrong with `src/` is wrong in the bundle that this
 * is started as (`bundle.ts`).
 */
import { readFileSync } from 'node:fs'
import type { Source } from './choices.ts'
import { run } from './run.ts'

const [file = ''] = process.argv.slice(2)
const sources = JSON.parse(readFileSync(file, 'utf8')) as Source[]
let runs = 0
let violation: string | null = null
for (const source of sources) {
  runs++
  violation = (await run(source)).violation
  if (violation !== null) break
}
process.stdout.write(`${JSON.stringify({ violation, runs })}\n`)
process.exit(0)
