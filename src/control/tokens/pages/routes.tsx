import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { addToken, revokePage, revokeToken, tokensPage } from './tokens.tsx'

export function tokenPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('tokens:read'), (c) => tokensPage(c, deps))
  app.post('/', change('tokens:write', 'Token Created'), (c) => addToken(c, deps))
  app.get('/:id/revoke', access('tokens:write'), (c) => revokePage(c, deps))
  app.post('/:id/revoke', change('tokens:write', 'Token Deleted', subject('token', 'id')), (c) => revokeToken(c, deps))
  return app
}
