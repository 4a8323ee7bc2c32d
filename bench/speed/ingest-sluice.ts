import { context } from '../../src/context.ts'
import type { Env } from '../../src/env.ts'
import { platform } from '../../src/wiring.ts'

/** What D1 answers to the two questions of the settings cache that ingest depends on. */
function oneKey(query: string, key: string): unknown[][] {
  return query.includes('"revision"') ? [[1]] : [[key, 'src_bench', 1]]
}

function database(key: string): D1Database {
  const prepare = (query: string) => ({
    bind: () => prepare(query),
    raw: () => Promise.resolve(oneKey(query, key)),
  })
  return { prepare } as unknown as D1Database
}

/** Intakes that are told of events as often as others, and never say that they are too many. */
const intakes = { getByName: () => ({ spend: () => Promise.resolve({ percent: 0, overUntil: 0 }) }) }

let http: ReturnType<typeof platform>['http'] | undefined

/** The platform as it is, on a queue that takes everything and settings that know one write key. */
export default {
  fetch: (request, env, execution) => {
    http ??= platform(
      { ...env, DB: database(env.WRITE_KEY), INTAKE: intakes as unknown as Env['INTAKE'] },
      context,
    ).http
    return http.fetch(request, env, execution)
  },
} satisfies ExportedHandler<Env & { WRITE_KEY: string }>
