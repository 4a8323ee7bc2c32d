import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postConsent, showConsent } from './consent.tsx'
import { showCustomers, showSubmissionCustomers } from './customers.tsx'
import { postCreateBetaLink, postWithdrawBetaLink, showInvitations } from './invitations.tsx'
import { postJoinBeta, showInvited } from './invited.tsx'
import { postAct, showLifecycle } from './life.tsx'
import { postDecideSubmission, showSubmission } from './submission.tsx'
import { showSubmissions } from './submissions.tsx'

/** For those whose workspace has made the integration. */
export function lifecyclePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const about = subject('integration', 'id')
  app.get('/:id/lifecycle', access('integrations:read'), (c) => showLifecycle(c, deps))
  app.post('/:id/lifecycle', change('integrations:write', 'Integration Lifecycle Changed', about), (c) =>
    postAct(c, deps),
  )
  app.get('/:id/customers', access('integrations:read'), (c) => showCustomers(c, deps))
  app.get('/:id/invitations', access('integrations:read'), (c) => showInvitations(c, deps))
  app.post('/:id/invitations', change('integrations:write', 'Beta Link Created', about), (c) =>
    postCreateBetaLink(c, deps),
  )
  app.post('/:id/invitations/:linkId/withdraw', change('integrations:write', 'Beta Link Withdrawn', about), (c) =>
    postWithdrawBetaLink(c, deps),
  )
  return app
}

/** For reviewers and operators. */
export function submissionPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('submissions:read'), (c) => showSubmissions(c, deps))
  app.get('/:id', access('submissions:read'), (c) => showSubmission(c, deps))
  app.get('/:id/customers', access('submissions:read'), (c) => showSubmissionCustomers(c, deps))
  app.post('/:id', change('submissions:decide', 'Submission Decided', subject('submission', 'id')), (c) =>
    postDecideSubmission(c, deps),
  )
  return app
}

/** For customers who were invited. A link opens a page, whoever opens it; only the page's form does something. */
export function betaPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:token', access('integrations:read'), (c) => showInvited(c, deps))
  app.post('/:token', change('integrations:write', 'Beta Joined'), (c) => postJoinBeta(c, deps))
  return app
}

/** On the page of a destination: what its maker is told of the customer. */
export function consentPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/partner', access('destinations:read'), (c) => showConsent(c, deps))
  app.post('/:id/partner', change('destinations:write', 'Consent Modified', subject('destination', 'id')), (c) =>
    postConsent(c, deps),
  )
  return app
}
