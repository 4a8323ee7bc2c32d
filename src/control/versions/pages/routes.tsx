import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showSubmissionVersion, showSubmissionVersions, postSubmissionRevert } from './reviewed.tsx'
import { postDeleteDraft, postRevert, postSubmitVersion, showVersion } from './version.tsx'
import { showVersions } from './list.tsx'

/** For those whose workspace has made the integration. */
export function versionPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const about = subject('integration', 'id')
  app.get('/:id/versions', access('integrations:read'), (c) => showVersions(c, deps))
  app.get('/:id/versions/:number', access('integrations:read'), (c) => showVersion(c, deps))
  app.post('/:id/versions/:number/submit', change('integrations:write', 'Integration Version Submitted', about), (c) =>
    postSubmitVersion(c, deps),
  )
  app.post('/:id/versions/:number/revert', change('integrations:write', 'Integration Version Reverted', about), (c) =>
    postRevert(c, deps),
  )
  app.post('/:id/versions/:number/delete', change('integrations:write', 'Integration Draft Deleted', about), (c) =>
    postDeleteDraft(c, deps),
  )
  return app
}

/** For reviewers and operators. */
export function reviewedVersionPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const about = subject('submission', 'id')
  app.get('/:id/versions', access('submissions:read'), (c) => showSubmissionVersions(c, deps))
  app.get('/:id/versions/:number', access('submissions:read'), (c) => showSubmissionVersion(c, deps))
  app.post('/:id/versions/:number/revert', change('submissions:decide', 'Integration Version Reverted', about), (c) =>
    postSubmissionRevert(c, deps),
  )
  return app
}
