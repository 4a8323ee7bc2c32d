import {
  changeMember,
  createInvite,
  emailProblems,
  getMember,
  type Invite,
  listInvites,
  listMembers,
  made,
  may,
  MOST_CHOICES,
  type Member,
  removeMember,
  resetLink,
  ROLES,
  type Role,
  type SourceChoice,
  sourcesNamed,
  withdrawInvite,
} from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Field, FieldGroup, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { pageAt, PAGE, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago, duration } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNothing } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { statusOf, TextField, FormProblem } from '../../../ui/form.tsx'
import { ROLE_HELP, roleName } from './words.ts'

const MOST_INVITES = 50

/** A link that was just made, for somebody to pass on. */
interface Made {
  title: string
  /** Absent: it went by mail. */
  link?: string
  text: string
}

export async function membersPage(c: PanelContext, deps: ControlDeps, form = Form.blank, link?: Made) {
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
  return showPage(c, { title: 'Members', lead, current: 'people', children }, form.wrong ? statusOf(c) : 200)
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

function RoleFields({ form, member, choices }: { form: Form; member?: Member; choices: readonly SourceChoice[] }) {
  const help = (
    <ul>
      {ROLES.map((role) => (
        <li>
          <strong>{roleName(role)}</strong>: {ROLE_HELP[role]}
        </li>
      ))}
    </ul>
  )
  const error = form.problem('role')
  return (
    <>
      <Field id="role" label="Role" help={help} error={error}>
        <Select
          id="role"
          name="role"
          value={form.value('role', member?.role ?? 'member')}
          options={ROLES.map((role) => [role, roleName(role)] as const)}
          help={help}
          error={error}
        />
      </Field>
      <SourceFields form={form} granted={member?.sources ?? []} choices={choices} />
    </>
  )
}

/** Ticked by name; where there are more than fit, the others are written. */
function SourceFields({
  form,
  granted,
  choices,
}: {
  form: Form
  granted: readonly string[]
  choices: readonly SourceChoice[]
}) {
  const error = form.problem('sources')
  const shown = choices.slice(0, MOST_CHOICES)
  const hidden = granted.filter((id) => shown.every((one) => one.id !== id))
  const ticked = (id: string) => (form.sent ? form.has(TICK + id) : granted.includes(id))
  return (
    <>
      <FieldGroup id="granted" label="Sources" optional help="For a source admin: what they may change." error={error}>
        {shown.map(({ id, name, slug }) => (
          <label class="inline-check">
            <input type="checkbox" name={TICK + id} value="on" checked={ticked(id)} />
            <span class="wrap">{name}</span> <span class="soft mono wrap">{slug}</span>
          </label>
        ))}
      </FieldGroup>
      {(shown.length === 0 || choices.length > shown.length || hidden.length > 0) && (
        <TextField
          name="sources"
          label="Other sources"
          help="By name or slug, with commas between them."
          autocomplete="off"
          value={hidden.join(', ')}
          form={form.refused()}
          optional
        />
      )}
    </>
  )
}

/** What the name of a source's tick begins with; its id comes behind. */
const TICK = 'source.'

function LinkMade({ made: { title, link, text } }: { made: Made }) {
  return (
    <Notice tone="good" title={title}>
      <p>{text}</p>
      {link !== undefined && <CodeBlock label="Link" code={link} />}
    </Notice>
  )
}

export async function inviteNow(c: PanelContext, deps: ControlDeps) {
  const { access, person } = c.var
  const form = await Form.read(c)
  const email = form.get('email')
  const name = person?.workspaces.find(({ id }) => id === access.workspaceId)?.name ?? ''
  const workspace = { id: access.workspaceId, name, by: person?.userId ?? '' }
  const wanted = await attempt(() => roleOf(form, access.workspaceId, deps))
  const problems = [...emailProblems(email), ...(wanted.ok ? [] : wanted.problems)]
  if (!wanted.ok || problems.length > 0) return membersPage(c, deps, form.refused(...problems))
  const done = await attempt(() => createInvite(c, deps.accounts, workspace, { email, ...wanted.value }))
  if (!done.ok) return membersPage(c, deps, form.refused(...done.problems))
  const { id, link, mailed } = done.value
  made(c, 'invite', id)
  const text = mailed
    ? 'The link is on its way by mail, and there only: so it is its reader who joins. It works once, for seven days.'
    : 'This deployment sends no mail: pass this link on yourself. It works once, for seven days, and is shown only now.'
  return membersPage(c, deps, Form.blank, { title: `${email} is invited`, ...(!mailed && { link }), text })
}

export async function withdrawNow(c: PanelContext, { accounts }: ControlDeps) {
  await withdrawInvite(accounts, c.var.access.workspaceId, c.req.param('id') ?? '')
  return c.redirect(withFlash('/people', 'invite-withdrawn'), 303)
}

export async function memberPage(c: PanelContext, deps: ControlDeps, form = Form.blank, link?: Made) {
  const member = await memberOf(c, deps)
  if (!member) return showNothing(c)
  const children = (
    <>
      {link && <LinkMade made={link} />}
      <Card title="What this person may do">
        <form method="post" action={`/people/${member.userId}`}>
          <FormProblem form={form} />
          <RoleFields form={form} member={member} choices={member.choices} />
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
        lead="The person loses access to this workspace at once, and the API tokens that they made end; everything else that they made stays. An invitation brings them back."
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
    form.wrong ? 422 : 200,
  )
}

export async function changeNow(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const form = await Form.read(c)
  const done = await attempt(async () =>
    changeMember(deps.accounts, workspaceId, c.req.param('id') ?? '', await roleOf(form, workspaceId, deps)),
  )
  if (!done.ok) return memberPage(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash('/people', 'member-changed'), 303)
}

export async function removeNow(c: PanelContext, deps: ControlDeps) {
  const done = await attempt(() => removeMember(deps.accounts, c.var.access.workspaceId, c.req.param('id') ?? ''))
  if (!done.ok) return memberPage(c, deps, Form.blank.refused(...done.problems))
  return c.redirect(withFlash('/people', 'member-removed'), 303)
}

export async function resetLinkNow(c: PanelContext, deps: ControlDeps) {
  const member = await memberOf(c, deps)
  if (!member) return showNothing(c)
  const made = member.elsewhere ? undefined : await resetLink(c, deps.accounts, c.var.access.workspaceId, member.userId)
  if (!made) {
    const message = 'This person belongs to other workspaces too, so only they themselves can ask for a new password.'
    return memberPage(c, deps, Form.blank.refused({ message }))
  }
  const { link, mailed } = made
  const text = mailed
    ? 'It is on its way by mail. You may pass the link on yourself too; it works once, for an hour.'
    : 'Pass this link on to them. It works once, for an hour, and is shown only now.'
  return memberPage(c, deps, Form.blank, { title: 'The link is made', link, text })
}

async function memberOf(
  c: PanelContext,
  { accounts }: ControlDeps,
): Promise<(Member & { elsewhere: boolean; choices: SourceChoice[] }) | undefined> {
  return getMember(accounts, c.var.access.workspaceId, c.req.param('id') ?? '')
}

async function roleOf(form: Form, workspaceId: string, { accounts }: ControlDeps) {
  const role: Role = ROLES.find((one) => one === form.get('role')) ?? 'read-only'
  const ticked = form
    .names()
    .filter((name) => name.startsWith(TICK))
    .map((name) => name.slice(TICK.length))
  const chosen = { ticked, named: form.get('sources') }
  return { role, sources: role === 'source-admin' ? await sourcesNamed(accounts, workspaceId, chosen) : [] }
}
