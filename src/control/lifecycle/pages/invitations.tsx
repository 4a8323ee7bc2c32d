import { callerOf, may } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { LinkMade, type Made } from '../../people/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createBetaLink, withdrawBetaLink } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getLiving, listBetaLinks } from '../queries.ts'
import { lifeHead } from './tabs.tsx'

/** `GET /integrations/:id/invitations`: whom the partner has invited to its private beta. Two queries. */
export async function showInvitations(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank, made?: Made) {
  const id = c.req.param('id') ?? ''
  const [living, links] = await Promise.all([getLiving(db, id, c.var.access.workspaceId), listBetaLinks(db, id)])
  const now = ctx.now()
  const mayWrite = may(c.var.access, 'integrations:write')
  const inBeta = living.integration.status === 'PRIVATE_BETA'
  const children = (
    <>
      {made && <LinkMade made={made} />}
      {inBeta && mayWrite && (
        <form method="post" action={`/integrations/${id}/invitations`} class="card form">
          <h2>Invite a customer</h2>
          <FormProblem form={form} />
          <TextField
            name="label"
            label="Whom it is for"
            help="For yourself, to tell invitations apart."
            autocomplete="off"
            form={form}
          />
          <TextField
            name="most"
            label="Workspaces that may follow it"
            help="1 to 100. It is good for thirty days."
            autocomplete="off"
            value="1"
            form={form}
          />
          <div class="actions">
            <Button kind="main">Make an invitation</Button>
          </div>
        </form>
      )}
      <Card
        title="Invitations"
        lead="A customer who follows one finds the integration in their catalogue, with its certificate and when it was reviewed."
      >
        {links.length === 0 ? (
          <p>{inBeta ? 'There is none.' : 'Invitations are for the private beta.'}</p>
        ) : (
          <Table
            caption="Invitations"
            columns={[
              { title: 'For' },
              { title: 'Followed' },
              { title: 'Made', wide: true },
              { title: 'Actions', unseen: true },
            ]}
            rows={links.map((link) => [
              <>
                {link.label}
                <span class="under">good for {duration(link.expiresAt - now)}</span>
              </>,
              `${link.used} of ${link.most}`,
              <Ago at={link.createdAt} now={now} />,
              mayWrite && (
                <form method="post" action={`/integrations/${id}/invitations/${link.id}/withdraw`}>
                  <Button kind="quiet" small label={`Withdraw the invitation for ${link.label}`}>
                    Withdraw
                  </Button>
                </form>
              ),
            ])}
          />
        )}
      </Card>
    </>
  )
  return showPage(c, { ...lifeHead(living, 'invitations', c.var.access), children }, form.wrong ? 422 : 200)
}

export async function postCreateBetaLink(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const most = form.get('most')
  const body = { label: form.get('label'), most: /^\d+$/.test(most) ? Number(most) : most }
  const made = await attempt(() =>
    createBetaLink(deps, callerOf(c), c.var.access.workspaceId, c.req.param('id') ?? '', body),
  )
  if (!made.ok) return showInvitations(c, deps, form.refused(...made.problems))
  const text = 'It is shown this once. Give it to the customer; it is good for thirty days.'
  return showInvitations(c, deps, Form.blank, { title: `Invitation for ${body.label}`, link: made.value.url, text })
}

export async function postWithdrawBetaLink(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  await withdrawBetaLink(deps, c.var.access.workspaceId, id, c.req.param('linkId') ?? '')
  return c.redirect(withFlash(`/integrations/${id}/invitations`, 'beta-link-withdrawn'), 303)
}
