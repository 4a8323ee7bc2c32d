import { waitUntil } from 'cloudflare:workers'
import { context } from './context.ts'
import type { Env } from './env.ts'
import { panel } from './panel.ts'
import { consume } from './queues.ts'
import { type Platform, platform } from './wiring.ts'

export {
  Intake,
  Lane,
  Puller,
  Replay,
  Certifier,
  Shop,
  Statistics,
  Sweep,
  Warehouse,
  WorkspaceOverview,
} from './objects.ts'

/** In `wrangler.toml` too; the other one is hourly. */
const ROLLOUT_CRON = '*/5 * * * *'

const platforms = new WeakMap<Env, Platform>()

/** One platform an isolate: what it knows of the settings outlives the request. */
function platformOf(env: Env): Platform {
  const known = platforms.get(env) ?? platform(env, { ...context, waitUntil }, panel)
  platforms.set(env, known)
  return known
}

export default {
  fetch: (request, env, execution) => platformOf(env).http.fetch(request, env, execution),
  queue: (batch, env, execution) => consume(platformOf(env), batch, execution),
  scheduled: ({ cron }, env) => {
    const { watch, watchRollouts } = platformOf(env)
    return cron === ROLLOUT_CRON ? watchRollouts() : watch()
  },
} satisfies ExportedHandler<Env>
