import { Hono } from 'hono'
import { access, change, personal, skipAudit, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { Form } from '../../../ui/forms.ts'
import type { ControlDeps } from '../../request.ts'
import { WORKSPACE_RULES } from '../api.ts'
import { closeAlert, markAlertsRead, muteAlerts } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { showAlerts } from './list.tsx'
import { postUpdateAlertRules, showAlertRules } from './rules.tsx'

/** Mounted under `/alerts`. */
export function alertPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('alerts:read'), (c) => showAlerts(c, deps))
  app.get('/rules', access('alerts:read'), (c) => showAlertRules(c, deps))
  app.post('/rules', change('alerts:write', 'Alerting Modified', WORKSPACE_RULES), (c) => postUpdateAlertRules(c, deps))
  app.post('/read', personal('Alerts Read'), async (c) => {
    // What somebody has seen is no change of anything.
    skipAudit(c)
    const { access: at, person } = c.var
    if (at && person) await markAlertsRead(deps, at.workspaceId, person.userId)
    return c.redirect(withFlash('/alerts', 'alerts-read'), 303)
  })
  app.post('/mute', personal('Alerts Muted'), async (c) => {
    const { access: at, person } = c.var
    const muted = (await Form.read(c)).get('muted') === '1'
    if (at && person) await muteAlerts(deps, at.workspaceId, person.userId, muted)
    return c.redirect(withFlash('/alerts', muted ? 'alerts-muted' : 'alerts-unmuted'), 303)
  })
  app.post('/:id/close', change('alerts:write', 'Alert Closed', subject('alert', 'id')), async (c) => {
    await closeAlert(deps, c.var.access.workspaceId, c.req.param('id'))
    return c.redirect(withFlash('/alerts', 'alert-closed'), 303)
  })
  return app
}
