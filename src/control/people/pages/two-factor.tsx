import { raw } from 'hono/html'
import {
  beginTotp,
  confirmTotp,
  endTotp,
  hasPassword,
  newRecoveryCodes,
  type TotpSetup,
} from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { withFlash } from '../flash.ts'
import { TextField, FormProblem } from '../../../ui/form.tsx'
import { Form } from '../../../ui/forms.ts'
import { showPersonal } from './personal.tsx'
import { personOf } from './profile.tsx'

export async function showTwoFactor(c: PanelContext, { accounts }: ControlDeps, form = Form.blank) {
  const person = personOf(c)
  const hasOne = await hasPassword(accounts, person)
  const password = hasOne && (
    <TextField name="password" label="Password" type="password" autocomplete="current-password" form={form} />
  )
  const off = (
    <Card
      title="Set it up"
      lead="You need an app on your phone that makes codes, such as Aegis, Google Authenticator or 1Password."
    >
      <form method="post" action="/profile/two-factor">
        <FormProblem form={form} />
        {password}
        <div class="actions">
          <Button kind="main">Show the QR code</Button>
        </div>
      </form>
    </Card>
  )
  const on = (
    <>
      <Card title="New recovery codes" lead="The old ones are worth nothing from then on.">
        <form method="post" action="/profile/two-factor/recovery-codes">
          <FormProblem form={form} />
          {password}
          <div class="actions">
            <Button>Make new recovery codes</Button>
          </div>
        </form>
      </Card>
      <Card title="Switch it off" lead="Signing in takes your password only.">
        <form method="post" action="/profile/two-factor/off">
          {hasOne && (
            <Field id="password-off" label="Password">
              <Input id="password-off" name="password" type="password" autocomplete="current-password" required />
            </Field>
          )}
          <div class="actions">
            <Button kind="danger">Switch it off</Button>
          </div>
        </form>
      </Card>
    </>
  )
  return render(c, person.twoFactor ? on : off, form)
}

export async function postBeginTotp(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const answer = await beginTotp(c, deps.accounts, personOf(c), form.exact('password'))
  if (!answer.ok) return showTwoFactor(c, deps, form.refused(...answer.problems))
  return render(c, <Setup setup={answer.value} />)
}

export async function postConfirmTotp(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const answer = await confirmTotp(c, deps.accounts, personOf(c), form.get('code'))
  if (answer.ok) return c.redirect(withFlash('/profile', 'two-factor-on'), 303)
  const again = form.refused(...answer.problems)
  return render(
    c,
    <Card title="Once more" lead="The QR code that you have scanned stays good.">
      <ConfirmForm form={again} />
    </Card>,
    again,
  )
}

export async function postEndTotp(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const answer = await endTotp(c, deps.accounts, personOf(c), form.exact('password'))
  if (!answer.ok) return showTwoFactor(c, deps, form.refused(...answer.problems))
  return c.redirect(withFlash('/profile', 'two-factor-off'), 303)
}

export async function postNewRecoveryCodes(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const answer = await newRecoveryCodes(c, deps.accounts, personOf(c), form.exact('password'))
  if (!answer.ok) return showTwoFactor(c, deps, form.refused(...answer.problems))
  return render(
    c,
    <Card title="Your recovery codes">
      <Codes codes={answer.value} />
      <div class="actions">
        <Button href="/profile">I have kept them</Button>
      </div>
    </Card>,
  )
}

function Setup({ setup: { qr, secret, recoveryCodes: codes } }: { setup: TotpSetup }) {
  return (
    <Card title="Three steps">
      <h3>1. Scan this with your app</h3>
      <div class="qr" role="img" aria-label="QR code with the secret below">
        {raw(qr)}
      </div>
      <p>
        Without a camera, type the secret instead: <code class="mono">{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <h3>2. Keep these recovery codes</h3>
      <Codes codes={codes} />
      <h3>3. Type the code that the app shows</h3>
      <ConfirmForm form={Form.blank} />
    </Card>
  )
}

function Codes({ codes }: { codes: readonly string[] }) {
  return (
    <>
      <p>Each signs you in once when your phone is lost. They are shown only now.</p>
      <CodeBlock label="Recovery codes" code={codes.join('\n')} />
    </>
  )
}

function ConfirmForm({ form }: { form: Form }) {
  return (
    <form method="post" action="/profile/two-factor/confirm">
      <FormProblem form={form} />
      <TextField name="code" label="Code" autocomplete="one-time-code" form={form} mono />
      <div class="actions">
        <Button kind="main">Switch it on</Button>
        <Button kind="quiet" href="/profile">
          Not now
        </Button>
      </div>
    </form>
  )
}

function render(c: PanelContext, children: unknown, form = Form.blank) {
  const crumbs = [['Your profile', '/profile']] as const
  return showPersonal(c, { title: 'Second step', crumbs, children: children as never }, form.wrong ? 422 : 200)
}
