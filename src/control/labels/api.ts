import { Hono } from 'hono'
import { access, auditSubject, change, subject } from '../../accounts/index.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import { createLabel, deleteLabel, updateSourceLabels } from './commands.ts'
import { listLabels } from './queries.ts'
import { labelId, subjectLabel } from './subjects.ts'

/** The labels of a workspace. */
export function labelRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('workspace:read'), async (c) =>
    c.json({ data: { labels: await listLabels(deps.db, c.var.workspaceId) } }),
  )

  app.post('/', change('workspace:write', 'Label Created'), async (c) => {
    const label = await createLabel(deps, c.var.workspaceId, await readBody(c))
    auditSubject(c, 'label', labelId(label))
    return c.json({ data: { label } }, 201)
  })

  app.delete('/:key/:value', change('workspace:write', 'Label Deleted', subjectLabel), async (c) => {
    await deleteLabel(deps, c.var.workspaceId, { key: c.req.param('key'), value: c.req.param('value') })
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

/** Those of a source. Mounted under `/sources/:id/labels`. */
export function sourceLabelRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()
  const modify = change('sources:write', 'Source Modified', subject('source', 'id'))

  app.post('/', modify, async (c) => {
    const id = c.req.param('id') ?? ''
    const labels = await updateSourceLabels(deps, c.var.workspaceId, id, await readBody(c), { replace: false })
    return c.json({ data: { labels } })
  })

  app.put('/', modify, async (c) => {
    const id = c.req.param('id') ?? ''
    const labels = await updateSourceLabels(deps, c.var.workspaceId, id, await readBody(c), { replace: true })
    return c.json({ data: { labels } })
  })

  return app
}
