import type { Context } from 'hono'
import { callerOf } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { FieldGroup } from '../../../ui/components/field.tsx'
import { formStatus, FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import type { ControlDeps } from '../../request.ts'
import { createApplication } from '../commands.ts'
import { PARTNER_KINDS } from '../states.ts'
import { KIND_NAMES, KIND_WORDS } from '../words.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import { HoneyPot, isByProgram } from './honeypot.tsx'
import { WordsField } from './words-field.tsx'

export async function showApply(c: Context, { db }: ControlDeps, form = Form.blank) {
  const programme = await getProgramme(db)
  const chosen = form.value('kind', c.req.query('kind') ?? '')
  const children = (
    <div class="apply">
      <form method="post" action="/partners/apply" class="card form">
        <FormProblem form={form} />
        <TextField name="company" label="Company" autocomplete="organization" form={form} />
        <TextField name="site" label="Web site" help="Such as https://example.com." autocomplete="url" form={form} />
        <TextField
          name="email"
          type="email"
          label="Work e-mail"
          help="We send a link there that confirms it, and every answer."
          autocomplete="email"
          form={form}
        />
        <FieldGroup id="kind" label="What would you build?" error={form.problem('kind')}>
          <div class="choices">
            {PARTNER_KINDS.map((kind) => (
              <label>
                <input type="radio" name="kind" value={kind} checked={kind === chosen} required />
                <strong>{KIND_NAMES[kind]}</strong>
                <span>{KIND_WORDS[kind]}</span>
              </label>
            ))}
          </div>
        </FieldGroup>
        <WordsField
          name="useCase"
          label="What would customers do with it?"
          help="A sentence or two, as you would say it to one of them."
          form={form}
        />
        <WordsField
          name="dataToday"
          label="How do customers get data to you today?"
          help="An SDK of yours, an import, another platform, not at all."
          rows={3}
          form={form}
        />
        <WordsField
          name="customers"
          label="Which customers have asked for it?"
          help="Names help; a number does too."
          rows={2}
          optional
          form={form}
        />
        <HoneyPot />
        <div class="actions">
          <Button kind="main">Apply</Button>
        </div>
      </form>
      <section class="stack">
        <h2>What happens next</h2>
        <ol class="stages">
          <li>
            <strong>You confirm your address</strong> by the link that we mail you.
          </li>
          <li>
            <strong>A sandbox is yours at once,</strong> before we have answered: a workspace to try everything in, with
            a synthetic shop that sends events to it.
          </li>
          <li>
            <strong>We answer within {days(programme.promisedDays)}.</strong> A page of your own says who has to act,
            since when, and your place in the queue.
          </li>
          <li>
            <strong>You read why,</strong> whatever we decide, in the reviewer’s own words.
          </li>
        </ol>
      </section>
    </div>
  )
  const lead = 'Build an integration that every customer of the platform can switch on. It takes five minutes to apply.'
  return showPublic(
    c,
    {
      title: 'Apply to join the Platform',
      brand: brandOf(programme),
      description: 'Apply to build an integration: what it takes, how long an answer takes, what happens next.',
      current: '/partners/apply',
      lead,
      children,
    },
    form.wrong ? formStatus(c) : 200,
  )
}

export async function postApply(c: Context, deps: ControlDeps) {
  const form = await Form.read(c)
  if (isByProgram(form)) {
    deps.ctx.log('info', 'application of a program', {})
    return showSent(c, deps)
  }
  const values = ['company', 'site', 'email', 'kind', 'useCase', 'dataToday', 'customers'] as const
  const body = Object.fromEntries(values.map((name) => [name, form.get(name)]))
  const made = await attempt(() => createApplication(deps, callerOf(c), body))
  return made.ok ? showSent(c, deps) : showApply(c, deps, form.refused(...made.problems))
}

async function showSent(c: Context, { accounts, db }: ControlDeps) {
  const brand = brandOf(await getProgramme(db))
  const children = (
    <div class="card">
      {accounts.mailWebhook ? (
        <p>A link is on its way to the address that you gave. It works once, for seven days.</p>
      ) : (
        <p>
          This deployment sends no mail: whoever runs it passes you a link by hand, which confirms your address. Until
          then your application waits.
        </p>
      )}
      <p>We look at it as soon as you have followed the link.</p>
    </div>
  )
  return showPublic(c, { title: 'Almost there', brand, children })
}

/** "2 business days". */
export const days = (n: number): string => (n === 1 ? 'one business day' : `${n} business days`)
