import { type Member, MOST_CHOICES, ROLES, type SourceChoice } from '../../../accounts/index.ts'
import { Field, FieldGroup, Select } from '../../../ui/components/field.tsx'
import { TextField } from '../../../ui/form.tsx'
import type { Form } from '../../../ui/forms.ts'
import { ROLE_HELP, roleName } from '../words.ts'

/** The fields of a form that says what somebody may do. */
export function RoleFields({
  form,
  member,
  choices,
}: {
  form: Form
  member?: Member
  choices: readonly SourceChoice[]
}) {
  const help = (
    <ul>
      {ROLES.map((role) => (
        <li>
          <strong>{roleName(role)}</strong>: {ROLE_HELP[role]}
        </li>
      ))}
    </ul>
  )
  const error = form.problem('role')
  return (
    <>
      <Field id="role" label="Role" help={help} error={error}>
        <Select
          id="role"
          name="role"
          value={form.value('role', member?.role ?? 'member')}
          options={ROLES.map((role) => [role, roleName(role)] as const)}
          help={help}
          error={error}
        />
      </Field>
      <SourceFields form={form} granted={member?.sources ?? []} choices={choices} />
    </>
  )
}

/** Ticked by name; where there are more than fit, the others are written. */
function SourceFields({
  form,
  granted,
  choices,
}: {
  form: Form
  granted: readonly string[]
  choices: readonly SourceChoice[]
}) {
  const error = form.problem('sources')
  const shown = choices.slice(0, MOST_CHOICES)
  const hidden = granted.filter((id) => shown.every((one) => one.id !== id))
  const ticked = (id: string) => (form.sent ? form.has(TICK + id) : granted.includes(id))
  return (
    <>
      <FieldGroup id="granted" label="Sources" optional help="For a source admin: what they may change." error={error}>
        {shown.map(({ id, name, slug }) => (
          <label class="inline-check">
            <input type="checkbox" name={TICK + id} value="on" checked={ticked(id)} />
            <span class="wrap">{name}</span> <span class="soft mono wrap">{slug}</span>
          </label>
        ))}
      </FieldGroup>
      {(shown.length === 0 || choices.length > shown.length || hidden.length > 0) && (
        <TextField
          name="sources"
          label="Other sources"
          help="By name or slug, with commas between them."
          autocomplete="off"
          value={hidden.join(', ')}
          form={form.refused()}
          optional
        />
      )}
    </>
  )
}

/** What the name of a source's tick begins with; its id comes behind. */
const TICK = 'source.'

/** Role and sources, as the commands take them. */
export function rightsIn(form: Form) {
  const ticks = form.names().filter((name) => name.startsWith(TICK))
  const ticked = ticks.map((name) => name.slice(TICK.length))
  return { role: form.get('role'), sources: { ticked, named: form.get('sources') } }
}
