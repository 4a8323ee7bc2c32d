import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Field } from '../../../ui/components/field.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { brandOf } from '../brand.ts'
import { updateProgramme } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getProgramme, type Programme } from '../queries.ts'

const NUMBERS = [
  ['customersNeeded', 'Customers', '1 to 100.'],
  ['customerDays', 'Days with deliveries of each', '1 to 30.'],
  ['customerWindow', 'Of the last days', '1 to 30.'],
] as const

/** `GET /programme`: who runs the programme, as everybody sees it. One query. */
export async function showProgramme(c: PanelContext, { db }: ControlDeps, form = Form.blank) {
  const programme = await getProgramme(db)
  const { logo } = brandOf(programme)
  const field = (name: keyof Programme, label: string, help: string) => (
    <TextField
      name={name}
      label={label}
      help={help}
      autocomplete="off"
      optional
      value={String(programme[name])}
      form={form}
    />
  )
  const children = (
    <form method="post" action="/programme" class="stack form">
      <FormProblem form={form} />
      <Card title="Who you are">
        <TextField name="name" label="Name" autocomplete="organization" value={programme.name} form={form} />
        {logo !== undefined && (
          <p>
            <img src={logo} alt="The logo that is shown now" width="64" height="64" class="programme-logo" />
          </p>
        )}
        <Field
          id="logo"
          label="Logo"
          optional
          help="Paste an SVG, or a PNG in base64 or as a data address, at most 64 KB. Empty keeps the one that is there."
          error={form.problem('logo')}
        >
          <textarea
            id="logo"
            name="logo"
            rows={4}
            class="mono"
            spellcheck={false}
            aria-describedby={form.problem('logo') === undefined ? 'logo-help' : 'logo-help logo-error'}
            aria-invalid={form.problem('logo') === undefined ? undefined : 'true'}
          >
            {form.value('logo', '')}
          </textarea>
        </Field>
        {logo !== undefined && (
          <label>
            <input type="checkbox" name="noLogo" value="on" checked={form.has('noLogo')} /> Remove the logo
          </label>
        )}
      </Card>
      <Card title="Colours" lead="Of links and buttons. What could not be read is refused.">
        {field('colour', 'On light pages', 'Such as #0b6b82.')}
        {field('colourDark', 'On dark pages', 'Such as #63c3da.')}
      </Card>
      <Card title="Where partners find you">
        {field('community', 'Community', 'An https address.')}
        {field('terms', 'Terms', 'An https address.')}
        {field(
          'contact',
          'Contact',
          'An e-mail address, or an https address. New applications are told of to an e-mail address.',
        )}
      </Card>
      <Card title="What you promise">
        <TextField
          name="promisedDays"
          label="Business days to an answer"
          help="1 to 30. What was promised before stays promised."
          autocomplete="off"
          value={String(programme.promisedDays)}
          form={form}
        />
      </Card>
      <Card
        title="When an integration is public"
        lead="As soon as so many customers use it. What counts as a customer is in the docs for partners."
      >
        {NUMBERS.map(([name, label, help]) => (
          <TextField
            name={name}
            label={label}
            help={help}
            autocomplete="off"
            value={String(programme[name])}
            form={form}
          />
        ))}
      </Card>
      <Card
        title="How versions are rolled out"
        lead="To a hundredth, a tenth, then all destinations of an integration: with few deliveries each step is 24 times as long."
      >
        <TextField
          name="rolloutMinutes"
          label="Minutes of a step"
          help="1 to 10 080, which is a week."
          autocomplete="off"
          value={String(programme.rolloutMinutes)}
          form={form}
        />
      </Card>
      <div class="actions">
        <Button kind="main">Save</Button>
        <Button kind="quiet" href="/partners">
          See the public pages
        </Button>
      </div>
    </form>
  )
  const lead = 'What the public pages and mails of your partner programme say about you.'
  return showPage(c, { title: 'Programme', current: 'programme', lead, children }, form.wrong ? 422 : 200)
}

export async function postUpdateProgramme(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const names = ['name', 'colour', 'colourDark', 'community', 'terms', 'contact'] as const
  const logo = form.has('noLogo') ? '' : form.get('logo') || undefined
  const body = {
    ...Object.fromEntries(names.map((name) => [name, form.get(name)])),
    ...Object.fromEntries(
      (['promisedDays', 'rolloutMinutes', ...NUMBERS.map(([name]) => name)] as const)
        .filter((name) => form.has(name))
        .map((name) => [name, /^\d+$/.test(form.get(name)) ? Number(form.get(name)) : form.get(name)]),
    ),
    ...(logo !== undefined && { logo }),
  }
  const saved = await attempt(() => updateProgramme(deps, body))
  if (!saved.ok) return showProgramme(c, deps, form.refused(...saved.problems))
  return c.redirect(
    withFlash('/programme', saved.value.removed.length > 0 ? 'programme-saved-less' : 'programme-saved'),
    303,
  )
}
