import { availableParallelism } from 'node:os'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// The secrets that wrangler.toml asks for; it looks for them here.
process.env.ADMIN_TOKEN = 'admin-token-of-the-tests'
process.env.ENCRYPTION_KEYS = 'k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

/** What `npm run fuzz` asks for; in `npm test` the same cases each time, as many as fit into a minute. */
const fuzz = {
  seed: Number(process.env.FUZZ_SEED ?? 1),
  seconds: Number(process.env.FUZZ_SECONDS ?? (process.env.FUZZ_CASES ? 1e6 : 60)),
  cases: Number(process.env.FUZZ_CASES ?? 1e9),
}
/** Files at a time. Each waits for its own runtime to start; of two processors the default would leave one idle. */
const maxWorkers = Math.max(2, availableParallelism() - 1)

/**
 * `workerd`: inside the Workers runtime, with real D1, R2, queues and Durable Objects. `node`: what runs on a developer's
 * machine. `e2e`: the platform as a user starts it, real SDKs, a real browser. `conformance`: every SDK, side by side.
 * `simulation`: the whole pipeline on a virtual clock; after the others, because it takes all processors.
 */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: { TEST_MIGRATIONS: await readD1Migrations('./migrations'), FUZZ: fuzz } },
          })),
        ],
        test: {
          name: 'workerd',
          include: ['test/workerd/**/*.test.ts'],
          setupFiles: ['./test/workerd/setup.ts'],
          testTimeout: 20_000,
          maxWorkers,
        },
      },
      { test: { name: 'node', include: ['test/node/**/*.test.ts'], testTimeout: 60_000, maxWorkers } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 60_000,
          fileParallelism: false,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
