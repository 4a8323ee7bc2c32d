import { Hono } from 'hono'
import { access, change, publicRoute, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showCertificate } from './certificate.tsx'
import { postTestCall, showConsole } from './console.tsx'
import { postCertify, showCertifications } from './list.tsx'
import { showCertification, showCheckResult } from './run.tsx'

/** How an integration of the workspace's own is tried. Mounted under `/integrations`. */
export function tryingPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const write = (what: string) => change('integrations:write', what, subject('integration', 'id'))
  app.get('/:id/certifications', access('integrations:read'), (c) => showCertifications(c, deps))
  app.post('/:id/certifications', write('Integration Certification Started'), (c) => postCertify(c, deps))
  app.get('/:id/certifications/:run', access('integrations:read'), (c) => showCertification(c, deps))
  app.get('/:id/certifications/:run/:check', access('integrations:read'), (c) => showCheckResult(c, deps))
  app.get('/:id/console', access('integrations:read'), (c) => showConsole(c, deps))
  app.post('/:id/console', write('Integration Tested'), (c) => postTestCall(c, deps))
  return app
}

/** For everybody who has the link. */
export function certificatePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:run', publicRoute(), (c) => showCertificate(c, deps))
  return app
}
