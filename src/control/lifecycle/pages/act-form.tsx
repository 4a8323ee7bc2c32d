import { Button } from '../../../ui/components/button.tsx'
import { FieldGroup } from '../../../ui/components/field.tsx'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import type { Form } from '../../../ui/forms.ts'
import { WordsField } from '../../partners/pages/index.ts'
import {
  type LifeAct,
  ACT_REFUSALS,
  actsFor,
  type LifeActor,
  LIFE_TRANSITIONS,
  refusalOf,
  type LifeStanding,
} from '../states.ts'
import { ACT_CHOICES } from '../words.ts'

interface ActFormProps {
  action: string
  title: string
  actors: readonly LifeActor[]
  standing: LifeStanding
  /** What the field of words says below its name. */
  help: string
  form: Form
}

/** What can be done now. What something stands in the way of is shown with the reason, and cannot be chosen. */
export function ActForm({ action, title, actors, standing, help, form }: ActFormProps) {
  const acts = actsFor(actors, standing)
  const open = acts.filter((act) => refusalOf(act, actors, standing) === undefined)
  if (acts.length === 0) return null
  const chosen = form.get('act')
  return (
    <form method="post" action={action} class="card form">
      <h2>{title}</h2>
      <FormProblem form={form} />
      <FieldGroup id="act" label="Act" error={form.problem('act')}>
        <div class="choices">
          {acts.map((act) => (
            <ActChoice act={act} actors={actors} standing={standing} chosen={chosen === act} />
          ))}
        </div>
      </FieldGroup>
      {open.length > 0 && (
        <>
          <WordsField
            name="words"
            label="Your words"
            help={help}
            form={form}
            optional={!open.every((act) => LIFE_TRANSITIONS[act].words)}
          />
          {open.includes('deprecate') && (
            <TextField
              name="endsAt"
              label="When it ends"
              help="For deprecating alone: a day such as 2027-06-30, thirty days from now at least."
              autocomplete="off"
              optional
              form={form}
            />
          )}
          <div class="actions">
            <Button kind="main">Do it</Button>
          </div>
        </>
      )}
    </form>
  )
}

function ActChoice({
  act,
  actors,
  standing,
  chosen,
}: Pick<ActFormProps, 'actors' | 'standing'> & { act: LifeAct; chosen: boolean }) {
  const [name, means] = ACT_CHOICES[act]
  const refused = refusalOf(act, actors, standing)
  return (
    <label>
      <input
        type="radio"
        name="act"
        value={act}
        checked={chosen && refused === undefined}
        disabled={refused !== undefined}
        required
      />
      <strong>{name}</strong>
      <span>{refused === undefined ? means : `Not yet: ${ACT_REFUSALS[refused]}`}</span>
    </label>
  )
}

/** What such a form was filled in with, as the API takes it. */
export function actIn(form: Form): Record<string, unknown> {
  const endsAt = form.get('endsAt').trim()
  const time = /^\d{4}-\d{2}-\d{2}$/.test(endsAt) ? `${endsAt}T00:00:00Z` : endsAt
  return { act: form.get('act'), words: form.get('words'), ...(form.get('act') === 'deprecate' && { endsAt: time }) }
}
