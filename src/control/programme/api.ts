import { Hono } from 'hono'
import { access, change } from '../../accounts/index.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import { updateProgramme } from './commands.ts'
import { presentProgramme } from './present.ts'
import { getProgramme } from './queries.ts'

/** Who runs the programme, as its public pages say it. */
export function programmeRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('programme:read'), async (c) =>
    c.json({ data: { programme: presentProgramme(await getProgramme(deps.db)) } }),
  )

  app.patch(
    '/',
    change('programme:write', 'Programme Modified', { type: 'programme', ids: () => ['1'] }),
    async (c) => {
      const { programme, removed } = await updateProgramme(deps, await readBody(c))
      return c.json({ data: { programme: presentProgramme(programme), removed } })
    },
  )

  return app
}
