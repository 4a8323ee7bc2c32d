import { callerOf, may, skipAudit } from '../../../accounts/index.ts'
import { EVENT_TYPES } from '../../../event/index.ts'
import type { Integration } from '../../../integrations/index.ts'
import type { Problem } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Field, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { formStatus } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { settingsIn } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { tryTestCall } from '../commands.ts'
import { type Exchange, oddCaseWords } from '../describe.ts'
import { getOwnIntegration, hasEndpoint } from '../queries.ts'
import { ExchangeView } from './exchange.tsx'
import { SettingsOfCustomer } from './settings-form.tsx'
import { tryingHead } from './tabs.tsx'

/** `GET /integrations/:id/console`: one call or odd case at a time. One query. */
export async function showConsole(c: PanelContext, { db }: ControlDeps) {
  const integration = await getOwnIntegration(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  return render(c, integration, Form.blank)
}

/** `POST /integrations/:id/console`: the answer is the page with what came of it. */
export async function postTestCall(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { workspaceId } = c.var.access
  const form = await Form.read(c)
  const integration = await getOwnIntegration(deps.db, workspaceId, id)
  if (form.has('more')) {
    skipAudit(c)
    return render(c, integration, form)
  }
  const problems: Problem[] = []
  const body = { call: form.get('call'), settings: settingsIn(form, integration.fields, null, problems) }
  const sent = await attempt(() => tryTestCall(deps, callerOf(c), workspaceId, id, body, problems))
  return sent.ok ? render(c, integration, form, sent.value) : render(c, integration, form.refused(...sent.problems))
}

function render(c: PanelContext, integration: Integration, form: Form, exchanges?: readonly Exchange[]) {
  const path = `/integrations/${integration.id}/console`
  const usual = integration.supports.find((one) => one === 'track') ?? integration.supports[0] ?? 'track'
  return showPage(
    c,
    {
      ...tryingHead(integration, 'console', c.var.access),
      lead: (
        <>
          Sends one call, or what is odd about one, to{' '}
          <span class="mono wrap">{integration.endpoint ?? 'an endpoint'}</span>.
        </>
      ),
      children: !hasEndpoint(integration) ? (
        <Notice title="There is no endpoint to ask.">No event is sent to it by itself.</Notice>
      ) : (
        <>
          {may(c.var.access, 'integrations:write') && (
            <Card title="What to send" lead="In the name of a customer of yours, made for this. Nothing of it is kept.">
              <form
                method="post"
                action={path}
                class="stack form"
                hx-post={path}
                hx-target="#result"
                hx-select="#result"
                hx-swap="outerHTML show:top"
                hx-disabled-elt="find button"
              >
                <Field id="call" label="Call or odd case" error={form.problem('call')}>
                  <Select
                    id="call"
                    name="call"
                    value={form.value('call', usual)}
                    options={[...EVENT_TYPES.map((type) => [type, type] as const), ...oddCaseWords()]}
                    error={form.problem('call')}
                  />
                </Field>
                <SettingsOfCustomer fields={integration.fields} form={form} />
                <div class="actions">
                  <Button kind="main" icon="send">
                    Send it
                  </Button>
                </div>
              </form>
            </Card>
          )}
          <div id="result" class="stack" role="status">
            {form.wrong && <Notice tone="bad" title={form.problems.map(({ message }) => message).join(' ')} />}
            {exchanges?.map((one, index) => (
              <Card title={exchanges.length > 1 ? `Request ${index + 1} of ${exchanges.length}` : 'What happened'}>
                <ExchangeView of={one} />
              </Card>
            ))}
          </div>
        </>
      ),
    },
    form.wrong ? formStatus(c) : 200,
  )
}
