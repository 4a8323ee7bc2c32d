import type { Context } from 'hono'
import { type Accounts, requestReset, resetPassword } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { PASSWORD_HELP, showLink, showNarrow, formStatus, TextField, FormProblem } from '../../../ui/form.tsx'
import { Form } from '../../../ui/forms.ts'

export function showRequestReset(c: Context, accounts: Accounts) {
  return renderRequestReset(c, accounts, Form.blank)
}

export async function postRequestReset(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const answer = await requestReset(c, accounts, form.get('email'))
  if (!answer.ok) return renderRequestReset(c, accounts, form.refused(...answer.problems))
  const children = (
    <div class="card">
      {accounts.mailWebhook ? (
        <p>If there is an account with this address, a link is on its way to it. It works once, for an hour.</p>
      ) : (
        <p>
          This deployment sends no mail. Ask an owner of your workspace: on the page Members they can make a link for
          you with which you set a new password.
        </p>
      )}
      <div class="actions">
        <Button href="/sign-in">Back to sign-in</Button>
      </div>
    </div>
  )
  return showNarrow(c, 'Set a new password', children)
}

function renderRequestReset(c: Context, accounts: Accounts, form: Form) {
  const children = (
    <form method="post" action="/forgot" class="card">
      {!accounts.mailWebhook && (
        <p>
          This deployment sends no mail. An owner of your workspace can make a link for you, on the page Members; who
          runs the deployment can sign in with `ADMIN_TOKEN`, as its documentation says.
        </p>
      )}
      <FormProblem form={form} />
      <TextField name="email" label="E-mail address" type="email" autocomplete="username" form={form} />
      <div class="actions">
        <Button kind="main">Set a new password</Button>
        <Button kind="quiet" href="/sign-in">
          Back
        </Button>
      </div>
    </form>
  )
  return showNarrow(c, 'Forgot your password?', children, form.wrong ? formStatus(c) : 200)
}

export function showResetPassword(c: Context) {
  return renderResetPassword(c, Form.blank)
}

export async function postResetPassword(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const answer = await resetPassword(c, accounts, c.req.param('token') ?? '', form.exact('password'))
  return answer.ok ? c.redirect('/sign-in?said=reset', 303) : renderResetPassword(c, form.refused(...answer.problems))
}

function renderResetPassword(c: Context, form: Form) {
  const children = (
    <form method="post" action={`/reset/${encodeURIComponent(c.req.param('token') ?? '')}`} class="card">
      <p>Afterwards you are signed out everywhere, and sign in with the new password.</p>
      <FormProblem form={form} />
      <TextField
        name="password"
        label="New password"
        type="password"
        autocomplete="new-password"
        help={PASSWORD_HELP}
        form={form}
      />
      <div class="actions">
        <Button kind="main">Set the password</Button>
      </div>
    </form>
  )
  return showLink(c, 'Set a new password', children, form.wrong ? formStatus(c) : 200)
}
