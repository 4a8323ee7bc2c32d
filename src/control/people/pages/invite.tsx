import type { Context } from 'hono'
import { acceptInvite, type Accounts, findInvite, signedIn } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { fields, FormFault, PASSWORD_HELP, type Sent, showLink, statusOf, TextField } from '../../../ui/form.tsx'
import { roleWords } from './words.ts'

export function invitePage(c: Context, accounts: Accounts) {
  return showInvite(c, accounts, {})
}

export async function acceptNow(c: Context, accounts: Accounts) {
  const values = await fields(c)
  const who = await signedIn(c, accounts)
  const fresh = { name: values.get('name') ?? '', password: values.get('password') ?? '' }
  const answer = await acceptInvite(c, accounts, c.req.param('token') ?? '', who?.person, fresh)
  return answer.ok ? c.redirect('/', 303) : showInvite(c, accounts, { values, fault: answer.fault })
}

async function showInvite(c: Context, accounts: Accounts, sent: Sent) {
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
      <FormFault fault={sent.fault} />
      {who && <p>You are signed in as {who.person.email}.</p>}
      {!who && invite.known && (
        <p>
          There is an account with this address. <a href={`/sign-in?next=${encodeURIComponent(path)}`}>Sign in</a> to
          accept.
        </p>
      )}
      {!who && !invite.known && (
        <>
          <TextField name="name" label="Your name" autocomplete="name" sent={sent} />
          <TextField
            name="password"
            label="Choose a password"
            type="password"
            autocomplete="new-password"
            help={PASSWORD_HELP}
            sent={sent}
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
  return showLink(c, `Join ${invite.workspaceName}`, children, sent.fault ? statusOf(c) : 200)
}
