import { Hono } from 'hono'
import { access, change, personal } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postUpdateWorkspace, postSwitchWorkspace, showWorkspace } from './workspace.tsx'

export function workspacePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), (c) => showWorkspace(c))
  app.post('/', change('workspace:write', 'Workspace Modified'), (c) => postUpdateWorkspace(c, deps))
  app.post('/switch', personal('Workspace Switched'), (c) => postSwitchWorkspace(c, deps))
  return app
}
