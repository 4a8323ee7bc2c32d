import {
  changePassword,
  endSession,
  endSessions,
  hasPassword,
  listSessions,
  type Person,
  rename,
} from '../../../accounts/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showNothing } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { PASSWORD_HELP, TextField, FormProblem } from '../../../ui/form.tsx'
import { Form } from '../../../ui/forms.ts'
import { showPersonal } from './personal.tsx'

/** The page has two forms: which of them was sent, and what came of it. */
interface Sent {
  which: 'name' | 'password'
  form: Form
}

export async function showProfile(c: PanelContext, deps: ControlDeps, sent?: Sent) {
  const person = personOf(c)
  const [sessions, password] = await Promise.all([
    listSessions(deps.accounts, person),
    hasPassword(deps.accounts, person),
  ])
  const now = deps.ctx.now()
  const formOf = (which: Sent['which']) => (sent?.which === which ? sent.form : Form.blank)
  const children = (
    <>
      <Card title="You">
        <form method="post" action="/profile/name">
          <FormProblem form={formOf('name')} />
          <TextField name="name" label="Name" autocomplete="name" value={person.name} form={formOf('name')} />
          <p class="help">E-mail address: {person.email}</p>
          <div class="actions">
            <Button>Save</Button>
          </div>
        </form>
      </Card>
      <Card title="Password">
        <form method="post" action="/profile/password">
          <FormProblem form={formOf('password')} />
          {password && (
            <TextField
              name="current"
              label="Present password"
              type="password"
              autocomplete="current-password"
              form={formOf('password')}
            />
          )}
          <TextField
            name="next"
            label="New password"
            type="password"
            autocomplete="new-password"
            help={PASSWORD_HELP}
            form={formOf('password')}
          />
          <div class="actions">
            <Button>{password ? 'Change the password' : 'Set a password'}</Button>
          </div>
        </form>
      </Card>
      <Card
        title="Second step"
        lead="A code of an authenticator app beside the password, so that the password alone opens nothing."
        actions={<Badge tone={person.twoFactor ? 'good' : 'off'}>{person.twoFactor ? 'On' : 'Off'}</Badge>}
      >
        <div class="actions">
          <Button href="/profile/two-factor">{person.twoFactor ? 'Change or switch off' : 'Set it up'}</Button>
        </div>
      </Card>
      <Card title="Where you are signed in">
        <Table
          caption="Sessions"
          columns={[{ title: 'Browser' }, { title: 'Address' }, { title: 'Since' }, { title: 'Actions', unseen: true }]}
          rows={sessions.map((session) => [
            browserWords(session.browser),
            session.address || 'unknown',
            <Ago at={session.createdAt} now={now} />,
            session.current ? (
              'This one'
            ) : (
              <form method="post" action={`/profile/sessions/${session.id}/end`}>
                <Button small label={`Sign out ${browserWords(session.browser)}`}>
                  Sign out
                </Button>
              </form>
            ),
          ])}
        />
        <form method="post" action="/profile/sessions/end" class="actions">
          <Button kind="danger">Sign out everywhere</Button>
        </form>
      </Card>
    </>
  )
  return showPersonal(c, { title: 'Your profile', children }, sent ? 422 : 200)
}

export async function postRename(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const answer = await rename(deps.accounts, personOf(c), form.get('name'))
  return answer.ok
    ? c.redirect(withFlash('/profile', 'name-saved'), 303)
    : showProfile(c, deps, { which: 'name', form: form.refused(...answer.problems) })
}

export async function postChangePassword(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const passwords = { current: form.exact('current'), next: form.exact('next') }
  const answer = await changePassword(c, deps.accounts, personOf(c), passwords)
  return answer.ok
    ? c.redirect(withFlash('/profile', 'password-saved'), 303)
    : showProfile(c, deps, { which: 'password', form: form.refused(...answer.problems) })
}

export async function postEndSession(c: PanelContext, { accounts }: ControlDeps) {
  const ended = await endSession(accounts, personOf(c), c.req.param('id') ?? '')
  return ended ? c.redirect(withFlash('/profile', 'session-ended'), 303) : showNothing(c)
}

export async function postEndSessions(c: PanelContext, { accounts }: ControlDeps) {
  await endSessions(accounts, personOf(c).userId)
  return c.redirect('/sign-in', 303)
}

/** Behind `personal` there is somebody. */
export function personOf(c: PanelContext): Person {
  const { person } = c.var
  if (!person) throw new Error('nobody is signed in')
  return person
}

/** "Chrome on macOS", as far as the browser says. */
function browserWords(agent: string): string {
  const browser = [
    ['Edg/', 'Edge'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([mark = '']) => agent.includes(mark))?.[1]
  const system = [
    ['Android', 'Android'],
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Windows', 'Windows'],
    ['Mac OS', 'macOS'],
    ['Linux', 'Linux'],
  ].find(([mark = '']) => agent.includes(mark))?.[1]
  if (!browser) return agent.slice(0, 60) || 'Unknown'
  return system ? `${browser} on ${system}` : browser
}
