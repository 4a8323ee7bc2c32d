import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The secrets that wrangler.toml asks for; it looks for them here.
process.env.ADMIN_TOKEN = 'admin-token-of-the-tests'
process.env.ENCRYPTION_KEYS = 'k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

/** What `npm run fuzz` asks for; in `npm test` the same cases each time, about 25 of each route. */
const fuzz = {
  seed: Number(process.env.FUZZ_SEED ?? 1),
  seconds: Number(process.env.FUZZ_SECONDS ?? 1e6),
  cases: Number(process.env.FUZZ_CASES ?? (process.env.FUZZ_SECONDS ? 1e9 : 8_000)),
}
/**
 * Files at a time, of all projects together: two more than there are processors, because most of them wait: for a runtime to
 * start, a pause to end, an alarm. And two that wait for processes of the simulation, which have what all others leave.
 */
const maxWorkers = availableParallelism() + 2 + 2

/** What leaves more behind than `test/workerd/setup.ts` can remove, ten thousand timers: it has a runtime of its own. */
const ALONE = ['test/workerd/fuzz/**/*.test.ts']

const inWorkerd = () =>
  cloudflareTest(async () => ({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: { bindings: { TEST_MIGRATIONS: await readD1Migrations('./migrations'), FUZZ: fuzz } },
  }))

/** Hundreds of people sign in. What a password really costs is in `test/node/password.test.ts`. */
const CHEAP = { alias: { '@better-auth/utils/password': join(import.meta.dirname, 'test/workerd/password.ts') } }

const WORKERD = {
  setupFiles: ['./test/workerd/setup.ts'],
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // As messages to vitest they may wait for one that never comes: a log of an object after a file's last test hangs the run.
  disableConsoleIntercept: true,
  maxWorkers,
}

/** What takes longest begins first, so that no processor is left alone with it at the end. */
const LONGEST = [
  'simulation/seeds',
  'simulation/mutations',
  'e2e/kills',
  'e2e/panel.test',
  'fuzz/',
  'e2e/panel-see',
  'e2e/panel-warehouses',
  'e2e/story-again',
  'e2e/people',
  'e2e/surroundings',
  'e2e/lifeline',
]

/** The same among those that share a runtime. */
const LONG_OF_THEIRS = ['replay/replay', 'panel/on-device', 'lane/million', 'lane/receivers']

class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankIn = (names: string[], moduleId: string) => {
      const at = names.findIndex((name) => moduleId.includes(name))
      return at < 0 ? names.length : at
    }
    const rank = ({ moduleId }: TestSpecification) => rankIn(LONGEST, moduleId)
    // Those of a project stay together, since some share a runtime.
    const place = ({ project, moduleId }: TestSpecification) =>
      `${project.name} ${rankIn(LONG_OF_THEIRS, moduleId)} ${moduleId}`
    return Promise.resolve(files.toSorted((a, b) => rank(a) - rank(b) || (place(a) < place(b) ? -1 : 1)))
  }
}

/**
 * `workerd`: inside the Workers runtime, with real D1, R2, queues and Durable Objects. Its files go one after another through
 * as many runtimes as there are workers, since a start takes longer than most of them; `setup.ts` empties all storage before
 * each. `workerd-alone`: those that nothing may come after. `node`: what runs on a developer's machine. `e2e`: the platform as a user starts it, real SDKs, a
 * real browser; each file has ports and a data directory of its own. `conformance`: every SDK, side by side.
 * `simulation`: the whole pipeline on a virtual clock; its processes have the lowest priority, and so the time in which the
 * others wait.
 *
 * How long a test may take says that it hangs, and nothing of how fast it should be: they share the processors.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    globalSetup: ['./test/e2e/assets.ts', './test/e2e/browser-setup.ts', './test/postgres/setup.ts'],
    projects: [
      {
        plugins: [inWorkerd()],
        resolve: CHEAP,
        test: {
          name: 'workerd',
          include: ['test/workerd/**/*.test.ts'],
          exclude: ALONE,
          ...WORKERD,
          isolate: false,
        },
      },
      {
        plugins: [inWorkerd()],
        resolve: CHEAP,
        test: { name: 'workerd-alone', include: ALONE, ...WORKERD },
      },
      {
        test: {
          name: 'node',
          include: ['test/node/**/*.test.ts'],
          setupFiles: ['./test/node/setup.ts'],
          // A process for each file takes longer than most of them, and loads the same sources again.
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // As for `node`: the driver of the browser alone takes a second of a processor to load.
          isolate: false,
          testTimeout: 900_000,
          hookTimeout: 300_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxConcurrency: 2,
          maxWorkers,
        },
      },
    ],
  },
})
