// `npm run bench`: what the platform costs, counted, and how fast it is beside the least that could do the same.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const USAGE = `npm run bench -- [options]
  --only <part>   cost, latency, objects, year, backlog, pace, scale, ingest, deliver, way, through, isolation,
                  replay, warehouse, warehouse-memory or hostile; may be repeated. Default: all but the last two
  --seconds <n>   how long the load of a leg of through lasts. Default: 8
  --rounds <n>    how often through measures each leg. Default: 3
  --shape <shape> of through: 1x24, 1x12, 20x24 or 20x12, events a request and connections; may be repeated. Default: all
  --beside <dir>  another checkout, with its packages, that through measures in the same run
  --minutes <n>   how long hostile compares, all legs together. Default: 4
  --extra-put     writes each archive object twice, to see that the table shows it
  --update        counts anew what the tests compare with, writes bench/counts.json, and ends
`
const PARTS = [
  'cost',
  'latency',
  'objects',
  'year',
  'backlog',
  'ingest',
  'deliver',
  'way',
  'through',
  'isolation',
  'replay',
  'pace',
  'scale',
  'warehouse',
]
const LONG = ['warehouse-memory', 'hostile']
const MINUTES = '4'

if (Number(process.versions.node.split('.')[0]) < 24) again()
else {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  await main()
}

/** In the Node that the lock file names: an older one has neither SQLite nor TypeScript. */
function again() {
  const node = join(fileURLToPath(new URL('..', import.meta.url)), 'node_modules', '.bin', 'node')
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exitCode = status ?? 1
}

async function main() {
  const options = {
    only: { type: 'string', multiple: true },
    'extra-put': { type: 'boolean' },
    minutes: { type: 'string', default: MINUTES },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    beside: { type: 'string' },
    shape: { type: 'string', multiple: true },
  }
  const { values } = parseArgs({ options: { ...options, update: { type: 'boolean' }, help: { type: 'boolean' } } })
  const parts = values.only ?? PARTS
  if (values.help || parts.some((part) => ![...PARTS, ...LONG].includes(part))) return say(USAGE)
  if (![values.minutes, values.seconds, values.rounds].every((n) => Number(n) > 0)) return say(USAGE)
  if (values.update) return update()
  for (const part of parts) {
    const began = Date.now()
    const text = await report(part, values)
    if (text) say(text)
    say(`(${part}: ${((Date.now() - began) / 1_000).toFixed(1)} s)\n`)
  }
}

async function report(part, values) {
  if (part === 'cost') return cost(values['extra-put'] === true)
  if (part === 'hostile') return (await import('./hostile/report.ts')).hostileReport(Number(values.minutes))
  if (part === 'latency') return (await import('./cost/steps.ts')).latencyReport()
  if (part === 'objects') return (await import('./cost/collections.ts')).objectsReport()
  if (part === 'year') return (await import('./cost/year.ts')).yearReport()
  if (part === 'isolation') return (await import('./cost/isolation.ts')).isolationReport()
  if (part === 'pace') return (await import('./cost/pace.ts')).paceReport()
  if (part === 'scale') return (await import('./cost/scale.ts')).scaleReport()
  if (part === 'replay') return (await import('./cost/replay.ts')).replayReport()
  if (part === 'warehouse') return (await import('./speed/warehouse.ts')).warehouseReport()
  if (part === 'warehouse-memory') return (await import('./speed/warehouse-memory.ts')).warehouseMemoryReport()
  if (part === 'backlog') return (await import('./cost/backlog.ts')).backlogReport()
  if (part === 'through') return through(values)
  if (part === 'ingest') return (await import('./speed/ingest.ts')).ingestReport()
  if (part === 'way') return (await import('./speed/way.ts')).wayReport()
  return (await import('./speed/deliver.ts')).deliverReport()
}

async function cost(extraPut) {
  const { CURVE, FULL, measure } = await import('./cost/scenario.ts')
  const { costReport } = await import('./cost/table.ts')
  const all = []
  for (const scenario of [...FULL, ...CURVE]) all.push(await measure({ ...scenario, extraPut }))
  return costReport(all.slice(0, FULL.length), all.slice(FULL.length))
}

/** Says what it has as it comes: it takes long. */
async function through({ seconds, rounds, beside, shape: shapes }) {
  const { throughReport } = await import('./speed/through.ts')
  const options = { seconds: Number(seconds), rounds: Number(rounds), beside: beside && resolve(beside), shapes }
  await throughReport(options, say)
}

async function update() {
  const { measureSmall, writeCommitted } = await import('./cost/counts.ts')
  writeCommitted(await measureSmall())
  say('bench/counts.json holds the counts of now. Commit it with what made them change.')
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
