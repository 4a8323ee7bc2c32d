// `npm run conformance`: every SDK against the local platform. With `--update` the table of docs/sdks.md is written anew.
import { spawnSync } from 'node:child_process'

const args = process.argv.slice(2)
const update = args.includes('--update')
const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'conformance', ...args.filter((arg) => arg !== '--update')],
  {
    stdio: 'inherit',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...(update && { CONFORMANCE_UPDATE: '1' }) },
  },
)
process.exit(status ?? 1)
