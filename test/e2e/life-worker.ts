import { context } from '../../src/context.ts'
import worker from '../../src/index.ts'
import { panel } from '../../src/panel.ts'
import { type Platform, platform } from '../../src/wiring.ts'
import type { Env } from '../../src/env.ts'

export * from '../../src/index.ts'

/** The Worker as it is, with a way to let an hour strike and a day pass: for what takes an integration days. */
let known: Platform | undefined

/** What was counted of deliveries becomes the day before's, and lanes are asked for the new day alone. */
const A_DAY_PASSES = [
  // Twice each, so that no day takes the place of another before that has moved.
  'UPDATE delivery_days SET day = 1 - day',
  'UPDATE delivery_days SET day = -day',
  'UPDATE integration_days SET day = 1 - day',
  'UPDATE integration_days SET day = -day',
  "UPDATE delivery_reads SET seen = 0, read_at = (CAST(strftime('%s', 'now') AS INTEGER) + 86400) * 1000",
]

/** Lanes say how they stand once a minute; an hour is longer than that. */
async function tellHealth({ DB, LANE }: Env): Promise<void> {
  const { results } = await DB.prepare('SELECT id FROM destinations').all<{ id: string }>()
  const told = DB.prepare(
    "INSERT OR REPLACE INTO destination_health (destination_id, state, since, waiting, last_delivered_at, accepted, delivered, failed_attempts, dead, at) VALUES (?1, 'ok', ?2, ?3, ?2, ?4, ?5, 0, ?6, ?2)",
  )
  const rows = await Promise.all(
    results.map(async ({ id }) => {
      const { accepted, delivered, pending, dead } = await LANE.getByName(id).ledger()
      return delivered === 0 ? [] : [told.bind(id, Date.now(), pending, accepted, delivered, dead)]
    }),
  )
  await DB.batch(rows.flat())
}

async function act(path: string, env: Env, at: Platform): Promise<boolean> {
  const { DB } = env
  if (path === '/test/hour') {
    await tellHealth(env)
    // First days are read, then customers counted: each hour finds what the one before it has read.
    await at.watch()
    await at.watch()
  } else if (path === '/test/day') await DB.batch(A_DAY_PASSES.map((statement) => DB.prepare(statement)))
  else return false
  return true
}

export default {
  ...worker,
  fetch: async (request, env, execution) => {
    known ??= platform(env, context, panel)
    if (await act(new URL(request.url).pathname, env, known)) return new Response()
    return known.http.fetch(request, env, execution)
  },
} satisfies ExportedHandler<Env>
