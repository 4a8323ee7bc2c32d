import { Hono } from 'hono'
import { access, change, publicRoute } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { sendPicture } from '../../picture.ts'
import type { ControlDeps } from '../../request.ts'
import { coloursOf } from '../brand.ts'
import { getProgramme } from '../queries.ts'
import { postUpdateProgramme, showProgramme } from './programme.tsx'

const KEPT = 'public, max-age=86400'

export function programmePages(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<PanelEnv>()
  app.get('/', access('programme:write'), (c) => showProgramme(c, deps))
  app.post('/', change('programme:write', 'Programme Modified', { type: 'programme', ids: () => ['1'] }), (c) =>
    postUpdateProgramme(c, deps),
  )
  // Their addresses have the time of the last change in them.
  app.get('/logo/:version', publicRoute(), async (c) => {
    const { logo, logoType } = await getProgramme(db)
    return sendPicture(c, { body: logo, type: logoType })
  })
  app.get('/colours/:version', publicRoute(), async (c) =>
    c.body(coloursOf(await getProgramme(db)), 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': KEPT,
    }),
  )
  return app
}
