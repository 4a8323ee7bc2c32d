import type { Context } from 'hono'
import { callerOf } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Checkbox, FieldError } from '../../../ui/components/field.tsx'
import { formStatus, FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPublic } from '../../../ui/layout/public.tsx'
import { HoneyPot, isByProgram, WordsField } from '../../partners/pages/index.ts'
import { brandOf, getProgramme } from '../../programme/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createStory } from '../commands.ts'

/** `GET /partners/co-marketing`. One query. */
export async function showCoMarketing(c: Context, { db }: ControlDeps, form = Form.blank) {
  const programme = await getProgramme(db)
  const { name, community } = programme
  const children = (
    <>
      <ul class="tiles">
        <li>
          <strong>A page of your own</strong>
          <p>
            Every live integration has one that search engines find, such as that of{' '}
            <a href="/partners/integrations/webhooks">Webhooks</a>: what it is, what it takes, and a button.
          </p>
        </li>
        <li>
          <strong>Where customers look</strong>
          <p>The catalogue is in every customer’s panel, by name and by what you do. Nobody pays for a place in it.</p>
        </li>
        <li>
          <strong>Link to us</strong>
          <p>
            From your site lead customers to <code>/catalogue/your-slug</code>: they land where they connect you. A
            badge and a button stand on your integration’s page, with the lines to copy.
          </p>
        </li>
      </ul>
      <StoryForm form={form} name={name} />
      {community !== '' && (
        <p>
          Or in <a href={community}>the community</a>.
        </p>
      )}
    </>
  )
  return showPublic(
    c,
    {
      title: 'Co-marketing',
      brand: brandOf(programme),
      description: `What partners of ${name} get beside the integration.`,
      lead: 'Customers come when they know what the two of us do together.',
      children,
    },
    form.wrong ? formStatus(c) : 200,
  )
}

function StoryForm({ form, name }: { form: Form; name: string }) {
  const wrong = form.problem('agreed')
  return (
    <form method="post" action="/partners/co-marketing" class="card form">
      <h2>Tell us about a customer who does something exciting</h2>
      <p>
        What they do, with your product and {name}, and what came of it. We write about it together, and publish nothing
        that they have not read.
      </p>
      <FormProblem form={form} />
      <TextField name="company" label="Your company" autocomplete="organization" form={form} />
      <TextField name="email" type="email" label="Your e-mail" autocomplete="email" form={form} />
      <TextField name="customer" label="The customer" autocomplete="off" form={form} />
      <WordsField name="words" label="What do they do, and what came of it?" form={form} />
      <Checkbox
        id="agreed"
        name="agreed"
        label="They have agreed to be asked by us"
        checked={form.has('agreed')}
        help="Ask them first: without it we cannot take your word."
      />
      <FieldError id="agreed" error={wrong} />
      <HoneyPot />
      <div class="actions">
        <Button kind="main">Tell us</Button>
      </div>
    </form>
  )
}

export async function postStory(c: Context, deps: ControlDeps) {
  const form = await Form.read(c)
  if (isByProgram(form)) {
    deps.ctx.log('info', 'story of a program', {})
    return showThanks(c, deps)
  }
  const values = ['company', 'email', 'customer', 'words'] as const
  const body = { ...Object.fromEntries(values.map((name) => [name, form.get(name)])), agreed: form.has('agreed') }
  const told = await attempt(() => createStory(deps, callerOf(c), body))
  return told.ok ? showThanks(c, deps) : showCoMarketing(c, deps, form.refused(...told.problems))
}

async function showThanks(c: Context, { db }: ControlDeps) {
  const children = (
    <div class="card">
      <p>It is with those who run the programme. They write to you first.</p>
    </div>
  )
  return showPublic(c, { title: 'Thank you', brand: brandOf(await getProgramme(db)), children })
}
