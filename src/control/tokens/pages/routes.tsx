import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postCreateToken, postRevokeToken, showRevokeToken, showTokens } from './tokens.tsx'

export function tokenPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('tokens:read'), (c) => showTokens(c, deps))
  app.post('/', change('tokens:write', 'Token Created'), (c) => postCreateToken(c, deps))
  app.get('/:id/revoke', access('tokens:write'), (c) => showRevokeToken(c, deps))
  app.post('/:id/revoke', change('tokens:write', 'Token Deleted', subject('token', 'id')), (c) =>
    postRevokeToken(c, deps),
  )
  return app
}
