/** `npm run simulate`: one run to look at, a recorded one, or as many seeds as wanted. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runFleet, savedSeed } from './fleet.ts'
import { figuresText, writeFigures } from './report.ts'
import { run } from './run.ts'
import { readRecorded, SCHEDULES, writeRecorded } from './schedules.ts'
import { failureLine, shrink } from './shrink.ts'

const USAGE = `npm run simulate -- [options]
  --seeds N         how many seeds to run; default 1000
  --from S          the first of them; default: where the last run stopped, else 1
  --processes P     default: one a processor
  --update          writes the figures of this run into docs/reliability.md
  --trace X         one run in full, who, what and which await: a seed, or a file of test/simulation/schedules
  --shrink SEED     the smallest schedule that goes wrong as this seed does, and its trace
  --as NAME         with --shrink: keeps it as test/simulation/schedules/NAME.json
  --found TEXT      with --as: what it shows, in words
`

const options = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  processes: { type: 'string' },
  update: { type: 'boolean' },
  trace: { type: 'string' },
  shrink: { type: 'string' },
  as: { type: 'string' },
  found: { type: 'string' },
  help: { type: 'boolean' },
} as const

await main()

async function main(): Promise<void> {
  const { values } = parseArgs({ options })
  if (values.help) return say(USAGE)
  if (values.trace !== undefined) return trace(values.trace)
  if (values.shrink !== undefined) return shrinkSeed(Number(values.shrink), values.as, values.found ?? '')
  const began = Date.now()
  const from = Number(values.from ?? savedSeed())
  const totals = await runFleet({
    seeds: Number(values.seeds ?? 1_000),
    from,
    ...(values.processes !== undefined && { processes: Number(values.processes) }),
    resumable: true,
    onFailure: (seed, violation) => say(failureLine(seed, violation)),
  })
  say(`${totals.seeds} seeds, ${totals.failures} failed, ${((Date.now() - began) / 1_000).toFixed(0)} s`)
  if (totals.failures > 0) process.exitCode = 1
  else if (values.update) writeFigures(totals, from)
  else say(figuresText(totals, from))
}

async function trace(what: string): Promise<void> {
  const source = /^\d+$/.test(what) ? { seed: Number(what) } : { schedule: readRecorded(pathOf(what)).schedule }
  const outcome = await run(source, { traced: true })
  say(outcome.trace?.join('\n') ?? '')
  say(outcome.violation === null ? 'The books balance.' : `WRONG: ${outcome.violation}`)
  if (outcome.violation !== null) process.exitCode = 1
}

async function shrinkSeed(seed: number, name: string | undefined, found: string): Promise<void> {
  const { violation, schedule } = await run({ seed })
  if (violation === null) return say(`Seed ${seed} goes well.`)
  const small = await shrink(schedule, violation)
  const { trace, violation: same } = await run({ schedule: small }, { traced: true })
  say(trace?.join('\n') ?? '')
  say(`WRONG: ${same}\n${JSON.stringify(small, null, 2)}`)
  say(`${Object.keys(schedule).length} choices became ${Object.keys(small).length}`)
  if (name !== undefined) writeRecorded(pathOf(name), { found, violation, schedule: small })
}

function pathOf(name: string): string {
  return existsSync(name) ? name : join(SCHEDULES, name.endsWith('.json') ? name : `${name}.json`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
