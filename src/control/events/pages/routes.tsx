import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import { tailOf, tailQuery } from '../tail.ts'
import { WATCHER_HEADER } from '../../../intake/index.ts'
import { getSource } from '../../sources/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { eventFile, eventPage } from './event.tsx'
import { debuggerPage } from './page.tsx'

/** What a source's events are and where they go. Mounted under `/sources`. */
export function debuggerPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('events:read')

  app.get('/:id/debugger', read, (c) => debuggerPage(c, deps))

  /** What the page asks for when it was not live for a while: the API's own answer. */
  app.get('/:id/debugger/events', read, async (c) => {
    const { id } = await getSource(deps.db, c.var.access.workspaceId, c.req.param('id'))
    return c.json({
      data: await tailOf(
        id,
        tailQuery((name) => c.req.query(name)),
        deps,
      ),
    })
  })

  /** The guard has seen to it that the page is ours: a WebSocket is not bound by the same origin. */
  app.get('/:id/debugger/live', read, async (c) => {
    const { id } = await getSource(deps.db, c.var.access.workspaceId, c.req.param('id'))
    const { person } = c.var
    const headers = new Headers(c.req.raw.headers)
    headers.set(WATCHER_HEADER, person ? `${person.userId} ${person.sessionId}` : '')
    const answer = await deps.intake(id).fetch(new Request(c.req.raw, { headers }))
    // What is no WebSocket gets the headers of every page.
    return answer.status === 101 ? answer : new Response(answer.body, answer)
  })

  app.get('/:id/debugger/:event', read, (c) => eventPage(c, deps))
  app.get('/:id/debugger/:event/raw', read, (c) => eventFile(c, deps))
  return app
}
