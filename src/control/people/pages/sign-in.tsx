import type { Context } from 'hono'
import {
  type Accounts,
  isUnclaimed,
  ownerOfLink,
  secondFactor,
  signedIn,
  signIn,
  signInByLink,
  signOut,
} from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { nextOf, showLink, showNarrow, formStatus, TextField, FormProblem } from '../../../ui/form.tsx'
import { messageOf } from '../../../refusal.ts'
import { Form } from '../../../ui/forms.ts'
import { ForPartners } from './for-partners.tsx'

export async function showSignIn(c: Context, accounts: Accounts) {
  if (await isUnclaimed(accounts)) return c.redirect('/claim', 303)
  return renderSignIn(c, accounts, Form.blank)
}

export async function postSignIn(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const answer = await signIn(c, accounts, {
    email: form.get('email'),
    password: form.exact('password'),
  })
  if (!answer.ok) return renderSignIn(c, accounts, form.refused(...answer.problems))
  const next = nextOf(form.get('next'))
  return c.redirect(answer.value === 'signed-in' ? next : `/sign-in/code?next=${encodeURIComponent(next)}`, 303)
}

function renderSignIn(c: Context, accounts: Accounts, form: Form) {
  const next = nextOf(form.value('next', c.req.query('next')))
  const children = (
    <form method="post" action="/sign-in" class="card">
      {c.req.query('said') === 'reset' && <p>Your new password is set. Sign in with it.</p>}
      <FormProblem form={form} />
      <TextField name="email" label="E-mail address" type="email" autocomplete="username" form={form} />
      <TextField name="password" label="Password" type="password" autocomplete="current-password" form={form} />
      <input type="hidden" name="next" value={next} />
      <div class="actions">
        <Button kind="main">Sign in</Button>
        <Button kind="quiet" href="/forgot">
          Forgot your password?
        </Button>
      </div>
      {accounts.openSignUp ? (
        <p>
          New here? <a href="/sign-up">Sign up</a>
        </p>
      ) : (
        <p>People join by invitation: ask an owner of your workspace.</p>
      )}
      <ForPartners />
    </form>
  )
  return showNarrow(c, 'Sign in', children, form.wrong ? formStatus(c) : 200)
}

export function showSecondFactor(c: Context) {
  return renderSecondFactor(c, Form.blank)
}

export async function postSecondFactor(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const answer = await secondFactor(c, accounts, form.get('code'))
  if (!answer.ok) return renderSecondFactor(c, form.refused(...answer.problems))
  return c.redirect(nextOf(form.get('next')), 303)
}

function renderSecondFactor(c: Context, form: Form) {
  const children = (
    <form method="post" action="/sign-in/code" class="card">
      <FormProblem form={form} />
      <TextField
        name="code"
        label="Code"
        help="The six digits that your authenticator app shows, or one of your recovery codes."
        autocomplete="one-time-code"
        form={form}
        mono
        autofocus
      />
      <input type="hidden" name="next" value={nextOf(form.value('next', c.req.query('next')))} />
      <div class="actions">
        <Button kind="main">Sign in</Button>
        <Button kind="quiet" href="/sign-in">
          Back
        </Button>
      </div>
    </form>
  )
  return showNarrow(c, 'Second step', children, form.wrong ? formStatus(c) : 200)
}

/** A one-time link, printed by the local run or made with `ADMIN_TOKEN`: says whose it is, and has a button. */
export async function showSignInLink(c: Context, accounts: Accounts) {
  const token = c.req.param('token') ?? ''
  const [email, who] = await Promise.all([ownerOfLink(c, accounts, token), signedIn(c, accounts)])
  if (email === undefined) return renderSpent(c, 'This link is spent or too old. Ask for a new one.')
  const children = (
    <form method="post" action={`/sign-in/${encodeURIComponent(token)}`} class="card">
      <p>
        This link signs you in as <strong>{email}</strong>. If you did not ask for it, close this page.
      </p>
      {who && who.person.email !== email && <p>You are signed in as {who.person.email} at the moment.</p>}
      <div class="actions">
        <Button kind="main">Sign in</Button>
      </div>
    </form>
  )
  return showLink(c, 'Sign in by this link', children)
}

export async function postSignInLink(c: Context, accounts: Accounts) {
  const answer = await signInByLink(c, accounts, c.req.param('token') ?? '')
  return answer.ok ? c.redirect('/', 303) : renderSpent(c, messageOf(answer.problems))
}

function renderSpent(c: Context, message: string) {
  const children = (
    <div class="card">
      <p>{message}</p>
      <p>A sign-in link works once, within an hour. The local run prints a new one at every start.</p>
      <div class="actions">
        <Button href="/sign-in">Sign in with a password</Button>
      </div>
    </div>
  )
  return showLink(c, 'This link does not work', children, formStatus(c) === 429 ? 429 : 410)
}

export async function postSignOut(c: Context, accounts: Accounts) {
  await signOut(c, accounts)
  return c.redirect('/sign-in', 303)
}
