import { callerOf, getMember } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNothing } from '../../../ui/layout/problem.tsx'
import { FormProblem } from '../../../ui/form.tsx'
import { createResetLink, removeMember, updateMember } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { LinkMade, type Made } from './link-made.tsx'
import { RoleFields, rightsIn } from './rights.tsx'

export async function showMember(c: PanelContext, deps: ControlDeps, form = Form.blank, link?: Made) {
  const member = await getMember(deps.accounts, c.var.access.workspaceId, memberIn(c))
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

export async function postUpdateMember(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const done = await attempt(() => updateMember(deps, c.var.access.workspaceId, memberIn(c), rightsIn(form)))
  if (!done.ok) return showMember(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash('/people', 'member-changed'), 303)
}

export async function postRemoveMember(c: PanelContext, deps: ControlDeps) {
  const done = await attempt(() => removeMember(deps, c.var.access.workspaceId, memberIn(c)))
  if (!done.ok) return showMember(c, deps, Form.blank.refused(...done.problems))
  return c.redirect(withFlash('/people', 'member-removed'), 303)
}

export async function postCreateResetLink(c: PanelContext, deps: ControlDeps) {
  const done = await attempt(() => createResetLink(deps, callerOf(c), c.var.access.workspaceId, memberIn(c)))
  if (!done.ok) return showMember(c, deps, Form.blank.refused(...done.problems))
  const { link, mailed } = done.value
  const text = mailed
    ? 'It is on its way by mail. You may pass the link on yourself too; it works once, for an hour.'
    : 'Pass this link on to them. It works once, for an hour, and is shown only now.'
  return showMember(c, deps, Form.blank, { title: 'The link is made', link, text })
}

const memberIn = (c: PanelContext): string => c.req.param('id') ?? ''
