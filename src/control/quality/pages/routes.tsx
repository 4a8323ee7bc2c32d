import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showGrowth, showSubmissionGrowth } from './growth.tsx'
import { showQualityList } from './list.tsx'
import { postMaintenance, postWithdrawMaintenance, showQuality, showSubmissionQuality } from './quality.tsx'
import { showRawSamples } from './samples.tsx'

/** For those whose workspace has made the integration. */
export function qualityPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const about = subject('integration', 'id')
  app.get('/:id/growth', access('integrations:read'), (c) => showGrowth(c, deps))
  app.get('/:id/growth/samples', access('integrations:read'), (c) => showRawSamples(c, deps))
  app.get('/:id/quality', access('integrations:read'), (c) => showQuality(c, deps))
  app.post('/:id/maintenance', change('integrations:write', 'Maintenance Planned', about), (c) =>
    postMaintenance(c, deps),
  )
  app.post('/:id/maintenance/:windowId/withdraw', change('integrations:write', 'Maintenance Withdrawn', about), (c) =>
    postWithdrawMaintenance(c, deps),
  )
  return app
}

/** For reviewers and operators, of one and of all. */
export function qualityReviewPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/growth', access('submissions:read'), (c) => showSubmissionGrowth(c, deps))
  app.get('/:id/quality', access('submissions:read'), (c) => showSubmissionQuality(c, deps))
  return app
}

export function qualityListPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('submissions:read'), (c) => showQualityList(c, deps))
  return app
}
