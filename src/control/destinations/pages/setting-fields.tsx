import { type SettingField as Setting, isPublic, isSecret, type SettingsValues } from '../../../integrations/index.ts'
import { isObject } from '../../../event/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Checkbox, Field, FieldError, FieldGroup, Input, Select } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'
import { pairsOf, rowsOf } from './read-settings.ts'

interface SettingFieldsProps {
  fields: readonly Setting[]
  /** What is saved; `null` for a new destination. Of secrets only that they are there is ever shown. */
  saved: SettingsValues | null
  /** What was typed into this form before it was refused. */
  form: Form
  /** Names of the settings that get one empty row more: asked for by a button, without scripts. */
  more?: readonly string[]
}

/** The inputs of a settings schema. */
export function SettingFields({ fields, saved, form, more = [] }: SettingFieldsProps) {
  return (
    <>
      {fields.some(isPublic) && (
        <p class="help">What is marked public becomes part of your pages, where anybody can read it.</p>
      )}
      {fields
        .filter(({ fixed }) => !fixed)
        .map((field) => (
          <SettingField
            field={field}
            value={saved && Object.hasOwn(saved, field.name) ? saved[field.name] : undefined}
            isNew={saved === null}
            form={form}

            more={more.includes(field.name)}
          />
        ))}
    </>
  )
}

interface SettingFieldProps {
  field: Setting
  value: unknown
  isNew: boolean
  form: Form
  more: boolean
}

function SettingField(props: SettingFieldProps) {
  const { field, value, isNew, form } = props
  const { label, description, required } = field
  const name = `settings.${field.name}`
  const id = `setting-${field.name}`
  const error = form.problem(name)
  const mark = isPublic(field) ? 'public' : undefined
  const common = { id, label, help: description, error, optional: !required, mark }
  const first = isNew ? field.default : undefined
  const current = form.sent ? form.get(name) : shown(value ?? first)
  switch (field.type) {
    case 'boolean':
      return (
        <Checkbox
          id={id}
          name={name}
          label={label}
          help={description}
          mark={mark}
          checked={form.sent ? form.has(name) : (value ?? first) === true}
        />
      )
    case 'select': {
      const choices = (field.choices ?? []).map((choice) => [choice, choice] as const)
      const options =
        required && current !== '' ? choices : [['', required ? 'Choose one' : 'None'] as const, ...choices]
      return (
        <Field {...common}>
          <Select id={id} name={name} value={current} options={options} help={description} error={error} />
        </Field>
      )
    }
    case 'secret':
      return <SecretField {...props} common={common} name={name} />
    case 'list':
      return <ListField {...props} common={common} name={name} />
    case 'map':
      return <MapField {...props} common={common} name={name} />
    case 'number':
    case 'string':
      return (
        <Field {...common}>
          <Input
            id={id}
            name={name}
            value={current}
            required={required}
            help={description}
            error={error}
            mono={field.format === 'url'}
            {...(field.type === 'number' && { type: 'number' as const, step: 'any' })}
          />
        </Field>
      )
  }
}

interface Common {
  common: {
    id: string
    label: string
    help: string
    error: string | undefined
    optional: boolean
    mark: string | undefined
  }
  name: string
}

const TYPE_AGAIN = 'Type it again: it is never sent back to this page'

/**
 * Whether a header's value may be a secret, by its name: it is not said again after a mistake in the form. Of others
 * what was just typed is; what is kept of them never is.
 */
function mayBeSecret(header: string): boolean {
  return /auth|cookie|cred|jwt|key|pass|pwd|secret|session|signature|token/i.test(header)
}

/**
 * A password field, which is never filled from here: a secret that is kept is said to be there, and one that was typed
 * before a mistake has to be typed again.
 */
function SecretField({ field, value, form, common, name }: SettingFieldProps & Common) {
  const kept = value !== undefined
  const lost = form.get(name) !== ''
  return (
    <Field {...common}>
      <Input
        id={common.id}
        name={name}
        type="password"
        autocomplete="new-password"
        placeholder={lost ? TYPE_AGAIN : kept ? 'Kept. Type to replace it' : ''}
        required={field.required && !kept}
        help={common.help}
        error={common.error}
        mono
      />
      {kept && !field.required && (
        <label class="inline-check">
          <input type="checkbox" name={`remove.${field.name}`} value="on" /> Remove it
        </label>
      )}
    </Field>
  )
}

function ListField({ field, value, isNew, form, more, common, name }: SettingFieldProps & Common) {
  const known = value ?? (isNew ? field.default : undefined)
  const rows = form.sent ? rowsOf(form, field) : Array.isArray(known) ? known.map(String) : []
  const room = rows.length < (field.maxItems ?? 100)
  const all = rows.length === 0 || (more && room) ? [...rows, ''] : rows
  return (
    <FieldGroup {...common}>
      <div class="rows" data-rows>
        {all.map((row, index) => {
          const error = form.problem(`${name}.${index}`)
          const id = `${common.id}-${index}`
          return (
            <div data-row>
              <div class="line">
                <Input
                  id={id}
                  name={name}
                  value={row}
                  label={`${field.label}, ${index + 1}`}
                  error={error}
                  mono={field.format === 'url'}
                  {...(field.format === 'url' && { placeholder: 'https://' })}
                />
                <Button kind="quiet" type="button" icon="cross" label="Remove this line" data-remove-row="" />
              </div>
              <FieldError id={id} error={error} />
            </div>
          )
        })}
        {room && <MoreButton field={field.name} />}
      </div>
    </FieldGroup>
  )
}

function MapField({ field, value, form, more, common, name }: SettingFieldProps & Common) {
  const secret = isSecret(field)
  const saved = isObject(value) ? Object.entries(value).map(([key, one]) => [key, String(one)] as const) : []
  const rows = form.sent ? pairsOf(form, field) : saved
  const all = rows.length === 0 || more ? [...rows, ['', ''] as const] : rows
  return (
    <FieldGroup {...common}>
      <div class="rows" data-rows>
        {all.map(([key, text], index) => {
          const id = `${common.id}-${index}`
          const kept = secret && saved.some(([known]) => known === key)
          const lost = secret && form.sent && text !== '' && mayBeSecret(key)
          return (
            <div class="line line-pair" data-row>
              <Input
                id={`${id}-key`}
                name={`${name}.key`}
                value={key}
                label={`${field.label}, name ${index + 1}`}
                placeholder="Name"
                error={common.error}
                mono
              />
              <Input
                id={`${id}-value`}
                name={`${name}.value`}
                value={secret && (!form.sent || lost) ? '' : text}
                label={`${field.label}, value ${index + 1}`}
                placeholder={lost ? TYPE_AGAIN : kept ? 'Kept. Type to replace it' : 'Value'}
                {...(secret && { type: 'password' as const, autocomplete: 'new-password' })}
                error={common.error}
                mono
              />
              <Button kind="quiet" type="button" icon="cross" label="Remove this line" data-remove-row="" />
            </div>
          )
        })}
        <MoreButton field={field.name} />
      </div>
    </FieldGroup>
  )
}

/** Adds a row in the browser; without scripts the form comes back with one more. It is not checked on the way. */
function MoreButton({ field }: { field: string }) {
  return (
    <button
      class="button button-plain button-small"
      type="submit"
      name="more"
      value={field}
      formnovalidate
      data-add-row
    >
      Add a line
    </button>
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
