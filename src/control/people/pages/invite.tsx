import type { Context } from 'hono'
import { acceptInvite, type Accounts, findInvite, signedIn } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { PASSWORD_HELP, showLink, formStatus, TextField, FormProblem } from '../../../ui/form.tsx'
import { Form } from '../../../ui/forms.ts'
import { roleWords } from '../words.ts'

export function showInvite(c: Context, accounts: Accounts) {
  return renderInvite(c, accounts, Form.blank)
}

export async function postAcceptInvite(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const who = await signedIn(c, accounts)
  const fresh = { name: form.get('name'), password: form.exact('password') }
  const answer = await acceptInvite(c, accounts, c.req.param('token') ?? '', who?.person, fresh)
  return answer.ok ? c.redirect('/', 303) : renderInvite(c, accounts, form.refused(...answer.problems))
}

async function renderInvite(c: Context, accounts: Accounts, form: Form) {
  const token = c.req.param('token') ?? ''
  const invite = await findInvite(accounts, token)
  if (!invite) {
    const children = (
      <div class="card">
        <p>It was used, withdrawn, or is older than a week. Ask for a new one.</p>
        <div class="actions">
          <Button href="/sign-in">Sign in</Button>
        </div>
      </div>
    )
    return showLink(c, 'This invitation does not work', children, 410)
  }
  const who = await signedIn(c, accounts)
  const path = `/invites/${encodeURIComponent(token)}`
  const children = (
    <form method="post" action={path} class="card">
      <p>
        You are invited to the workspace <strong>{invite.workspaceName}</strong> as {roleWords(invite.role)}, with the
        address <strong>{invite.email}</strong>.
      </p>
      <FormProblem form={form} />
      {who && <p>You are signed in as {who.person.email}.</p>}
      {!who && invite.known && (
        <p>
          There is an account with this address. <a href={`/sign-in?next=${encodeURIComponent(path)}`}>Sign in</a> to
          accept.
        </p>
      )}
      {!who && !invite.known && (
        <>
          <TextField name="name" label="Your name" autocomplete="name" form={form} />
          <TextField
            name="password"
            label="Choose a password"
            type="password"
            autocomplete="new-password"
            help={PASSWORD_HELP}
            form={form}
          />
        </>
      )}
      {(who || !invite.known) && (
        <div class="actions">
          <Button kind="main">Join</Button>
        </div>
      )}
    </form>
  )
  return showLink(c, `Join ${invite.workspaceName}`, children, form.wrong ? formStatus(c) : 200)
}
