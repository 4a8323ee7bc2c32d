import type { Context } from 'hono'
import {
  type Accounts,
  addressOfLink,
  claim,
  isUnclaimed,
  type NewPerson,
  requestSignUp,
  signUp,
  signUpByLink,
} from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import {
  fields,
  FormFault,
  PASSWORD_HELP,
  type Sent,
  showLink,
  showNarrow,
  statusOf,
  TextField,
} from '../../../ui/form.tsx'

export function signUpPage(c: Context, accounts: Accounts) {
  return accounts.openSignUp ? showSignUp(c, accounts, {}) : showClosed(c)
}

export async function signUpNow(c: Context, accounts: Accounts) {
  if (!accounts.openSignUp) return showClosed(c)
  const values = await fields(c)
  if (accounts.mailWebhook) return askForLink(c, accounts, values)
  const answer = await signUp(c, accounts, personOf(values))
  return answer.ok ? c.redirect('/', 303) : showSignUp(c, accounts, { values, fault: answer.fault })
}

async function askForLink(c: Context, accounts: Accounts, values: ReadonlyMap<string, string>) {
  const answer = await requestSignUp(c, accounts, values.get('email')?.trim() ?? '')
  if (!answer.ok) return showSignUp(c, accounts, { values, fault: answer.fault })
  const children = (
    <div class="card">
      <p>A link is on its way to this address. It works once, for a day.</p>
    </div>
  )
  return showNarrow(c, 'Look into your mail', children)
}

function showSignUp(c: Context, { mailWebhook }: Accounts, sent: Sent) {
  const children = (
    <form method="post" action="/sign-up" class="card">
      <FormFault fault={sent.fault} />
      {mailWebhook ? <EmailField sent={sent} /> : <PersonFields sent={sent} />}
      <div class="actions">
        <Button kind="main">Sign up</Button>
        <Button kind="quiet" href="/sign-in">
          I have an account
        </Button>
      </div>
    </form>
  )
  return showNarrow(c, 'Sign up', children, sent.fault ? statusOf(c) : 200)
}

/** By a link that was mailed: the address is proven, the rest is asked for. */
export function provenPage(c: Context, accounts: Accounts) {
  return showProven(c, accounts, {})
}

export async function provenNow(c: Context, accounts: Accounts) {
  const values = await fields(c)
  const answer = await signUpByLink(c, accounts, c.req.param('token') ?? '', personOf(values))
  return answer.ok ? c.redirect('/', 303) : showProven(c, accounts, { values, fault: answer.fault })
}

async function showProven(c: Context, accounts: Accounts, sent: Sent) {
  const token = c.req.param('token') ?? ''
  const email = await addressOfLink(c, accounts, token)
  if (email === undefined) {
    const spent = (
      <div class="card">
        <p>It was used, or is older than a day.</p>
        <div class="actions">
          <Button href="/sign-up">Sign up again</Button>
          <Button kind="quiet" href="/sign-in">
            I have an account
          </Button>
        </div>
      </div>
    )
    return showLink(c, 'This link does not work', spent, statusOf(c) === 429 ? 429 : 410)
  }
  const children = (
    <form method="post" action={`/sign-up/${encodeURIComponent(token)}`} class="card">
      <p>
        You sign up as <strong>{email}</strong>.
      </p>
      <FormFault fault={sent.fault} />
      <PersonFields sent={sent} proven />
      <div class="actions">
        <Button kind="main">Sign up</Button>
      </div>
    </form>
  )
  return showLink(c, 'Sign up', children, sent.fault ? statusOf(c) : 200)
}

function showClosed(c: Context) {
  const children = (
    <div class="card">
      <p>People join this deployment by invitation. Ask an owner of your workspace for a link.</p>
      <div class="actions">
        <Button href="/sign-in">Sign in</Button>
      </div>
    </div>
  )
  return showNarrow(c, 'Sign-up is closed', children, 404)
}

export async function claimPage(c: Context, accounts: Accounts) {
  return (await isUnclaimed(accounts)) ? showClaim(c, {}) : c.redirect('/sign-in', 303)
}

export async function claimNow(c: Context, accounts: Accounts) {
  const values = await fields(c)
  const answer = await claim(c, accounts, { ...personOf(values), secret: values.get('secret') ?? '' })
  return answer.ok ? c.redirect('/', 303) : showClaim(c, { values, fault: answer.fault })
}

function showClaim(c: Context, sent: Sent) {
  const children = (
    <form method="post" action="/claim" class="card">
      <p>This deployment is new. Whoever holds its secret becomes its first owner; others join by invitation.</p>
      <FormFault fault={sent.fault} />
      <TextField
        name="secret"
        label="Deployment secret"
        type="password"
        autocomplete="off"
        help="The value of ADMIN_TOKEN that the deployment was made with."
        sent={sent}
      />
      <PersonFields sent={sent} />
      <div class="actions">
        <Button kind="main">Claim this deployment</Button>
      </div>
    </form>
  )
  return showNarrow(c, 'Claim this deployment', children, sent.fault ? statusOf(c) : 200)
}

function EmailField({ sent }: { sent: Sent }) {
  return <TextField name="email" label="E-mail address" type="email" autocomplete="username" sent={sent} />
}

/** `proven`: which address it is, is known. */
function PersonFields({ sent, proven = false }: { sent: Sent; proven?: boolean }) {
  return (
    <>
      <TextField name="name" label="Your name" autocomplete="name" sent={sent} />
      {!proven && <EmailField sent={sent} />}
      <TextField
        name="password"
        label="Password"
        type="password"
        autocomplete="new-password"
        help={PASSWORD_HELP}
        sent={sent}
      />
      <TextField
        name="workspace"
        label="Name of the workspace"
        autocomplete="organization"
        help="Usually your company."
        sent={sent}
      />
    </>
  )
}

function personOf(values: ReadonlyMap<string, string>): NewPerson {
  const text = (name: string) => values.get(name) ?? ''
  return { name: text('name'), email: text('email').trim(), password: text('password'), workspace: text('workspace') }
}
