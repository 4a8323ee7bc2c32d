import { may } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { settingsOfNobody, updateAlertRules } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { presentRules } from '../present.ts'
import { findSettings } from '../queries.ts'
import { RULE_NAMES, thresholdOf } from '../rules.ts'

type Presented = ReturnType<typeof presentRules>

/** `GET /alerts/rules`: what opens an alert, and who is told. */
export async function showAlertRules(c: PanelContext, { db, accounts }: ControlDeps, form = Form.blank) {
  const { access } = c.var
  const mayWrite = may(access, 'alerts:write')
  const settings = (await findSettings(db, access.workspaceId)) ?? settingsOfNobody(access.workspaceId)
  const known = presentRules(settings, mayWrite)
  return showPage(
    c,
    {
      title: 'Alert rules',
      current: 'alerts',
      crumbs: [['Alerts', '/alerts']],
      lead: 'What opens an alert, and who is told when it opens and when it is over.',
      children: (
        <form method="post" action="/alerts/rules" class="stack form">
          {!mayWrite && <Notice title="You may look at these rules and not change them." />}
          {form.wrong && (
            <Notice tone="bad" title={form.problem() ?? 'Not saved yet: something below needs another look.'} />
          )}
          <Card title="Rules" lead="All are on until somebody switches them off.">
            {known.rules.map((rule) => (
              <RuleFields rule={rule} form={form} />
            ))}
          </Card>
          <Channels known={known} form={form} hasMailer={accounts.mailWebhook !== undefined} />
          {mayWrite && (
            <div class="actions">
              <Button kind="main">Save</Button>
            </div>
          )}
        </form>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** `POST /alerts/rules` */
export async function postUpdateAlertRules(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const saved = await attempt(() => updateAlertRules(deps, c.var.access.workspaceId, changesOf(form)))
  if (!saved.ok) return showAlertRules(c, deps, form.refused(...saved.problems))
  return c.redirect(withFlash('/alerts/rules', 'alert-rules-saved'), 303)
}

/** What the form says, as the API takes it. An empty secret stays as it is. */
function changesOf(form: Form): Record<string, unknown> {
  const rules = RULE_NAMES.map((name) => {
    const typed = form.get(`rules.${name}.threshold`)
    const threshold = thresholdOf(name) && typed !== '' ? { threshold: Number(typed) } : {}
    return [name, { enabled: form.has(`rules.${name}.enabled`), ...threshold }]
  })
  const [url, secret] = [form.get('webhookUrl'), form.get('webhookSecret')]
  return {
    rules: Object.fromEntries(rules),
    webhookUrl: url === '' ? null : url,
    ...(secret !== '' && { webhookSecret: secret }),
    mail: form.has('mail'),
  }
}

function RuleFields({
  rule: { name, when, enabled, threshold, bounds },
  form,
}: {
  rule: Presented['rules'][number]
  form: Form
}) {
  const field = `rules.${name}.threshold`
  const error = form.problem(field)
  return (
    <div class="alert-rule">
      <Checkbox
        id={`rules.${name}.enabled`}
        name={`rules.${name}.enabled`}
        label={when}
        checked={form.sent ? form.has(`rules.${name}.enabled`) : enabled}
      />
      {bounds && (
        <Field id={field} label={thresholdOf(name)?.label ?? ''} error={error}>
          <Input
            id={field}
            name={field}
            value={form.value(field, String(threshold ?? bounds.fallback))}
            error={error}
          />
        </Field>
      )}
    </div>
  )
}

function Channels({ known, form, hasMailer }: { known: Presented; form: Form; hasMailer: boolean }) {
  return (
    <Card title="Who is told" lead="The panel says it to everybody. Each can mute it for themselves.">
      <Checkbox
        id="mail"
        name="mail"
        label="Owners and members, by mail"
        checked={form.sent ? form.has('mail') : known.mail}
        help={hasMailer ? undefined : 'This deployment has no mailer, so none is sent: MAIL_WEBHOOK is not set.'}
      />
      <TextField
        name="webhookUrl"
        label="Webhook"
        form={form}
        value={known.webhookUrl ?? ''}
        autocomplete="off"
        optional
        mono
        help="Each alert is posted there as JSON when it opens and when it is over."
      />
      <TextField
        name="webhookSecret"
        label="Signing secret"
        form={form}
        type="password"
        autocomplete="off"
        optional
        mono
        help={
          known.signed
            ? 'One is kept. Leave this empty to keep it; with an address of another origin it has to be given anew.'
            : 'Begins with whsec_. Adds webhook-signature, as Standard Webhooks defines it.'
        }
      />
    </Card>
  )
}
