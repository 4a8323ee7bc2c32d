import { auditSubject, listReviewers, may } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { createReviewer, withdrawReviewer } from '../commands.ts'
import { withFlash } from '../flash.ts'

/** `GET /reviewers`: who decides on applications. One query. */
export async function showReviewers(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const writes = may(c.var.access, 'reviewers:write')
  const reviewers = await listReviewers(deps.accounts)
  const now = deps.ctx.now()
  const children = (
    <>
      {reviewers.length === 0 ? (
        <Empty icon="check" title="Nobody but the operators reviews">
          A reviewer answers applications without being able to change anything else of this deployment.
        </Empty>
      ) : (
        <Card title="Reviewers">
          <Table
            caption="Reviewers"
            columns={[
              { title: 'Person' },
              { title: 'Named by', wide: true },
              { title: 'Since' },
              ...(writes ? [{ title: 'Actions', unseen: true }] : []),
            ]}
            rows={reviewers.map(({ userId, name, email, namedBy, createdAt }) => [
              <>
                <strong>{name}</strong>
                <br />
                {email}
              </>,
              namedBy,
              <Ago at={createdAt} now={now} />,
              ...(writes
                ? [
                    <form method="post" action={`/reviewers/${userId}/withdraw`}>
                      <Button small label={`Withdraw ${name}`}>
                        Withdraw
                      </Button>
                    </form>,
                  ]
                : []),
            ])}
          />
        </Card>
      )}
      {writes && (
        <Card title="Name a reviewer">
          <form method="post" action="/reviewers" class="stack form">
            <FormProblem form={form} />
            <TextField
              name="email"
              type="email"
              label="E-mail address"
              help="Of somebody who signs in here already. They may belong to any workspace."
              autocomplete="off"
              form={form}
            />
            <div class="actions">
              <Button kind="main">Name them</Button>
            </div>
          </form>
        </Card>
      )}
    </>
  )
  const lead = 'They answer applications of partners, in the whole deployment. Operators do so too.'
  return showPage(c, { title: 'Reviewers', current: 'reviewers', lead, children }, form.wrong ? 422 : 200)
}

export async function postCreateReviewer(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const by = c.var.person?.email ?? ''
  const made = await attempt(() => createReviewer(deps, by, { email: form.get('email') }))
  if (!made.ok) return showReviewers(c, deps, form.refused(...made.problems))
  auditSubject(c, 'reviewer', made.value.userId)
  return c.redirect(withFlash('/reviewers', 'reviewer-named'), 303)
}

export async function postWithdrawReviewer(c: PanelContext, deps: ControlDeps) {
  await withdrawReviewer(deps, c.req.param('id') ?? '')
  return c.redirect(withFlash('/reviewers', 'reviewer-withdrawn'), 303)
}
