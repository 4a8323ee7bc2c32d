import {
  changeMember,
  createInvite,
  getMember,
  type Invite,
  listInvites,
  listMembers,
  made,
  may,
  type Member,
  removeMember,
  resetLink,
  ROLES,
  type Role,
  sourcesBySlug,
  withdrawInvite,
} from '../../accounts/index.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { CodeBlock } from '../components/code.tsx'
import { Select, Field } from '../components/field.tsx'
import { Notice } from '../components/notice.tsx'
import { pageAt, PAGE, Pager } from '../components/pager.tsx'
import { Table } from '../components/table.tsx'
import { Ago, duration } from '../components/time.tsx'
import type { PanelContext, PanelDeps } from '../deps.ts'
import { attempt } from '../forms.ts'
import { showPage } from '../layout/page.tsx'
import { showNothing } from '../layout/problem.tsx'
import { saying } from '../layout/said.ts'
import { fields, FormFault, type Sent, TextField } from './form.tsx'
import { ROLE_HELP, roleName } from './words.ts'

const MOST_INVITES = 50

/** A link that was just made, for somebody to pass on. */
interface Made {
  title: string
  link: string
  text: string
}

export async function membersPage(c: PanelContext, deps: PanelDeps, sent: Sent = {}, link?: Made) {
  const { access, person } = c.var
  const writes = may(access, 'members:write')
  const [page, { lines: invites, total: inviteTotal }] = await Promise.all([
    listMembers(deps.accounts, access.workspaceId, pageAt(c.req.query('page'))),
    listInvites(deps.accounts, access.workspaceId, { count: MOST_INVITES }),
  ])
  const { lines: members, total } = page
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
            { title: '' },
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
                <span class="help"> of {member.sourceSlugs.join(', ') || 'no source'}</span>
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
        {total > PAGE && <Pager path="/people" query={{}} page={page} what="members" />}
      </Card>
      {invites.length > 0 && <Invites invites={invites} now={now} writes={writes} />}
      {inviteTotal > invites.length && (
        <p class="help">
          These are the newest {invites.length} of {inviteTotal} open invitations.
        </p>
      )}
      {writes && <InviteForm sent={sent} />}
    </>
  )
  const lead = 'Who belongs to this workspace, and what they may do.'
  return showPage(c, { title: 'Members', lead, current: 'people', children }, sent.fault ? 422 : 200)
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
        columns={[{ title: 'Address' }, { title: 'Role' }, { title: 'Still good for', wide: true }, { title: '' }]}
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

function InviteForm({ sent }: { sent: Sent }) {
  return (
    <Card title="Invite somebody">
      <form method="post" action="/people/invites">
        <FormFault fault={sent.fault} />
        <TextField name="email" label="E-mail address" type="email" autocomplete="off" sent={sent} />
        <RoleFields sent={sent} />
        <div class="actions">
          <Button kind="main">Invite</Button>
        </div>
      </form>
    </Card>
  )
}

function RoleFields({ sent, member }: { sent: Sent; member?: Member }) {
  const help = (
    <ul>
      {ROLES.map((role) => (
        <li>
          <strong>{roleName(role)}</strong>: {ROLE_HELP[role]}
        </li>
      ))}
    </ul>
  )
  const error = sent.fault?.field === 'role' ? sent.fault.message : undefined
  return (
    <>
      <Field id="role" label="Role" help={help} error={error}>
        <Select
          id="role"
          name="role"
          value={sent.values?.get('role') ?? member?.role ?? 'member'}
          options={ROLES.map((role) => [role, roleName(role)] as const)}
          help={help}
          error={error}
        />
      </Field>
      <TextField
        name="sources"
        label="Sources"
        help="For a source admin: the slugs of the sources, with spaces between them."
        autocomplete="off"
        value={member?.sourceSlugs.join(' ') ?? ''}
        sent={sent}
        optional
        mono
      />
    </>
  )
}

function LinkMade({ made: { title, link, text } }: { made: Made }) {
  return (
    <Notice tone="good" title={title}>
      <p>{text}</p>
      <CodeBlock label="Link" code={link} />
    </Notice>
  )
}

