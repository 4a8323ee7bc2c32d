import type { Child } from 'hono/jsx'

interface FieldProps {
  /** Of the input, whose description and error get ids made from it. */
  id: string
  label: string
  help?: Child
  /** What is wrong with what was typed, in a sentence. */
  error?: string | undefined
  optional?: boolean
  /** Another word beside the label. */
  mark?: string | undefined
  children?: Child
}

/** A label, its input, what helps to fill it in, and what is wrong with it, in this order for eyes and ears. */
export function Field(props: FieldProps) {
  const { id, error } = props
  return (
    <div class={error === undefined ? 'field' : 'field field-wrong'}>
      <label for={id}>
        <Label of={props} />
      </label>
      <Answer of={props} />
    </div>
  )
}

/** Several inputs that answer one question. */
export function FieldGroup(props: FieldProps) {
  const { id, help, error } = props
  return (
    <fieldset
      class={error === undefined ? 'field' : 'field field-wrong'}
      aria-describedby={describedBy(id, help, error)}
    >
      <legend>
        <Label of={props} />
      </legend>
      <Answer of={props} />
    </fieldset>
  )
}

function Label({ of: { label, optional, mark } }: { of: FieldProps }) {
  return (
    <>
      {label}
      {optional && <span class="optional">optional</span>}
      {mark !== undefined && <span class="optional">{mark}</span>}
    </>
  )
}

function Answer({ of: { id, help, error, children } }: { of: FieldProps }) {
  return (
    <>
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {children}
      <FieldError id={id} error={error} />
    </>
  )
}

export function FieldError({ id, error }: { id: string; error: string | undefined }) {
  return error === undefined ? null : (
    <p class="field-error" id={`${id}-error`}>
      {error}
    </p>
  )
}

function describedBy(id: string, help: unknown, error: string | undefined): string | undefined {
  const ids = [help ? `${id}-help` : '', error === undefined ? '' : `${id}-error`].filter(Boolean)
  return ids.length > 0 ? ids.join(' ') : undefined
}

interface InputProps {
  id: string
  name: string
  value?: string | undefined
  type?: 'text' | 'password' | 'number' | 'url' | 'email' | 'search' | 'datetime-local'
  placeholder?: string
  required?: boolean
  help?: unknown
  error?: string | undefined
  autocomplete?: string
  /** Letters of equal width: keys, slugs, addresses. */
  mono?: boolean
  label?: string
  min?: string
  max?: string
  step?: string
  autofocus?: boolean
}

/** An input of a `Field` with the same id, help and error. */
export function Input({ help, error, mono, type = 'text', autocomplete = 'off', label, ...rest }: InputProps) {
  return (
    <input
      type={type}
      class={mono ? 'mono' : undefined}
      autocomplete={autocomplete}
      spellcheck={mono ? false : undefined}
      aria-label={label}
      aria-invalid={error === undefined ? undefined : 'true'}
      aria-describedby={describedBy(rest.id, help, error)}
      {...rest}
    />
  )
}

interface SelectProps {
  id: string
  name: string
  value?: string | undefined
  options: readonly (readonly [value: string, label: string])[]
  help?: unknown
  error?: string | undefined
  label?: string
}

export function Select({ id, name, value, options, help, error, label }: SelectProps) {
  return (
    <select
      id={id}
      name={name}
      aria-label={label}
      aria-invalid={error === undefined ? undefined : 'true'}
      aria-describedby={describedBy(id, help, error)}
    >
      {options.map(([key, words]) => (
        <option value={key} selected={key === value}>
          {words}
        </option>
      ))}
    </select>
  )
}

/** One thing to switch on. */
export function Checkbox({
  id,
  name,
  label,
  checked,
  value = 'on',
  help,
  mark,
}: {
  id: string
  name: string
  label: string
  checked: boolean
  /** Where several have one name. */
  value?: string
  help?: Child
  mark?: string | undefined
}) {
  return (
    <div class="field check">
      <input
        type="checkbox"
        id={id}
        name={name}
        value={value}
        checked={checked}
        aria-describedby={describedBy(id, help, undefined)}
      />
      <div>
        <label for={id}>
          {label}
          {mark !== undefined && <span class="optional">{mark}</span>}
        </label>
        {help && (
          <p class="help" id={`${id}-help`}>
            {help}
          </p>
        )}
      </div>
    </div>
  )
}
