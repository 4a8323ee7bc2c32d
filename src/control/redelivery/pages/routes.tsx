import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postAnswerReplayRequest, showAskedReplays } from './asked.tsx'
import { postReplayRequest, postReturn, postWithdrawReplayRequest, showRedelivery } from './redelivery.tsx'

/** For those whose workspace has made the integration. */
export function redeliveryPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const about = subject('integration', 'id')
  app.get('/:id/redelivery', access('integrations:read'), (c) => showRedelivery(c, deps))
  app.post('/:id/return', change('integrations:write', 'Endpoint Returned', about), (c) => postReturn(c, deps))
  app.post('/:id/replay-requests', change('integrations:write', 'Replay Requested', about), (c) =>
    postReplayRequest(c, deps),
  )
  app.post('/:id/replay-requests/:ask/withdraw', change('integrations:write', 'Replay Request Withdrawn', about), (c) =>
    postWithdrawReplayRequest(c, deps),
  )
  return app
}

/** For customers. */
export function replayAnswerPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/replay-requests', access('destinations:read'), (c) => showAskedReplays(c, deps))
  app.post(
    '/:id/replay-requests/:ask',
    change('destinations:write', 'Replay Request Answered', subject('destination', 'id')),
    (c) => postAnswerReplayRequest(c, deps),
  )
  return app
}
