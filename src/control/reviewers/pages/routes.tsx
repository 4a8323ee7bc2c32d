import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postCreateReviewer, postWithdrawReviewer, showReviewers } from './list.tsx'

export function reviewerPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('reviewers:read'), (c) => showReviewers(c, deps))
  app.post('/', change('reviewers:write', 'Reviewer Created'), (c) => postCreateReviewer(c, deps))
  app.post('/:id/withdraw', change('reviewers:write', 'Reviewer Withdrawn', subject('reviewer', 'id')), (c) =>
    postWithdrawReviewer(c, deps),
  )
  return app
}
