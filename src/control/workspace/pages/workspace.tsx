import { updateWorkspace } from '../commands.ts'
import { may, switchWorkspace } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNothing } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { nextOf, TextField, FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { personOf, roleName } from '../../people/pages/index.ts'

export function showWorkspace(c: PanelContext, form = Form.blank) {
  const { access } = c.var
  const person = personOf(c)
  const name = person.workspaces.find(({ id }) => id === access.workspaceId)?.name ?? ''
  const children = (
    <>
      {may(access, 'workspace:write') && (
        <Card title="Name">
          <form method="post" action="/workspace">
            <FormProblem form={form} />
            <TextField name="name" label="Name of the workspace" autocomplete="organization" value={name} form={form} />
            <div class="actions">
              <Button>Save</Button>
            </div>
          </form>
        </Card>
      )}
      <Card title="Your workspaces">
        <ul class="plain">
          {person.workspaces.map((one) => (
            <li>
              <form method="post" action="/workspace/switch" class="actions">
                <span>
                  <strong>{one.name}</strong> · {roleName(one.role)}
                </span>
                <input type="hidden" name="workspace" value={one.id} />
                {one.id === access.workspaceId ? (
                  <span class="help">You are here</span>
                ) : (
                  <Button small label={`Go to ${one.name}`}>
                    Go there
                  </Button>
                )}
              </form>
            </li>
          ))}
        </ul>
      </Card>
    </>
  )
  return showPage(
    c,
    { title: name, lead: 'This workspace, and the others you belong to.', current: 'workspace', children },
    form.wrong ? 422 : 200,
  )
}

export async function postUpdateWorkspace(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const saved = await attempt(() => updateWorkspace(deps, c.var.access.workspaceId, { name: form.get('name') }))
  if (!saved.ok) return showWorkspace(c, form.refused(...saved.problems))
  return c.redirect(withFlash('/workspace', 'workspace-renamed'), 303)
}

export async function postSwitchWorkspace(c: PanelContext, { accounts }: ControlDeps) {
  const form = await Form.read(c)
  const gone = await switchWorkspace(accounts, personOf(c), form.get('workspace'))
  return gone ? c.redirect(nextOf(form.get('next')), 303) : showNothing(c)
}
