import { Field } from '../../../ui/components/field.tsx'
import type { Form } from '../../../ui/forms.ts'

interface WordsProps {
  name: string
  label: string
  form: Form
  help?: string
  optional?: boolean
  rows?: number
}

/** Some lines to write. What was typed stays; what is wrong with it stands beside it. */
export function WordsField({ name, label, form, help, optional, rows = 4 }: WordsProps) {
  const error = form.problem(name)
  const described = [help && `${name}-help`, error && `${name}-error`].filter(Boolean).join(' ')
  return (
    <Field id={name} label={label} help={help} error={error} {...(optional && { optional })}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        maxlength={2_000}
        required={!optional}
        aria-invalid={error === undefined ? undefined : 'true'}
        aria-describedby={described || undefined}
      >
        {form.value(name, '')}
      </textarea>
    </Field>
  )
}
