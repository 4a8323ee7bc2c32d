import { callerOf } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { actOn } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { describeStanding, getLiving, listLifecycleEntries } from '../queries.ts'
import { LIFE_TONES, STATE_WORDS } from '../words.ts'
import { ActForm, actIn } from './act-form.tsx'
import { lifeFacts } from './life.tsx'
import { LifeRecord } from './record.tsx'

/** `GET /submissions/:id`: all that a reviewer needs to decide about an integration. Two queries. */
export async function showSubmission(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const id = c.req.param('id') ?? ''
  const [living, entries] = await Promise.all([getLiving(db, id), listLifecycleEntries(db, id)])
  const described = await describeStanding(db, living, { whoId: c.var.person?.userId ?? '' })
  const now = ctx.now()
  const { integration, company } = living
  const { slug, kind, supports, fields, endpoint, device, rate, description, status } = integration
  const secrets = fields.filter(({ type }) => type === 'secret').map(({ label }) => label)
  const children = (
    <>
      <div class="columns">
        <Card title="What it is">
          <Facts
            of={[
              ['Company', company ?? 'No partner'],
              ['Slug', <code>{slug}</code>],
              ['Kind', kind],
              ['Calls', supports.join(', ') || '–'],
              ...(endpoint === undefined
                ? []
                : [['Endpoint', <code class="wrap">{new URL(endpoint).origin}</code>] as const]),
              ...(device ? [['On devices', device.sdks.join(', ')] as const] : []),
              ['Settings', fields.map(({ label }) => label).join(', ') || '–'],
              ['Of these secret', secrets.join(', ') || '–'],
              ['Pace', rate === null ? 'As fast as it answers' : `${rate} requests a second at most`],
            ]}
          />
        </Card>
        <Card title="How it stands">
          <Facts of={lifeFacts(described, now)} />
        </Card>
      </div>
      <div class="actions">
        <Button href={`/submissions/${id}/customers`}>Customers</Button>
        <Button href={`/submissions/${id}/growth`}>Growth</Button>
        <Button href={`/submissions/${id}/quality`}>Quality</Button>
        <Button href={`/submissions/${id}/versions`}>Versions</Button>
      </div>
      <Card title="Record" lead="The partner sees the same.">
        <LifeRecord of={entries} now={now} />
      </Card>
      <ActForm
        action={`/submissions/${id}`}
        title="Decide"
        actors={['reviewer']}
        standing={described.standing}
        help="The partner reads them, and so does every reviewer. Every decision takes some."
        form={form}
      />
    </>
  )
  return showPage(
    c,
    {
      title: titleOf(integration),
      current: 'submissions',
      crumbs: [['Submissions', '/submissions']],
      state: <Badge tone={LIFE_TONES[status]}>{STATE_WORDS[status]}</Badge>,
      lead: description,
      children,
    },
    form.wrong ? 422 : 200,
  )
}

export async function postDecideSubmission(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const acting = { actor: 'reviewer' as const, who: c.var.person?.name ?? '', whoId: c.var.person?.userId ?? '' }
  const done = await attempt(() => actOn(deps, callerOf(c), acting, id, actIn(form)))
  if (!done.ok) return showSubmission(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(`/submissions/${id}`, 'submission-decided'), 303)
}
