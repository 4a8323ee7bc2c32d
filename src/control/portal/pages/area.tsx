import { Field } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'

interface AreaProps {
  name: string
  label: string
  rows: number
  value: string
  form: Form
  help?: string
  optional?: boolean
  mono?: boolean
}

/** Text of several lines to fill in, with what is wrong with it beside it. */
export function Area({ name, label, rows, value, form, help, optional, mono }: AreaProps) {
  const error = form.problem(name)
  const described = [help === undefined ? '' : `${name}-help`, error === undefined ? '' : `${name}-error`]
  return (
    <Field id={name} label={label} error={error} {...(help !== undefined && { help })} {...(optional && { optional })}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        class={mono ? 'mono' : undefined}
        spellcheck={mono ? false : undefined}
        aria-describedby={described.filter(Boolean).join(' ') || undefined}
        aria-invalid={error === undefined ? undefined : 'true'}
      >
        {/* A browser leaves out a line end that stands first. */}
        {value.startsWith('\n') ? `\n${value}` : value}
      </textarea>
    </Field>
  )
}
