import { context } from '../../src/context.ts'
import worker from '../../src/index.ts'
import { panel } from '../../src/panel.ts'
import { consume } from '../../src/queues.ts'
import { type Rollout, versionOf } from '../../src/settings/index.ts'
import { type Platform, platform } from '../../src/wiring.ts'
import type { Env } from '../../src/env.ts'

export * from '../../src/index.ts'

/** The Worker as it is, with ways to let hours strike and days pass: for what takes an integration days. */
let only: Platform | undefined

const TODAY = "CAST(strftime('%s', 'now') AS INTEGER) / 86400"

/**
 * So many days pass, each as the first of them: what is known of days moves so far into the past, and of what lanes say of the new
 * day only what came since counts for it.
 */
function passDays({ DB }: Env, n: number): Promise<unknown> {
  const moved = ['delivery_days', 'integration_days', 'quality_days'].flatMap((table) => [
    // Twice each, so that no day takes the place of another before that has moved.
    `UPDATE ${table} SET day = ${n} - day`,
    `UPDATE ${table} SET day = -day`,
  ])
  const sum = (day: string, figures: string) =>
    `INSERT INTO integration_days SELECT integration_id, ${day}, version, planned, customers, ${figures} FROM integration_days WHERE day = ${TODAY} - ${n}`
  const statements = [
    ...moved,
    ...Array.from({ length: n - 1 }, (_, more) => sum(`day + ${more + 1}`, 'figures')),
    // A lane says again what it has said of today: that is taken off the new day, which begins with nothing.
    sum(`day + ${n}`, "'{}'"),
    `INSERT INTO delivery_days SELECT destination_id, day + ${n}, version, planned, 0, 0, figures FROM delivery_days WHERE day = ${TODAY} - ${n}`,
    `UPDATE lifecycles SET measured_at = measured_at - ${n} * 86400000`,
  ]
  return DB.batch(statements.map((statement) => DB.prepare(statement)))
}

/** So many minutes of a step of a rollout pass, and it is looked at. Answers who has its version then. */
async function passRollout({ DB }: Env, minutes: number, at: Platform): Promise<string[]> {
  await DB.prepare('UPDATE integration_versions SET since = since - ? WHERE share IS NOT NULL')
    .bind(minutes * 60_000)
    .run()
  await at.watchRollouts()
  const { results } = await DB.prepare(
    'SELECT d.id AS id, i.live AS live, i.rollout AS rollout FROM destinations AS d JOIN integrations AS i ON i.id = d.integration_id WHERE i.rollout IS NOT NULL',
  ).all<{ id: string; live: number; rollout: string }>()
  return results
    .map(({ id, live, rollout }) => ({ id, live, rollout: JSON.parse(rollout) as Rollout }))
    .filter(({ id, ...shared }) => versionOf(shared, id) === shared.rollout.number)
    .map(({ id }) => id)
}

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

async function act({ pathname, searchParams }: URL, env: Env, at: Platform): Promise<Response | undefined> {
  const n = Number(searchParams.get('n') ?? 1)
  if (pathname === '/test/rollout') return Response.json(await passRollout(env, n, at))
  if (pathname === '/test/hour') {
    await tellHealth(env)
    // First days are read, then customers counted: each hour finds what the one before it has read.
    for (let hour = 0; hour < 2; hour++) {
      // Of the day before lanes know nothing: they are asked for today alone.
      await env.DB.prepare(`UPDATE delivery_reads SET read_at = (${TODAY} + 1) * 86400000`).run()
      await at.watch()
    }
  } else if (pathname === '/test/days') await passDays(env, n)
  else return undefined
  return new Response()
}

/** One for all that comes: what a page changes is in force at once. */
function known(env: Env): Platform {
  only ??= platform(env, context, panel)
  return only
}

export default {
  ...worker,
  fetch: async (request, env, execution) =>
    (await act(new URL(request.url), env, known(env))) ?? known(env).http.fetch(request, env, execution),
  queue: (batch, env, execution) => consume(known(env), batch, execution),
} satisfies ExportedHandler<Env>
