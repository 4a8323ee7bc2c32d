import { Hono } from 'hono'
import { access, change, publicRoute, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postApply, showApply } from './apply.tsx'
import { postCreateApplicationLink, postDecideApplication, showApplication } from './application.tsx'
import { postConfirm, showConfirm } from './confirm.tsx'
import { showQueue } from './queue.tsx'
import { postAnswer, postApplicantSignIn, showStatus } from './status.tsx'

/** For everybody. A link in a mail opens a page, whoever opens it; only the page's form does something. */
export function partnerPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/apply', publicRoute(), (c) => showApply(c, deps))
  app.post('/apply', publicRoute(), (c) => postApply(c, deps))
  app.get('/confirm/:token', publicRoute(), (c) => showConfirm(c, deps))
  app.post('/confirm/:token', publicRoute(), (c) => postConfirm(c, deps))
  app.get('/status/:token', publicRoute(), (c) => showStatus(c, deps))
  app.post('/status/:token', publicRoute(), (c) => postAnswer(c, deps))
  app.post('/status/:token/sign-in', publicRoute(), (c) => postApplicantSignIn(c, deps))
  return app
}

/** For reviewers and operators. */
export function applicationPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const of = subject('application', 'id')
  app.get('/', access('applications:read'), (c) => showQueue(c, deps))
  app.get('/:id', access('applications:read'), (c) => showApplication(c, deps))
  app.post('/:id', change('applications:decide', 'Application Decided', of), (c) => postDecideApplication(c, deps))
  app.post('/:id/links', change('applications:decide', 'Application Link Created', of), (c) =>
    postCreateApplicationLink(c, deps),
  )
  return app
}
