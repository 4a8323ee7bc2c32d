import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { FIRST_WORKSPACE } from '../../settings/index.ts'
import type { ApiEnv, ControlDeps } from '../request.ts'
import { getWorkspace } from './queries.ts'

/** The Public API's Workspace, and whether its owners run the deployment. */
export function workspaceRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('workspace:read'), async (c) => {
    const workspace = await getWorkspace(db, c.var.workspaceId)
    return c.json({ data: { workspace: { ...workspace, first: workspace.id === FIRST_WORKSPACE } } })
  })

  return app
}
