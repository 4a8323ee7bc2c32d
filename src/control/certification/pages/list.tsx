import { callerOf, may, skipAudit } from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { formStatus } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { type Problem } from '../../../refusal.ts'
import { settingsIn } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createCertification } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { certificationStanding, getOwnIntegration, hasEndpoint, listCertifications } from '../queries.ts'
import { SettingsOfCustomer } from './settings-form.tsx'
import { tryingHead } from './tabs.tsx'
import { foundWords, standingBadge } from './words.ts'

/** `GET /integrations/:id/certifications`: what was certified when, and a new run. Two queries. */
export async function showCertifications(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const id = c.req.param('id') ?? ''
  const [integration, runs] = await Promise.all([
    getOwnIntegration(db, c.var.access.workspaceId, id),
    listCertifications(db, id),
  ])
  const standings = await Promise.all(runs.map((run) => certificationStanding(run, integration)))
  const latest = standings.find(({ certification }) => certification.state === 'ended')
  const mayRun = may(c.var.access, 'integrations:write') && hasEndpoint(integration)
  const now = ctx.now()
  return showPage(
    c,
    {
      ...tryingHead(integration, 'certifications', c.var.access),
      lead: (
        <>
          Numbered checks of <span class="mono wrap">{integration.endpoint ?? 'an endpoint'}</span>, as often as you
          like: <a href="/docs/certification">what they are</a>.
        </>
      ),
      state: latest && <Badge tone={standingBadge(latest)[0]}>{standingBadge(latest)[1]}</Badge>,
      children: (
        <>
          {latest?.isStale && (
            <Notice tone="warn" title="What was certified has changed since.">
              Endpoint, settings, calls or pace are others now: certify it anew.
            </Notice>
          )}
          {!hasEndpoint(integration) && (
            <Notice title="There is no endpoint to certify.">No event is sent to it by itself.</Notice>
          )}
          {mayRun && (
            <Card
              title="Certify"
              lead="Give the settings of a customer of yours, made for this. They are encrypted, and forgotten when the run is over."
            >
              <form method="post" action={`/integrations/${id}/certifications`} class="stack form">
                <SettingsOfCustomer fields={integration.fields} form={form} />
                <Field id="readBack" label="Read-back" optional help={READ_BACK} error={form.problem('readBack')}>
                  <Input
                    id="readBack"
                    name="readBack"
                    mono
                    value={form.value('readBack', '')}
                    placeholder="https://api.example.com/events/{messageId}"
                    help={READ_BACK}
                    error={form.problem('readBack')}
                  />
                </Field>
                <div class="actions">
                  <Button kind="main">Certify</Button>
                </div>
              </form>
            </Card>
          )}
          <Card title="Runs" lead="The last fifty, and the newest that certified.">
            {standings.length === 0 ? (
              <Empty icon="check" title="Nothing was certified yet">
                A run takes about half a minute, and some hundred requests.
              </Empty>
            ) : (
              <Table
                caption="Runs"
                columns={[
                  { title: 'When' },
                  { title: 'Result' },
                  { title: 'Found', wide: true },
                  { title: 'By', wide: true },
                  { title: 'List', number: true, wide: true },
                ]}
                rows={standings.map((standing) => {
                  const { id: run, startedAt, startedBy, listVersion } = standing.certification
                  const [tone, words] = standingBadge(standing)
                  return [
                    <a href={`/integrations/${id}/certifications/${run}`}>
                      <Ago at={startedAt} now={now} />
                    </a>,
                    <Badge tone={tone}>{words}</Badge>,
                    foundWords(standing.certification),
                    startedBy,
                    listVersion,
                  ]
                })}
              />
            )}
          </Card>
        </>
      ),
    },
    form.wrong ? formStatus(c) : 200,
  )
}

const READ_BACK =
  'Where your endpoint says what it has of one event: it makes checks of repeats and times exact. {messageId} stands for the event.'

/** `POST /integrations/:id/certifications` */
export async function postCertify(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { workspaceId } = c.var.access
  const form = await Form.read(c)
  const { fields } = await getOwnIntegration(deps.db, workspaceId, id)
  if (form.has('more')) {
    skipAudit(c)
    return showCertifications(c, deps, form)
  }
  const problems: Problem[] = []
  const readBack = form.get('readBack')
  const body = { settings: settingsIn(form, fields, null, problems), ...(readBack !== '' && { readBack }) }
  const by = c.var.person?.name ?? ''
  const begun = await attempt(() => createCertification(deps, callerOf(c), workspaceId, id, by, body, problems))
  if (!begun.ok) return showCertifications(c, deps, form.refused(...begun.problems))
  return c.redirect(withFlash(`/integrations/${id}/certifications/${begun.value.id}`, 'certification-begun'), 303)
}
