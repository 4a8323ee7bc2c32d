import type { Context } from 'hono'
import { callerOf } from '../../../accounts/index.ts'
import { EVENT_TYPES } from '../../../event/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Checkbox, FieldGroup } from '../../../ui/components/field.tsx'
import { formStatus, FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { HoneyPot, isByProgram, WordsField } from '../../partners/pages/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createStreamRequest } from '../commands.ts'

/** `GET /partners/immediate-access`: ask a mutual customer for their stream. One query. */
export async function showImmediateAccess(c: Context, { db, accounts }: ControlDeps, form = Form.blank) {
  const programme = await getProgramme(db)
  const children = (
    <div class="apply">
      {accounts.mailWebhook ? <AskForm form={form} /> : <ByHand />}
      <section class="stack">
        <h2>What happens next</h2>
        <ol class="stages">
          <li>
            <strong>You confirm your address,</strong> and get a link for your customer and a secret that requests will
            be signed with.
          </li>
          <li>
            <strong>You send them the link.</strong> They sign in, see who asks for which calls, and choose the source.
          </li>
          <li>
            <strong>They give it.</strong> Each event of these calls comes to you by itself, signed, and again until you
            take it.
          </li>
          <li>
            <strong>They see it, pause it and take it back at any time,</strong> and so should you tell them what you
            keep.
          </li>
        </ol>
        <p>
          What arrives, how to check the signature and what to answer: <a href="/docs/webhooks">Receiving webhooks</a>.
          Whatever they had before that day they can send you too: <a href="/docs/replay">Replay</a>.
        </p>
        <section class="card call-out">
          <h2>When more than one customer asks</h2>
          <p>This is set up by each of them anew. An integration is built once, and switched on by all.</p>
          <div class="actions">
            <Button href="/partners/apply">Apply</Button>
          </div>
        </section>
      </section>
    </div>
  )
  return showPublic(
    c,
    {
      title: 'I need immediate access to a customer’s data stream',
      brand: brandOf(programme),
      description: 'Your customer can send you a signed copy of their events today, without an application.',
      lead: 'It is your customer’s to give, and takes them two minutes. No application, nobody of us in between.',
      children,
    },
    form.wrong ? formStatus(c) : 200,
  )
}

function AskForm({ form }: { form: Form }) {
  const wrong = form.problems.filter(({ field }) => field?.startsWith('calls')).map(({ message }) => message)
  return (
    <form method="post" action="/partners/immediate-access" class="card form">
      <FormProblem form={form} />
      <TextField name="company" label="Company" autocomplete="organization" form={form} />
      <TextField
        name="email"
        type="email"
        label="Work e-mail"
        help="We send a link there that confirms it. Your customer sees the address."
        autocomplete="email"
        form={form}
      />
      <TextField
        name="url"
        label="Where the events are to be sent"
        help="An https address of yours, such as https://example.com/in."
        autocomplete="url"
        form={form}
      />
      <FieldGroup id="calls" label="Which calls?" error={wrong[0]}>
        <div class="checks">
          {EVENT_TYPES.map((type) => (
            <Checkbox
              id={`call-${type}`}
              name="calls"
              value={type}
              label={type}
              checked={form.all('calls').includes(type)}
            />
          ))}
        </div>
      </FieldGroup>
      <WordsField name="words" label="What for?" help="Your customer reads it." rows={3} form={form} />
      <HoneyPot />
      <div class="actions">
        <Button kind="main">Ask</Button>
      </div>
    </form>
  )
}

/** Where no mail is sent nobody can prove an address: the customer does it all. */
function ByHand() {
  return (
    <section class="card">
      <h2>Your customer sets it up</h2>
      <p>
        This deployment sends no mail, so we cannot pass a link on. In the catalogue your customer opens{' '}
        <a href="/partners/integrations/webhooks">Webhooks</a>, pastes your https address, chooses the calls, and sets a
        signing secret that you share.
      </p>
    </section>
  )
}

export async function postStreamRequest(c: Context, deps: ControlDeps) {
  const form = await Form.read(c)
  if (isByProgram(form)) {
    deps.ctx.log('info', 'stream request of a program', {})
    return showAsked(c, deps)
  }
  const values = ['company', 'email', 'url', 'words'] as const
  const body = { ...Object.fromEntries(values.map((name) => [name, form.get(name)])), calls: form.all('calls') }
  const made = await attempt(() => createStreamRequest(deps, callerOf(c), body))
  return made.ok ? showAsked(c, deps) : showImmediateAccess(c, deps, form.refused(...made.problems))
}

async function showAsked(c: Context, { db }: ControlDeps) {
  const children = (
    <div class="card">
      <p>A link is on its way to the address that you gave. It works once, for seven days.</p>
      <p>Behind it are the link for your customer and your signing secret.</p>
    </div>
  )
  return showPublic(c, { title: 'Almost there', brand: brandOf(await getProgramme(db)), children })
}
