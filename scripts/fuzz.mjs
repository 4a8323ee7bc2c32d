// `npm run fuzz -- --seed N --minutes M`: requests of every hostile kind to every route, as long as wanted.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '1' },
    cases: { type: 'string' },
    help: { type: 'boolean' },
  },
})

if (values.help) {
  console.log(`npm run fuzz -- [options]
  --seed N      which cases; default: other ones each time. It is printed, and the same seed makes the same cases
  --minutes M   how long; default 1
  --cases N     the first N cases, however long they take: how a failure is seen again`)
  process.exit(0)
}

const numbers = {
  seed: values.seed,
  minutes: values.minutes,
  ...(values.cases !== undefined && { cases: values.cases }),
}
for (const [name, value] of Object.entries(numbers)) {
  if (Number(value) >= 0 && value !== '') continue
  console.error(`--${name} takes a number, and "${value}" is none.`)
  process.exit(1)
}

const { status } = spawnSync('vitest', ['run', '--project', 'workerd-alone', 'test/workerd/fuzz'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    FUZZ_SEED: values.seed,
    ...(values.cases === undefined
      ? { FUZZ_SECONDS: String(Number(values.minutes) * 60) }
      : { FUZZ_CASES: values.cases }),
  },
})
process.exit(status ?? 1)