export async function inviteNow(c: PanelContext, deps: PanelDeps) {
  const { access, person } = c.var
  const values = await fields(c)
  const email = values.get('email')?.trim() ?? ''
  const name = person?.workspaces.find(({ id }) => id === access.workspaceId)?.name ?? ''
  const done = await attempt(async () =>
    createInvite(
      c,
      deps.accounts,
      { id: access.workspaceId, name },
      { email, ...(await roleOf(values, access.workspaceId, deps)) },
    ),
  )
  if (!done.ok) return membersPage(c, deps, { values, fault: faultOf(done.problems) })
  const { id, link, mailed } = done.value
  made(c, 'invite', id)
  const text = mailed
    ? 'It is on its way by mail. You may pass the link on yourself too; it works once, for seven days.'
    : 'This deployment sends no mail: pass this link on yourself. It works once, for seven days, and is shown only now.'
  return membersPage(c, deps, {}, { title: `${email} is invited`, link, text })
}

export async function withdrawNow(c: PanelContext, { accounts }: PanelDeps) {
  await withdrawInvite(accounts, c.var.access.workspaceId, c.req.param('id') ?? '')
  return c.redirect(saying('/people', 'invite-withdrawn'), 303)
}

export async function memberPage(c: PanelContext, deps: PanelDeps, sent: Sent = {}, link?: Made) {
  const member = await memberOf(c, deps)
  if (!member) return showNothing(c)
  const children = (
    <>
      {link && <LinkMade made={link} />}
      <Card title="What this person may do">
        <form method="post" action={`/people/${member.userId}`}>
          <FormFault fault={sent.fault} />
          <RoleFields sent={sent} member={member} />
          <div class="actions">
            <Button kind="main">Save</Button>
          </div>
        </form>
      </Card>
      <Card
        title="New password"
        lead="Makes a link with which this person sets a new password. Until then the old one stays good."
      >
        <form method="post" action={`/people/${member.userId}/reset-link`} class="actions">
          <Button>Make a reset link</Button>
        </form>
      </Card>
      <Card
        title="Remove"
        lead="The person loses access to this workspace at once; what they made stays. An invitation brings them back."
      >
        <form method="post" action={`/people/${member.userId}/remove`} class="actions">
          <Button kind="danger">Remove {member.name}</Button>
        </form>
      </Card>
    </>
  )
  const crumbs = [['Members', '/people']] as const
  return showPage(
    c,
    { title: member.name, lead: member.email, current: 'people', crumbs, children },
    sent.fault ? 422 : 200,
  )
}

export async function changeNow(c: PanelContext, deps: PanelDeps) {
  const { workspaceId } = c.var.access
  const values = await fields(c)
  const done = await attempt(async () =>
    changeMember(deps.accounts, workspaceId, c.req.param('id') ?? '', await roleOf(values, workspaceId, deps)),
  )
  if (!done.ok) return memberPage(c, deps, { values, fault: faultOf(done.problems) })
  return c.redirect(saying('/people', 'member-changed'), 303)
}

export async function removeNow(c: PanelContext, deps: PanelDeps) {
  const done = await attempt(() => removeMember(deps.accounts, c.var.access.workspaceId, c.req.param('id') ?? ''))
  if (!done.ok) return memberPage(c, deps, { fault: faultOf(done.problems) })
  return c.redirect(saying('/people', 'member-removed'), 303)
}

export async function resetLinkNow(c: PanelContext, deps: PanelDeps) {
  const member = await memberOf(c, deps)
  if (!member) return showNothing(c)
  if (member.elsewhere) {
    const message = 'This person belongs to other workspaces too, so only they themselves can ask for a new password.'
    return memberPage(c, deps, { fault: { message } })
  }
  const { link, mailed } = await resetLink(c, deps.accounts, member.userId)
  const text = mailed
    ? 'It is on its way by mail. You may pass the link on yourself too; it works once, for an hour.'
    : 'Pass this link on to them. It works once, for an hour, and is shown only now.'
  return memberPage(c, deps, {}, { title: 'The link is made', link, text })
}

async function memberOf(
  c: PanelContext,
  { accounts }: PanelDeps,
): Promise<(Member & { elsewhere: boolean }) | undefined> {
  return getMember(accounts, c.var.access.workspaceId, c.req.param('id') ?? '')
}

async function roleOf(values: ReadonlyMap<string, string>, workspaceId: string, { accounts }: PanelDeps) {
  const role: Role = ROLES.find((one) => one === values.get('role')) ?? 'read-only'
  const slugs = (values.get('sources') ?? '').split(/[\s,]+/).filter(Boolean)
  return { role, sources: role === 'source-admin' ? await sourcesBySlug(accounts, workspaceId, slugs) : [] }
}

function faultOf(problems: ReadonlyMap<string, string>) {
  const [[field = '', message = ''] = []] = problems
  return { message, ...(field !== '' && { field }) }
}
