import {
  changePassword,
  endSession,
  endSessions,
  type Fault,
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
import { fields, FormFault, PASSWORD_HELP, type Sent, TextField } from '../../../ui/form.tsx'
import { showPersonal } from './personal.tsx'

/** Which form of the page was sent, and what came of it. */
interface SentForm extends Sent {
  form?: 'name' | 'password'
}

export async function profilePage(c: PanelContext, deps: ControlDeps, sent: SentForm = {}) {
  const person = personOf(c)
  const [sessions, password] = await Promise.all([
    listSessions(deps.accounts, person),
    hasPassword(deps.accounts, person),
  ])
  const now = deps.ctx.now()
  const ofForm = (form: SentForm['form']): Sent => (sent.form === form ? sent : {})
  const children = (
    <>
      <Card title="You">
        <form method="post" action="/profile/name">
          <FormFault fault={ofForm('name').fault} />
          <TextField name="name" label="Name" autocomplete="name" value={person.name} sent={ofForm('name')} />
          <p class="help">E-mail address: {person.email}</p>
          <div class="actions">
            <Button>Save</Button>
          </div>
        </form>
      </Card>
      <Card title="Password">
        <form method="post" action="/profile/password">
          <FormFault fault={ofForm('password').fault} />
          {password && (
            <TextField
              name="current"
              label="Present password"
              type="password"
              autocomplete="current-password"
              sent={ofForm('password')}
            />
          )}
          <TextField
            name="next"
            label="New password"
            type="password"
            autocomplete="new-password"
            help={PASSWORD_HELP}
            sent={ofForm('password')}
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
  return showPersonal(c, { title: 'Your profile', children }, sent.fault ? 422 : 200)
}

export async function saveName(c: PanelContext, deps: ControlDeps) {
  const values = await fields(c)
  const answer = await rename(deps.accounts, personOf(c), values.get('name') ?? '')
  return answer.ok
    ? c.redirect(withFlash('/profile', 'name-saved'), 303)
    : refused(c, deps, 'name', values, answer.fault)
}

export async function savePassword(c: PanelContext, deps: ControlDeps) {
  const values = await fields(c)
  const passwords = { current: values.get('current') ?? '', next: values.get('next') ?? '' }
  const answer = await changePassword(c, deps.accounts, personOf(c), passwords)
  return answer.ok
    ? c.redirect(withFlash('/profile', 'password-saved'), 303)
    : refused(c, deps, 'password', values, answer.fault)
}

export async function endOne(c: PanelContext, { accounts }: ControlDeps) {
  const ended = await endSession(accounts, personOf(c), c.req.param('id') ?? '')
  return ended ? c.redirect(withFlash('/profile', 'session-ended'), 303) : showNothing(c)
}

export async function endAll(c: PanelContext, { accounts }: ControlDeps) {
  await endSessions(accounts, personOf(c).userId)
  return c.redirect('/sign-in', 303)
}

function refused(
  c: PanelContext,
  deps: ControlDeps,
  form: 'name' | 'password',
  values: ReadonlyMap<string, string>,
  fault: Fault,
) {
  return profilePage(c, deps, { form, values, fault })
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
