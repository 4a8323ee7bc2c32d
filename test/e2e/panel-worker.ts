import { context } from '../../src/context.ts'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { panel } from '../../src/panel/index.ts'
import { type Platform, platform } from '../../src/wiring.ts'
import { signedInAs } from '../workerd/panel/signed-in.ts'

export { Intake, Lane, Sweep } from '../../src/index.ts'

/** The Worker with a panel whose visitor is signed in: for looking at pages, not for who may see them. */
let known: Platform | undefined

export default {
  ...worker,
  fetch: (request, env, execution) => {
    known ??= platform(env, context, (deps) => panel(deps, signedInAs('owner')))
    return known.http.fetch(request, env, execution)
  },
} satisfies ExportedHandler<Env>
