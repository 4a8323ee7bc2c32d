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
import { PASSWORD_HELP, showLink, showNarrow, formStatus, TextField, FormProblem } from '../../../ui/form.tsx'
import { Form } from '../../../ui/forms.ts'
import { ForPartners } from './for-partners.tsx'

export function showSignUp(c: Context, accounts: Accounts) {
  return accounts.openSignUp ? renderSignUp(c, accounts, Form.blank) : renderClosed(c)
}

export async function postSignUp(c: Context, accounts: Accounts) {
  if (!accounts.openSignUp) return renderClosed(c)
  const form = await Form.read(c)
  if (accounts.mailWebhook) return askForLink(c, accounts, form)
  const answer = await signUp(c, accounts, personOf(form))
  return answer.ok ? c.redirect('/', 303) : renderSignUp(c, accounts, form.refused(...answer.problems))
}

async function askForLink(c: Context, accounts: Accounts, form: Form) {
  const answer = await requestSignUp(c, accounts, form.get('email'))
  if (!answer.ok) return renderSignUp(c, accounts, form.refused(...answer.problems))
  const children = (
    <div class="card">
      <p>A link is on its way to this address. It works once, for a day.</p>
    </div>
  )
  return showNarrow(c, 'Look into your mail', children)
}

function renderSignUp(c: Context, { mailWebhook }: Accounts, form: Form) {
  const children = (
    <form method="post" action="/sign-up" class="card">
      <FormProblem form={form} />
      {mailWebhook ? <EmailField form={form} /> : <PersonFields form={form} />}
      <div class="actions">
        <Button kind="main">Sign up</Button>
        <Button kind="quiet" href="/sign-in">
          I have an account
        </Button>
      </div>
      <ForPartners />
    </form>
  )
  return showNarrow(c, 'Sign up', children, form.wrong ? formStatus(c) : 200)
}

/** By a link that was mailed: the address is proven, the rest is asked for. */
export function showSignUpLink(c: Context, accounts: Accounts) {
  return renderSignUpLink(c, accounts, Form.blank)
}

export async function postSignUpLink(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const answer = await signUpByLink(c, accounts, c.req.param('token') ?? '', personOf(form))
  return answer.ok ? c.redirect('/', 303) : renderSignUpLink(c, accounts, form.refused(...answer.problems))
}

async function renderSignUpLink(c: Context, accounts: Accounts, form: Form) {
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
    return showLink(c, 'This link does not work', spent, formStatus(c) === 429 ? 429 : 410)
  }
  const children = (
    <form method="post" action={`/sign-up/${encodeURIComponent(token)}`} class="card">
      <p>
        You sign up as <strong>{email}</strong>.
      </p>
      <FormProblem form={form} />
      <PersonFields form={form} proven />
      <div class="actions">
        <Button kind="main">Sign up</Button>
      </div>
    </form>
  )
  return showLink(c, 'Sign up', children, form.wrong ? formStatus(c) : 200)
}

function renderClosed(c: Context) {
  const children = (
    <div class="card">
      <p>People join this deployment by invitation. Ask an owner of your workspace for a link.</p>
      <div class="actions">
        <Button href="/sign-in">Sign in</Button>
      </div>
      <ForPartners />
    </div>
  )
  return showNarrow(c, 'Sign-up is closed', children, 404)
}

export async function showClaim(c: Context, accounts: Accounts) {
  return (await isUnclaimed(accounts)) ? renderClaim(c, Form.blank) : c.redirect('/sign-in', 303)
}

export async function postClaim(c: Context, accounts: Accounts) {
  const form = await Form.read(c)
  const answer = await claim(c, accounts, { ...personOf(form), secret: form.get('secret') })
  return answer.ok ? c.redirect('/', 303) : renderClaim(c, form.refused(...answer.problems))
}

function renderClaim(c: Context, form: Form) {
  const children = (
    <form method="post" action="/claim" class="card">
      <p>This deployment is new. Whoever holds its secret becomes its first owner; others join by invitation.</p>
      <FormProblem form={form} />
      <TextField
        name="secret"
        label="Deployment secret"
        type="password"
        autocomplete="off"
        help="The value of ADMIN_TOKEN that the deployment was made with."
        form={form}
      />
      <PersonFields form={form} />
      <div class="actions">
        <Button kind="main">Claim this deployment</Button>
      </div>
    </form>
  )
  return showNarrow(c, 'Claim this deployment', children, form.wrong ? formStatus(c) : 200)
}

function EmailField({ form }: { form: Form }) {
  return <TextField name="email" label="E-mail address" type="email" autocomplete="username" form={form} />
}

/** `proven`: which address it is, is known. */
function PersonFields({ form, proven = false }: { form: Form; proven?: boolean }) {
  return (
    <>
      <TextField name="name" label="Your name" autocomplete="name" form={form} />
      {!proven && <EmailField form={form} />}
      <TextField
        name="password"
        label="Password"
        type="password"
        autocomplete="new-password"
        help={PASSWORD_HELP}
        form={form}
      />
      <TextField
        name="workspace"
        label="Name of the workspace"
        autocomplete="organization"
        help="Usually your company."
        form={form}
      />
    </>
  )
}

function personOf(form: Form): NewPerson {
  const [name, email, workspace] = [form.get('name'), form.get('email'), form.get('workspace')]
  return { name, email, password: form.exact('password'), workspace }
}
