import { Hono } from 'hono'
import { access, change, may, subject } from '../../accounts/index.ts'
import { refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody } from '../request.ts'
import { closeAlert, settingsOfNobody, updateAlertRules } from './commands.ts'
import { alertChanges } from './input.ts'
import { presentAlert, presentRules } from './present.ts'
import { findSettings, getAlert, listAlerts } from './queries.ts'

/** Mounted under `/api/alerts`. */
export function alertRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('alerts:read'), async (c) => {
    const state = c.req.query('state')
    if (state !== undefined && state !== 'open' && state !== 'closed')
      throw refusal(400, 'Must be open or closed.', 'state')
    const listed = await listAlerts(deps.db, c.var.workspaceId, pageOf(c), state)
    return c.json({ data: { alerts: listed.lines.map(presentAlert), pagination: pagination(listed) } })
  })

  app.get('/:id', access('alerts:read'), async (c) =>
    c.json({ data: { alert: presentAlert(await getAlert(deps.db, c.var.workspaceId, c.req.param('id'))) } }),
  )

  app.patch('/:id', change('alerts:write', 'Alert Closed', subject('alert', 'id')), async (c) => {
    checked(alertChanges, await readBody(c))
    const alert = await closeAlert(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { alert: presentAlert(alert) } })
  })

  return app
}

/** Mounted under `/api/alert-rules`. */
export function alertRuleRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('alerts:read'), async (c) => {
    const settings = (await findSettings(deps.db, c.var.workspaceId)) ?? settingsOfNobody(c.var.workspaceId)
    return c.json({ data: { alertRules: presentRules(settings, may(c.var.access, 'alerts:write')) } })
  })

  app.patch('/', change('alerts:write', 'Alerting Modified', WORKSPACE_RULES), async (c) => {
    const settings = await updateAlertRules(deps, c.var.workspaceId, await readBody(c))
    return c.json({ data: { alertRules: presentRules(settings, true) } })
  })

  return app
}

/** Each workspace has one set of them. */
export const WORKSPACE_RULES = { type: 'alerting', ids: () => ['rules'] }
