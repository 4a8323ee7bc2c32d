import { Hono } from 'hono'
import { access, auditSubject, change, subject } from '../../accounts/index.ts'
import { getDestination } from '../destinations/index.ts'
import { getLiving } from '../lifecycle/index.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import { answerReplayRequest, createReplayRequest, createReturn, withdrawReplayRequest } from './commands.ts'
import { presentAsked, presentRequest, presentReturn } from './present.ts'
import { describeRedelivery, findReturn, listAsked } from './queries.ts'

const BY_TOKEN = 'By the API'

/** After an outage, for integrations of the workspace's own. */
export function redeliveryRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()
  const about = subject('integration', 'id')

  app.get('/:id/return', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const found = await findReturn(db, integration.id)
    return c.json({ data: { return: found ? presentReturn(found) : null } })
  })

  app.post('/:id/return', change('integrations:write', 'Endpoint Returned', about), async (c) => {
    const who = c.var.person?.name ?? BY_TOKEN
    const made = await createReturn(deps, c.var.workspaceId, c.req.param('id'), who)
    return c.json({ data: { return: presentReturn(made) } }, 201)
  })

  app.get('/:id/replay-requests', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const { requests } = await describeRedelivery(db, integration.id)
    return c.json({ data: { replayRequests: requests.map(presentRequest) } })
  })

  app.post('/:id/replay-requests', change('integrations:write', 'Replay Requested', about), async (c) => {
    const id = await createReplayRequest(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { id } }, 201)
  })

  app.delete(
    '/:id/replay-requests/:ask',
    change('integrations:write', 'Replay Request Withdrawn', about),
    async (c) => {
      await withdrawReplayRequest(deps, c.var.workspaceId, c.req.param('id'), c.req.param('ask'))
      return c.json({ data: { status: 'SUCCESS' } })
    },
  )

  return app
}

/** What a customer's destination is asked for. */
export function replayAnswerRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/replay-requests', access('destinations:read'), async (c) => {
    const { id } = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { replayRequests: (await listAsked(db, id)).map(presentAsked) } })
  })

  app.post(
    '/:id/replay-requests/:ask',
    change('destinations:write', 'Replay Request Answered', subject('destination', 'id')),
    async (c) => {
      const { id, ask: requestId } = c.req.param()
      const who = c.var.person?.name ?? BY_TOKEN
      const replayId = await answerReplayRequest(deps, c.var.workspaceId, id, requestId, who, await readBody(c))
      if (replayId !== null) auditSubject(c, 'replay', replayId)
      return c.json({ data: { replayId } }, 201)
    },
  )

  return app
}
