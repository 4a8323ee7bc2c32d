import { may } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { FormProblem } from '../../../ui/form.tsx'
import { showPage } from '../../../ui/layout/page.tsx'
import { hashOf } from '../../partners/index.ts'
import type { ControlDeps } from '../../request.ts'
import { joinBeta } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { describeStanding, findInvited } from '../queries.ts'
import { LIFE_TONES, STATE_WORDS } from '../words.ts'
import { CertificateLine } from './certificate.tsx'

/** `GET /beta/:token`: what a customer is invited to, who has reviewed it and when. Two queries. */
export async function showInvited(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const token = c.req.param('token') ?? ''
  // The address is the secret of a link: it is told to nobody.
  c.header('Referrer-Policy', 'strict-origin')
  const invited = await findInvited(db, await hashOf(token), c.var.access.workspaceId)
  if (!invited)
    return showPage(c, { title: 'This invitation does not work', current: 'catalogue', children: <Gone /> }, 404)
  const { integration, life, company, full, joined } = invited
  const { certificate } = await describeStanding(db, invited)
  const now = ctx.now()
  const { slug, supports, description, endpoint, status } = integration
  const title = titleOf(integration)
  const inCatalogue = `/catalogue/${encodeURIComponent(slug)}`
  const closed =
    status === 'PRIVATE_BETA'
      ? full && !joined
        ? 'This invitation was used as often as it may be.'
        : undefined
      : 'It is in private beta no more.'
  const children = (
    <>
      <FormProblem form={form} />
      <Card title="What you are invited to">
        <Facts
          of={[
            ['Made by', company ?? 'A workspace'],
            [
              'Reviewed',
              life.reviewedAt === null ? (
                'Not yet'
              ) : (
                <>
                  <Ago at={life.reviewedAt} now={now} /> by us
                </>
              ),
            ],
            ['Certification', <CertificateLine of={certificate} now={now} />],
            ['Gets', supports.join(', ')],
            ...(endpoint === undefined ? [] : [['Sends to', new URL(endpoint).host] as const]),
          ]}
        />
        <p>
          In private beta it works as any other does: you can pause it, look at each delivery, and send again what was
          not taken. It gets nothing until you have connected it to a source.
        </p>
        {joined || closed !== undefined ? (
          <div class="actions">
            {joined && (
              <Button kind="main" href={inCatalogue}>
                Open it in the catalogue
              </Button>
            )}
            {!joined && <Notice tone="warn" title={closed ?? ''} />}
          </div>
        ) : (
          may(c.var.access, 'integrations:write') && (
            <form method="post" action={`/beta/${encodeURIComponent(token)}`} class="actions">
              <Button kind="main">Add it to the catalogue</Button>
            </form>
          )
        )}
        {!joined && closed === undefined && !may(c.var.access, 'integrations:write') && (
          <p class="help">An owner or a member of your workspace can add it.</p>
        )}
      </Card>
    </>
  )
  return showPage(
    c,
    {
      title,
      current: 'catalogue',
      state: <Badge tone={LIFE_TONES[status]}>{STATE_WORDS[status]}</Badge>,
      lead: description,
      children,
    },
    form.wrong ? 409 : 200,
  )
}

function Gone() {
  return (
    <Card>
      <p>
        It is older than thirty days, was withdrawn, or is none of ours. Ask whoever gave it to you for another one.
      </p>
    </Card>
  )
}

export async function postJoinBeta(c: PanelContext, deps: ControlDeps) {
  const joined = await attempt(() => joinBeta(deps, c.var.access.workspaceId, c.req.param('token') ?? ''))
  if (!joined.ok) return showInvited(c, deps, Form.blank.refused(...joined.problems))
  const { slug } = joined.value.integration
  return c.redirect(withFlash(`/catalogue/${encodeURIComponent(slug)}`, 'beta-joined'), 303)
}
