import {
  callerOf,
  type Invite,
  listInvites,
  listMembers,
  auditSubject,
  may,
  type SourceChoice,
} from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { pageAt, PAGE, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { createInvite, withdrawInvite } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { formStatus, TextField, FormProblem } from '../../../ui/form.tsx'
import { LinkMade, type Made } from './link-made.tsx'
import { RoleFields, rightsIn } from './rights.tsx'
import { roleName } from '../words.ts'

const MOST_INVITES = 50

export async function showMembers(c: PanelContext, deps: ControlDeps, form = Form.blank, link?: Made) {
  const { access, person } = c.var
  const writes = may(access, 'members:write')
  const [page, { lines: invites, total: inviteTotal }] = await Promise.all([
    listMembers(deps.accounts, access.workspaceId, pageAt(c.req.query('page'))),
    listInvites(deps.accounts, access.workspaceId, { count: MOST_INVITES }),
  ])
  const { lines: members, total, choices } = page
  const now = deps.ctx.now()
  const children = (
    <>
      {link && <LinkMade made={link} />}
      <Card title="Members">
        <Table
          caption="Members"
          columns={[
            { title: 'Person' },
            { title: 'Role' },
            { title: 'Second step', wide: true },
            { title: 'Joined', wide: true },
            { title: 'Actions', unseen: true },
          ]}
          rows={members.map((member) => [
            <>
              <strong>{member.name}</strong>
              <br />
              {member.email}
            </>,
            <>
              {roleName(member.role)}
              {member.role === 'source-admin' && (
                <span class="help"> of {member.sourceNames.join(', ') || 'no source'}</span>
              )}
            </>,
            member.twoFactor ? <Badge tone="good">On</Badge> : <Badge tone="off">Off</Badge>,
            <Ago at={member.joinedAt} now={now} />,
            writes ? (
              <Button small href={`/people/${member.userId}`} label={`Change ${member.name}`}>
                Change
              </Button>
            ) : member.userId === person?.userId ? (
              'You'
            ) : null,
          ])}
        />
        {total > PAGE && <Pager path="/people" query={{}} page={page} what="member" />}
      </Card>
      {invites.length > 0 && <Invites invites={invites} now={now} writes={writes} />}
      {inviteTotal > invites.length && (
        <p class="help">
          These are the newest {invites.length} of {inviteTotal} open invitations.
        </p>
      )}
      {writes && <InviteForm form={form} choices={choices} />}
    </>
  )
  const lead = 'Who belongs to this workspace, and what they may do.'
  return showPage(c, { title: 'Members', lead, current: 'people', children }, form.wrong ? formStatus(c) : 200)
}

function Invites({
  invites,
  now,
  writes,
}: {
  invites: readonly Omit<Invite, 'workspaceName'>[]
  now: number
  writes: boolean
}) {
  return (
    <Card title="Invitations" lead="Not accepted yet.">
      <Table
        caption="Invitations"
        columns={[
          { title: 'Address' },
          { title: 'Role' },
          { title: 'Still good for', wide: true },
          { title: 'Actions', unseen: true },
        ]}
        rows={invites.map(({ id, email, role, expiresAt }) => [
          email,
          roleName(role),
          duration(expiresAt - now),
          writes ? (
            <form method="post" action={`/people/invites/${id}/withdraw`}>
              <Button small label={`Withdraw the invitation of ${email}`}>
                Withdraw
              </Button>
            </form>
          ) : null,
        ])}
      />
    </Card>
  )
}

function InviteForm({ form, choices }: { form: Form; choices: readonly SourceChoice[] }) {
  return (
    <Card title="Invite somebody">
      <form method="post" action="/people/invites">
        <FormProblem form={form} />
        <TextField name="email" label="E-mail address" type="email" autocomplete="off" form={form} />
        <RoleFields form={form} choices={choices} />
        <div class="actions">
          <Button kind="main">Invite</Button>
        </div>
      </form>
    </Card>
  )
}

export async function postCreateInvite(c: PanelContext, deps: ControlDeps) {
  const { access, person } = c.var
  const form = await Form.read(c)
  const name = person?.workspaces.find(({ id }) => id === access.workspaceId)?.name ?? ''
  const workspace = { id: access.workspaceId, name, by: person?.userId ?? '' }
  const body = { email: form.get('email'), ...rightsIn(form) }
  const done = await attempt(() => createInvite(deps, callerOf(c), workspace, body))
  if (!done.ok) return showMembers(c, deps, form.refused(...done.problems))
  const { id, email, link, mailed } = done.value
  auditSubject(c, 'invite', id)
  const text = mailed
    ? 'The link is on its way by mail, and there only: so it is its reader who joins. It works once, for seven days.'
    : 'This deployment sends no mail: pass this link on yourself. It works once, for seven days, and is shown only now.'
  return showMembers(c, deps, Form.blank, { title: `${email} is invited`, ...(!mailed && { link }), text })
}

export async function postWithdrawInvite(c: PanelContext, deps: ControlDeps) {
  await withdrawInvite(deps, c.var.access.workspaceId, c.req.param('id') ?? '')
  return c.redirect(withFlash('/people', 'invite-withdrawn'), 303)
}
