import { context } from '../../src/context.ts'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { panel } from '../../src/panel.ts'
import { type Platform, platform } from '../../src/wiring.ts'
import { signedInAs } from '../workerd/panel/signed-in.ts'

export * from '../../src/index.ts'

/** The Worker with a panel whose visitor is signed in: for looking at pages, not for who may see them. */
let known: Platform | undefined
let present: Promise<unknown> | undefined

/** The visitor of `signedInAs`, for what looks by itself whether somebody still may: the live tail. */
function visitor({ DB }: Env): Promise<unknown> {
  return DB.batch(
    [
      "INSERT OR IGNORE INTO users (id, name, email, email_verified, created_at, updated_at) VALUES ('usr_test', 'Test Person', 'test@example.com', 1, 0, 0)",
      "INSERT OR IGNORE INTO members (workspace_id, user_id, role, sources, created_at) VALUES ('ws_first', 'usr_test', 'owner', '[]', 0)",
      "INSERT OR IGNORE INTO sessions (id, token, user_id, expires_at, created_at, updated_at) VALUES ('ses_test', 'test', 'usr_test', 9999999999999, 0, 0)",
    ].map((statement) => DB.prepare(statement)),
  )
}

/** What is sent below this path was accepted more than a day ago, and its message was lost. */
const LATE = '/late/'
const LATE_MS = 25 * 3_600_000

function late(env: Env): Platform {
  const lost = { send: () => Promise.resolve(), sendBatch: () => Promise.resolve() } as unknown as Queue<string>
  return platform({ ...env, EVENTS: lost }, { ...context, now: () => Date.now() - LATE_MS })
}

/** Statements for the database, where a page is to show what takes weeks to come. */
const STATEMENTS = '/statements'

async function execute(request: Request, env: Env): Promise<Response> {
  const statements = await request.json<string[]>()
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)))
  return new Response()
}

export default {
  ...worker,
  fetch: async (request, env, execution) => {
    await (present ??= visitor(env))
    if (new URL(request.url).pathname === STATEMENTS) return execute(request, env)
    if (new URL(request.url).pathname.startsWith(LATE))
      return late(env).http.fetch(new Request(request.url.replace(LATE, '/'), request), env, execution)
    known ??= platform(env, context, (deps) => panel(deps, signedInAs('owner')))
    return known.http.fetch(request, env, execution)
  },
} satisfies ExportedHandler<Env>
